#include "tests/sim/checkers/logs.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::sim {
namespace {

std::map<Offset, RecordName> records_of(const log::Log& log, Offset to) {
  std::map<Offset, RecordName> records;
  const auto bytes = read_all(log, log.log_start_offset(), to);
  protocol::BatchReader batches(bytes);
  while (const auto batch = batches.next()) {
    protocol::RecordReader reader(*batch);
    protocol::RecordView record;
    while (reader.next(record)) {
      records[batch->base_offset() + record.offset_delta] =
          RecordName::parse(as_text(*record.value));
    }
  }
  return records;
}

const ReplicaView* leader_of(const ClusterSnapshot& cluster, const TopicPartition& tp) {
  const auto state = cluster.states.find(tp);
  if (state == cluster.states.end()) return nullptr;
  for (const ReplicaView& replica : cluster.replicas) {
    if (replica.status.tp == tp && replica.status.is_leader &&
        replica.broker == state->second.state.leader) {
      return &replica;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<std::uint8_t> read_all(const log::Log& log, Offset from, Offset to) {
  std::vector<std::uint8_t> all;
  if (from >= to) return all;
  const auto read = log.read(from, std::numeric_limits<std::int32_t>::max(), to, true);
  if (!read) return all;
  for (const auto& piece : read->records.pieces()) {
    const auto& bytes = std::get<protocol::BytesPiece>(piece).bytes;
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

void check_replicas_agree(const ClusterSnapshot& cluster, Judge& judge) {
  std::map<TopicPartition, const ReplicaView*> first;
  for (const ReplicaView& replica : cluster.replicas) {
    const auto [known, is_new] = first.emplace(replica.status.tp, &replica);
    if (is_new) continue;
    const ReplicaView& other = *known->second;
    const auto& logs = cluster.logs.at(replica.status.tp);
    const log::Log& ours = *logs.at(replica.broker);
    const log::Log& theirs = *logs.at(other.broker);
    const Offset end = std::min(replica.status.high_watermark, other.status.high_watermark);
    const Offset start = std::max(ours.log_start_offset(), theirs.log_start_offset());
    if (read_all(ours, start, end) != read_all(theirs, start, end)) {
      judge.violation("brokers {} and {} differ in {} below the high watermark {}", other.broker,
                      replica.broker, replica.status.tp, end);
    }
  }
}

void check_isr_holds_committed(const ClusterSnapshot& cluster, Judge& judge) {
  for (const auto& [tp, view] : cluster.states) {
    const ReplicaView* leader = leader_of(cluster, tp);
    if (leader == nullptr || leader->status.leader_epoch != view.state.leader_epoch) continue;
    const auto& logs = cluster.logs.at(tp);
    const log::Log& committed = *logs.at(leader->broker);
    const Offset end = leader->status.high_watermark;
    for (const BrokerId member : view.state.isr) {
      const auto log = logs.find(member);
      if (log == logs.end()) {
        // A new replica that has not been told of its partition yet.
        if (end > Offset(0)) judge.violation("broker {} in the ISR of {} has no log", member, tp);
        continue;
      }
      const Offset start = std::max(committed.log_start_offset(), log->second->log_start_offset());
      if (read_all(committed, start, end) != read_all(*log->second, start, end)) {
        judge.violation("broker {} in the ISR of {} lacks what leader {} committed below {}",
                        member, tp, leader->broker, end);
      }
    }
  }
}

void check_isr_reaches_acknowledged(const ClusterSnapshot& cluster, const History& history,
                                    Judge& judge) {
  for (const auto& [tp, last] : history.last_acknowledged) {
    const auto view = cluster.states.find(tp);
    if (view == cluster.states.end()) continue;
    for (const BrokerId member : view->second.state.isr) {
      const Offset end = cluster.logs.at(tp).at(member)->log_end_offset();
      if (end <= last) {
        judge.violation("broker {} in the ISR of {} ends at {}; offset {} is acknowledged", member,
                        tp, end, last);
      }
    }
  }
}

void check_acknowledged(const ClusterSnapshot& cluster, const History& history, Judge& judge) {
  std::map<TopicPartition, std::map<Offset, RecordName>> held;
  for (const auto& [tp, state] : cluster.states) {
    if (tp.topic == group::kOffsetsTopic) continue;  // checkers/groups.h
    const ReplicaView* leader = leader_of(cluster, tp);
    if (leader == nullptr) {
      judge.violation("{} has no leader to be asked", tp);
      return;
    }
    held[tp] = records_of(*cluster.logs.at(tp).at(leader->broker), leader->status.high_watermark);
    std::map<RecordName, Offset> once;
    std::map<std::int32_t, std::int64_t> last_number;
    for (const auto& [offset, name] : held[tp]) {
      if (!once.emplace(name, offset).second) {
        judge.violation("{} is twice in {}: at offsets {} and {}", name.to_string(), tp, once[name],
                        offset);
      }
      auto& last = last_number.emplace(name.producer, -1).first->second;
      if (name.number <= last) {
        judge.violation("{} in {} comes after {}:{}", name.to_string(), tp, name.producer, last);
      }
      last = name.number;
    }
  }
  for (const auto& acknowledged : history.acknowledged) {
    const auto& records = held[acknowledged.partition];
    const auto it = records.find(acknowledged.offset);
    if (it == records.end() || it->second != acknowledged.name) {
      judge.violation("{} was acknowledged in {} at offset {}, which holds {}",
                      acknowledged.name.to_string(), acknowledged.partition, acknowledged.offset,
                      it == records.end() ? "nothing" : it->second.to_string());
    }
  }
  for (const auto& [tp, consumed] : history.consumed) {
    for (const auto& [offset, name] : consumed) {
      const auto it = held[tp].find(offset);
      if (it == held[tp].end() || it->second != name) {
        judge.violation("{} was consumed from {} at offset {}, which no longer holds it",
                        name.to_string(), tp, offset);
      }
    }
  }
}

}  // namespace barnabas::sim
