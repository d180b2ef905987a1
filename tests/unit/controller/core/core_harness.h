// A ControllerCore with a small world around it: partition states as ZooKeeper would hold them, and
// the effects sorted by kind. Writes wait until the test lets them be carried out.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/controller/core/controller_core.h"

namespace barnabas::controller {

inline BrokerIds ids(std::initializer_list<std::int32_t> numbers) {
  BrokerIds result;
  for (std::int32_t number : numbers) result.emplace_back(number);
  return result;
}

inline TopicPartition partition(std::int32_t id, const std::string& topic = "t") {
  return {topic, PartitionId(id)};
}

inline Uuid topic_id_of(const std::string& topic) {
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(topic[i % topic.size()]);
  }
  return id;
}

inline BrokerInfo broker(std::int32_t id, std::int64_t epoch = 100) {
  return {BrokerId(id),
          BrokerEpoch(epoch),
          {{"PLAINTEXT", "PLAINTEXT", "h" + std::to_string(id), 9092}},
          std::nullopt};
}

inline LeaderAndIsr state(std::int32_t leader, BrokerIds isr, std::int32_t leader_epoch = 0,
                          std::int32_t partition_epoch = 0) {
  LeaderAndIsr result;
  result.leader = BrokerId(leader);
  result.isr = std::move(isr);
  result.leader_epoch = LeaderEpoch(leader_epoch);
  result.partition_epoch = PartitionEpoch(partition_epoch);
  return result;
}

class CoreHarness {
 public:
  explicit CoreHarness(ControllerCoreOptions options = {}) : core(options, kEpoch) {}

  static constexpr ControllerEpoch kEpoch{5};

  // ---- Setting the scene -----------------------------------------------------------------------

  // Brokers 1 to n, registered with epoch 100.
  void with_brokers(std::initializer_list<std::int32_t> numbers) {
    for (std::int32_t number : numbers) snapshot.brokers[BrokerId(number)] = broker(number);
  }
  void with_topic(const std::string& name, std::vector<BrokerIds> assignments) {
    TopicSnapshot topic{name, topic_id_of(name), {}};
    for (std::size_t i = 0; i < assignments.size(); ++i) {
      topic.assignment[PartitionId(static_cast<std::int32_t>(i))].replicas =
          std::move(assignments[i]);
    }
    snapshot.topics.push_back(std::move(topic));
  }
  void with_state(const TopicPartition& tp, LeaderAndIsr held) {
    znodes[tp] = {std::move(held), ControllerEpoch{4}};
  }
  // Elected over what was set, all writes carried out, what was sent forgotten.
  void elect() {
    snapshot.leaderships = znodes;
    event([&](Effects& out) { core.on_elected(snapshot, out); });
  }
  void elect_and_settle() {
    elect();
    settle();
    forget();
  }

  // ---- Events ----------------------------------------------------------------------------------

  template <typename Event>  // Event(Effects&)
  void event(Event run) {
    Effects out;
    run(out);
    absorb(std::move(out));
  }
  void broker_dies(std::int32_t id) {
    event([&](Effects& out) { core.on_broker_gone(BrokerId(id), out); });
  }
  void broker_starts(std::int32_t id, std::int64_t epoch) {
    std::map<BrokerId, BrokerInfo> brokers = core.context().brokers();
    brokers[BrokerId(id)] = broker(id, epoch);
    event([&](Effects& out) { core.on_brokers_read(brokers, out); });
  }
  void shut_down(std::int32_t id, Token token = 1) {
    event(
        [&](Effects& out) { core.controlled_shutdown(token, BrokerId(id), kNoBrokerEpoch, out); });
  }
  // The leader proposes an ISR, with the epochs that hold in ZooKeeper.
  void propose_isr(const TopicPartition& tp, BrokerIds isr, Token token = 1) {
    const LeaderAndIsr& now = znodes.at(tp).state;
    AlterPartition request{now.leader, core.context().broker(now.leader)->epoch, true, {}};
    AlterPartitionItem& item = request.items.emplace_back();
    item.topic_id = topic_id_of(tp.topic);
    item.partition = tp.partition;
    item.leader_epoch = now.leader_epoch;
    item.partition_epoch = now.partition_epoch;
    item.new_isr = std::move(isr);
    event([&](Effects& out) { core.alter_partition(token, request, out); });
  }

  // ---- ZooKeeper -------------------------------------------------------------------------------

  // Carries out the oldest write and answers it.
  void carry_out_one() {
    const WritePartitionState write = take(writes);
    in_flight.erase(write.partition);
    WriteResult result = WriteResult::kOk;
    const auto found = znodes.find(write.partition);
    LeaderAndIsr written = write.state;
    if (write.create) {
      if (found != znodes.end()) result = WriteResult::kBadVersion;
    } else if (found == znodes.end()) {
      result = WriteResult::kNoNode;
    } else if (found->second.state.partition_epoch != write.state.partition_epoch) {
      result = WriteResult::kBadVersion;
    } else {
      ++written.partition_epoch;
    }
    if (result == WriteResult::kOk) {
      if (found != znodes.end()) {
        EXPECT_GE(written.leader_epoch, found->second.state.leader_epoch);
      }
      znodes[write.partition] = {written, kEpoch};
    }
    event([&](Effects& out) {
      core.on_state_written(write.partition, result, written.partition_epoch, out);
    });
  }
  // Carried out, but the answer was lost: the second try finds the first one.
  void carry_out_one_in_doubt() {
    const WritePartitionState write = take(writes);
    in_flight.erase(write.partition);
    LeaderAndIsr written = write.state;
    if (!write.create) ++written.partition_epoch;
    znodes[write.partition] = {written, kEpoch};
    event([&](Effects& out) {
      core.on_state_written(write.partition, WriteResult::kBadVersion, {}, out);
    });
  }
  void answer_read() {
    const TopicPartition tp = take(reads);
    std::optional<Leadership> read;
    if (const auto found = znodes.find(tp); found != znodes.end()) read = found->second;
    event([&](Effects& out) { core.on_state_read(tp, read, out); });
  }
  void answer_flag() {
    const std::string topic = take(flag_reads);
    const bool unclean = unclean_topics.contains(topic);
    event([&](Effects& out) { core.on_unclean_flag_read(topic, unclean, out); });
  }
  // Until ZooKeeper has nothing more to do.
  void settle() {
    while (!writes.empty() || !reads.empty() || !flag_reads.empty()) {
      if (!writes.empty()) carry_out_one();
      if (!reads.empty()) answer_read();
      if (!flag_reads.empty()) answer_flag();
    }
  }

