#include "tests/sim/checkers/groups.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "broker/base/check.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"
#include "broker/coordinator/group/core/group_records.h"
#include "broker/coordinator/group/core/invariants.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/java_string.h"
#include "broker/protocol/record_batch.h"
#include "tests/sim/checkers/logs.h"
#include "tests/sim/sim_broker.h"

namespace barnabas::sim {
namespace {

using GroupPartition = GroupHistory::GroupPartition;

PartitionId partition_of(const std::string& group) {
  return protocol::partition_for(group, kOffsetsPartitions);
}

std::int32_t generation_in(const std::string& metadata) {
  std::int32_t generation = -1;
  std::from_chars(metadata.data(), metadata.data() + metadata.size(), generation);
  return generation;
}

// The last committed offset of each partition of a group, as a log has them.
std::map<GroupPartition, Offset> committed_in(const log::Log& log, const TopicPartition& tp,
                                              Judge& judge) {
  std::map<GroupPartition, Offset> committed;
  std::map<GroupPartition, std::int32_t> generations;
  const auto bytes = read_all(log, log.log_start_offset(), log.log_end_offset());
  protocol::BatchReader batches(bytes);
  while (const auto batch = batches.next()) {
    protocol::RecordReader reader(*batch);
    protocol::RecordView record;
    while (reader.next(record)) {
      const auto entry = group::read_record(*record.key, record.value);
      CHECK(entry.has_value(), "{}", entry.error().detail);
      const auto* offset = std::get_if<group::OffsetEntry>(&*entry);
      if (offset == nullptr) continue;
      const GroupPartition of(offset->group, offset->tp);
      if (!offset->value) {
        committed.erase(of);
        continue;
      }
      committed[of] = offset->value->offset;
      const std::int32_t generation = generation_in(offset->value->metadata);
      auto& last = generations.emplace(of, generation).first->second;
      if (generation < last) {
        judge.violation("{} holds a commit of {} for {} of generation {} after one of {}", tp,
                        of.first, of.second, generation, last);
      }
      last = generation;
    }
  }
  return committed;
}

std::string not_yet_stable(const group::Group& group, const std::string& name,
                           const GroupClients& clients) {
  if (!group.is(group::GroupState::kStable)) {
    return fmt::format("{} is {}", name, group::name_of(group.state()));
  }
  std::set<TopicPartition> owned;
  std::size_t members = 0;
  for (const auto& seat : clients.seats()) {
    if (seat.group != name) continue;
    ++members;
    if (!seat.member || !seat.member->settled()) {
      return fmt::format("{} of {} is not settled", seat.options.client_id, name);
    }
    if (group.members().find(seat.member->member_id()) == group.members().end() ||
        seat.member->generation() != group.generation().value()) {
      return fmt::format("{} of {} is in generation {} of {}", seat.options.client_id, name,
                         seat.member->generation(), group.generation());
    }
    for (const TopicPartition& tp : seat.member->owned()) {
      if (!owned.insert(tp).second) return fmt::format("{} of {} has two owners", tp, name);
    }
  }
  if (group.members().size() != members) {
    return fmt::format("{} has {} members instead of {}", name, group.members().size(), members);
  }
  if (owned.size() != clients.partitions().size()) {
    return fmt::format("{} partitions of {} have an owner", owned.size(), name);
  }
  return {};
}

}  // namespace

void check_coordinators(const ClusterSnapshot& cluster, const GroupHistory& history, Judge& judge) {
  for (const auto& [of, acknowledged] : history.acknowledged_offsets()) {
    const auto& [name, tp] = of;
    const auto coordinator = cluster.coordinators.find(partition_of(name));
    if (coordinator == cluster.coordinators.end()) continue;
    coordinator->second.shard->inspect([&](const group::GroupCoordinatorCore& core) {
      const auto group = core.groups().find(name);
      const auto* committed =
          group != core.groups().end() ? group->second.offsets().find(tp) : nullptr;
      const Offset held = committed != nullptr ? committed->offset : kUnknownOffset;
      if (held < acknowledged) {
        judge.violation("coordinator {} of {} has {} committed for {}; {} was acknowledged",
                        coordinator->second.broker, name, held, tp, acknowledged);
      }
    });
  }
  for (const auto& [partition, coordinator] : cluster.coordinators) {
    coordinator.shard->inspect([&](const group::GroupCoordinatorCore& core) {
      const std::string violated = group::violated_invariant(core);
      if (!violated.empty()) judge.violation("coordinator {}: {}", coordinator.broker, violated);
    });
  }
}

void check_offsets_topic(const ClusterSnapshot& cluster, const GroupHistory& history,
                         Judge& judge) {
  for (const auto& [tp, view] : cluster.states) {
    if (tp.topic != group::kOffsetsTopic) continue;
    for (const BrokerId broker : view.state.isr) {
      const auto committed = committed_in(*cluster.logs.at(tp).at(broker), tp, judge);
      for (const auto& [of, acknowledged] : history.acknowledged_offsets()) {
        if (partition_of(of.first) != tp.partition) continue;
        const auto held = committed.find(of);
        const Offset offset = held != committed.end() ? held->second : kUnknownOffset;
        if (offset < acknowledged) {
          judge.violation("broker {} holds {} for {} of {} in {}; {} was acknowledged", broker,
                          offset, of.second, of.first, tp, acknowledged);
        }
      }
    }
  }
}

std::string not_yet_stable(const ClusterSnapshot& cluster, const GroupClients& clients,
                           const GroupHistory& history) {
  std::string missing;
  for (const std::string& name : clients.groups()) {
    const auto coordinator = cluster.coordinators.find(partition_of(name));
    missing = fmt::format("{} has no coordinator", name);
    if (coordinator == cluster.coordinators.end()) break;
    coordinator->second.shard->inspect([&](const group::GroupCoordinatorCore& core) {
      const auto group = core.groups().find(name);
      if (group == core.groups().end()) return;
      missing = not_yet_stable(group->second, name, clients);
      if (missing.empty() && group->second.generation().value() < history.last_generation(name)) {
        missing = fmt::format("{} went back to generation {}", name, group->second.generation());
      }
    });
    if (!missing.empty()) break;
  }
  return missing;
}

}  // namespace barnabas::sim
