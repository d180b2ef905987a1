// What a controller says of one partition, and whether this broker applies it.
//
// Threads  value types and pure functions.
// Source   Kafka 3.9, ReplicaManager.scala (becomeLeaderOrFollower, stopReplicas)
#pragma once

#include <optional>
#include <vector>

#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

// One partition of a LeaderAndIsr request.
struct LeaderAndIsr {
  ControllerEpoch controller_epoch{0};
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  PartitionEpoch partition_epoch{0};
  std::vector<BrokerId> isr;
  std::vector<BrokerId> replicas;  // in assignment order
  std::vector<BrokerId> adding_replicas;
  std::vector<BrokerId> removing_replicas;
  bool is_new = false;
  bool recovering = false;  // LeaderRecoveryState RECOVERING: unclean elected
};

// StopReplica: the epochs that skip the check.
inline constexpr LeaderEpoch kEpochDuringDelete{-2};

// Checks of every controller request, in order. NONE: go on (and remember the epoch).
ErrorCode check_controller_request(BrokerEpoch request_broker_epoch, BrokerEpoch own_broker_epoch,
                                   ControllerEpoch request_controller_epoch,
                                   ControllerEpoch highest_seen);

// What LeaderAndIsr does with one partition.
struct LeaderAndIsrDecision {
  enum class Action { kApply, kStoreTopicId, kRefuse };
  Action action = Action::kRefuse;
  ErrorCode error = ErrorCode::kNone;  // the answer
};
//   local_epoch      kNoLeaderEpoch when the partition is not hosted or never had a leader
//   local_topic_id   zero: unknown
LeaderAndIsrDecision decide_leader_and_isr(BrokerId self, const LeaderAndIsr& state,
                                           const Uuid& topic_id, LeaderEpoch local_epoch,
                                           const Uuid& local_topic_id);

// A follower needs a leader that is alive in the metadata cache; without one its state stays.
bool follower_has_live_leader(const LeaderAndIsr& state, bool leader_is_alive);

// NONE: stop the replica.
ErrorCode check_stop_replica(LeaderEpoch request_epoch, LeaderEpoch local_epoch);

}  // namespace barnabas::replica