  // ---- What brokers were sent ------------------------------------------------------------------

  const LeaderAndIsr& committed(const TopicPartition& tp) const {
    return core.context().leadership(tp)->state;
  }
  // The entry of the last LeaderAndIsr to `id` that has `tp`; null: it was not told.
  const PartitionStateEntry* told(std::int32_t id, const TopicPartition& tp) const {
    return last_entry(leader_and_isr, id, tp);
  }
  const PartitionStateEntry* metadata(std::int32_t id, const TopicPartition& tp) const {
    return last_entry(update_metadata, id, tp);
  }
  // Who was told of `tp` by LeaderAndIsr.
  std::set<std::int32_t> recipients(const TopicPartition& tp) const {
    std::set<std::int32_t> result;
    for (const auto& request : leader_and_isr) {
      for (const auto& entry : request.data->partitions) {
        if (entry.partition == tp) result.insert(request.broker.value());
      }
    }
    return result;
  }
  // The delete flag of the last StopReplica of `tp` to `id`; absent: none was sent.
  std::optional<bool> stopped(std::int32_t id, const TopicPartition& tp) const {
    std::optional<bool> result;
    for (const auto& request : stop_replica) {
      for (const auto& entry : request.data->partitions) {
        if (request.broker == BrokerId(id) && entry.partition == tp) {
          result = entry.delete_partition;
        }
      }
    }
    return result;
  }
  void forget() {
    leader_and_isr.clear();
    update_metadata.clear();
    stop_replica.clear();
    order.clear();
    others.clear();
  }
  template <typename Kind>
  std::vector<Kind> all() const {
    std::vector<Kind> result;
    for (const Effect& effect : others) {
      if (const Kind* kind = std::get_if<Kind>(&effect)) result.push_back(*kind);
    }
    return result;
  }

  ControllerCore core;
  ClusterSnapshot snapshot;
  std::map<TopicPartition, Leadership> znodes;
  std::set<std::string> unclean_topics;

  std::deque<WritePartitionState> writes;
  std::deque<TopicPartition> reads;
  std::deque<std::string> flag_reads;
  std::set<TopicPartition> in_flight;
  std::vector<SendLeaderAndIsr> leader_and_isr;
  std::vector<SendUpdateMetadata> update_metadata;
  std::vector<SendStopReplica> stop_replica;
  std::vector<std::string> order;  // "LISR 2", "UMR 1", "STOP 3" as they were sent
  std::vector<Effect> others;

 private:
  template <typename T>
  static T take(std::deque<T>& queue) {
    T front = std::move(queue.front());
    queue.pop_front();
    return front;
  }
  template <typename Requests>
  static const PartitionStateEntry* last_entry(const Requests& requests, std::int32_t id,
                                               const TopicPartition& tp) {
    const PartitionStateEntry* last = nullptr;
    for (const auto& request : requests) {
      if (request.broker != BrokerId(id)) continue;
      for (const auto& entry : request.data->partitions) {
        if (entry.partition == tp) last = &entry;
      }
    }
    return last;
  }
  void absorb(Effects effects) {
    for (Effect& effect : effects) {
      if (auto* write = std::get_if<WritePartitionState>(&effect)) {
        EXPECT_TRUE(in_flight.insert(write->partition).second)
            << "two writes in flight: " << write->partition.to_string();
        writes.push_back(std::move(*write));
      } else if (auto* read = std::get_if<ReadPartitionState>(&effect)) {
        reads.push_back(read->partition);
      } else if (auto* flag = std::get_if<ReadUncleanFlag>(&effect)) {
        flag_reads.push_back(flag->topic);
      } else if (auto* lisr = std::get_if<SendLeaderAndIsr>(&effect)) {
        order.push_back("LISR " + std::to_string(lisr->broker.value()));
        check_committed(lisr->data->partitions);
        leader_and_isr.push_back(std::move(*lisr));
      } else if (auto* umr = std::get_if<SendUpdateMetadata>(&effect)) {
        order.push_back("UMR " + std::to_string(umr->broker.value()));
        update_metadata.push_back(std::move(*umr));
      } else if (auto* stop = std::get_if<SendStopReplica>(&effect)) {
        order.push_back("STOP " + std::to_string(stop->broker.value()));
        stop_replica.push_back(std::move(*stop));
      } else {
        others.push_back(std::move(effect));
      }
    }
  }
  // No broker is told what ZooKeeper does not hold.
  void check_committed(const std::vector<PartitionStateEntry>& entries) {
    for (const PartitionStateEntry& entry : entries) {
      const auto found = znodes.find(entry.partition);
      ASSERT_NE(found, znodes.end());
      EXPECT_LE(entry.leadership.state.leader_epoch, found->second.state.leader_epoch);
      EXPECT_LE(entry.leadership.state.partition_epoch, found->second.state.partition_epoch);
    }
  }
};

}  // namespace barnabas::controller
