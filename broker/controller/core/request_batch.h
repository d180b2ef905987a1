// Collects what brokers must be told after a change, and makes one request of each kind per broker.
//
// Only who is to be told of which partition is collected; the contents are what is committed when
// the batch is sent, so that a younger state is never followed by an older one.
// Invariants  Sent in the order LeaderAndIsr, UpdateMetadata, StopReplica. Nothing goes to a broker
//             that is not registered. A partition told by LeaderAndIsr goes to everybody's
//             UpdateMetadata too. isNew and deletePartition stick once they are set.
// Threads     externally synchronized.
// Source      Kafka 3.9, ControllerChannelManager.scala: AbstractControllerBrokerRequestBatch
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "broker/controller/core/controller_context.h"
#include "broker/controller/core/effects.h"

namespace barnabas::controller {

// In StopReplica: the topic is being deleted, whatever its epochs.
inline constexpr LeaderEpoch kEpochDuringDelete{-2};

class RequestBatch {
 public:
  void add_leader_and_isr(const ControllerContext& context, const BrokerIds& brokers,
                          const TopicPartition& partition, bool is_new);
  // Partitions without a leadership are left out when it is sent.
  void add_update_metadata(const BrokerIds& brokers, const std::vector<TopicPartition>& partitions);
  // To all registered brokers.
  void add_update_metadata(const ControllerContext& context,
                           const std::vector<TopicPartition>& partitions);
  // Only for the broker as it is registered now: one that has come back meanwhile is not to stop.
  void add_stop_replica(const ControllerContext& context, BrokerId broker,
                        const TopicPartition& partition, bool delete_partition);

  // Appends the requests and empties the batch.
  void send(const ControllerContext& context, Effects& out);

 private:
  void send_leader_and_isr(const ControllerContext& context, Effects& out);
  void send_update_metadata(const ControllerContext& context, Effects& out);
  void send_stop_replica(const ControllerContext& context, Effects& out);

  std::map<BrokerId, std::map<TopicPartition, bool>> leader_and_isr_;  // -> isNew
  std::set<BrokerId> update_metadata_brokers_;
  std::set<TopicPartition> update_metadata_partitions_;
  std::map<std::pair<BrokerId, BrokerEpoch>, std::map<TopicPartition, bool>>
      stop_replica_;  // -> deletePartition
};

}  // namespace barnabas::controller
