#include "broker/controller/core/replica_assignment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "broker/protocol/error_code.h"

namespace barnabas::controller {
namespace {

std::size_t replica_index(std::size_t first, std::uint64_t shift, std::uint64_t replica,
                          std::size_t brokers) {
  const std::uint64_t step = 1 + (shift + replica) % (brokers - 1);
  return static_cast<std::size_t>((first + step) % brokers);
}

// One broker of each rack in turn, racks by name and brokers by id.
std::vector<BrokerWithRack> alternate_racks(const std::vector<BrokerWithRack>& brokers) {
  std::map<std::string, std::vector<BrokerWithRack>> racks;
  for (const BrokerWithRack& broker : brokers) racks[*broker.rack].push_back(broker);
  std::vector<BrokerWithRack> arranged;
  for (std::size_t turn = 0; arranged.size() < brokers.size(); ++turn) {
    for (const auto& [rack, members] : racks) {
      if (turn < members.size()) arranged.push_back(members[turn]);
    }
  }
  return arranged;
}

// The followers of one partition whose leader is brokers[first].
std::vector<BrokerId> rack_aware_replicas(const std::vector<BrokerWithRack>& brokers,
                                          std::size_t racks, std::size_t first, std::uint64_t shift,
                                          std::int16_t replication_factor) {
  std::vector<BrokerId> replicas{brokers[first].id};
  std::set<std::string> used_racks{*brokers[first].rack};
  std::uint64_t candidate = 0;
  while (replicas.size() < static_cast<std::size_t>(replication_factor)) {
    const BrokerWithRack& broker =
        brokers[replica_index(first, shift * racks, candidate++, brokers.size())];
    const bool rack_taken = used_racks.contains(*broker.rack) && used_racks.size() < racks;
    const bool broker_taken =
        std::find(replicas.begin(), replicas.end(), broker.id) != replicas.end();
    if (rack_taken || broker_taken) continue;
    replicas.push_back(broker.id);
    used_racks.insert(*broker.rack);
  }
  return replicas;
}

}  // namespace

Result<ReplicaAssignmentMap> assign_replicas(std::vector<BrokerWithRack> brokers,
                                             std::int32_t num_partitions,
                                             std::int16_t replication_factor, AssignmentStart start,
                                             PartitionId first_partition) {
  if (num_partitions <= 0) {
    return Error{ErrorCode::kInvalidPartitions, "Number of partitions must be larger than 0."};
  }
  if (replication_factor <= 0) {
    return Error{ErrorCode::kInvalidReplicationFactor, "Replication factor must be larger than 0."};
  }
  if (static_cast<std::size_t>(replication_factor) > brokers.size()) {
    return Error{ErrorCode::kInvalidReplicationFactor,
                 fmt::format("Replication factor: {} larger than available brokers: {}.",
                             replication_factor, brokers.size())};
  }
  std::sort(brokers.begin(), brokers.end(),
            [](const BrokerWithRack& a, const BrokerWithRack& b) { return a.id < b.id; });

  std::set<std::string> racks;
  for (const BrokerWithRack& broker : brokers) {
    if (broker.rack) racks.insert(*broker.rack);
  }
  const bool rack_aware = !racks.empty();
  if (rack_aware) {
    if (!std::all_of(brokers.begin(), brokers.end(),
                     [](const BrokerWithRack& broker) { return broker.rack.has_value(); })) {
      return Error{ErrorCode::kUnknownServerError,
                   "Not all brokers have rack information for replica rack aware assignment."};
    }
    brokers = alternate_racks(brokers);
  }

  ReplicaAssignmentMap assignment;
  std::uint64_t shift = start.shift;
  for (std::int32_t i = 0; i < num_partitions; ++i) {
    const PartitionId id = first_partition + i;
    const auto number = static_cast<std::size_t>(id.value());
    if (number > 0 && number % brokers.size() == 0) ++shift;
    const std::size_t first = (number + start.start_index) % brokers.size();
    if (rack_aware) {
      assignment[id] = rack_aware_replicas(brokers, racks.size(), first, shift, replication_factor);
      continue;
    }
    std::vector<BrokerId>& replicas = assignment[id];
    replicas.push_back(brokers[first].id);
    for (std::int16_t j = 0; j < replication_factor - 1; ++j) {
      replicas.push_back(
          brokers[replica_index(first, shift, static_cast<std::uint64_t>(j), brokers.size())].id);
    }
  }
  return assignment;
}

Result<ReplicaAssignmentMap> assign_replicas(std::vector<BrokerWithRack> brokers,
                                             std::int32_t num_partitions,
                                             std::int16_t replication_factor, Random& random) {
  AssignmentStart start;
  if (!brokers.empty()) {
    start.start_index = random.below(brokers.size());
    start.shift = random.below(brokers.size());
  }
  return assign_replicas(std::move(brokers), num_partitions, replication_factor, start);
}

Result<void> validate_assignment(const ReplicaAssignmentMap& assignment) {
  const auto bad = [](std::string detail) {
    return Error{ErrorCode::kInvalidReplicaAssignment, std::move(detail)};
  };
  std::set<std::size_t> sizes;
  for (const auto& [id, replicas] : assignment) sizes.insert(replicas.size());
  if (sizes.size() != 1 || sizes.contains(0)) {
    return bad("All partitions should have the same number of replicas");
  }
  for (const auto& [id, replicas] : assignment) {
    if (std::set<BrokerId>(replicas.begin(), replicas.end()).size() != replicas.size()) {
      return bad(fmt::format("Duplicate replica assignment found: {} -> {}", id,
                             fmt::join(replicas, ", ")));
    }
    for (BrokerId replica : replicas) {
      if (replica < BrokerId{0}) {
        return bad(fmt::format("Invalid broker id {} for partition {}", replica, id));
      }
    }
  }
  std::int32_t expected = 0;
  for (const auto& [id, replicas] : assignment) {
    if (id.value() != expected++) {
      return bad("partitions should be a consecutive 0-based integer sequence");
    }
  }
  return {};
}

}  // namespace barnabas::controller
