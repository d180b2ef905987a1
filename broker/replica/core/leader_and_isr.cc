#include "broker/replica/core/leader_and_isr.h"

#include <algorithm>

namespace barnabas::replica {

ErrorCode check_controller_request(BrokerEpoch request_broker_epoch, BrokerEpoch own_broker_epoch,
                                   ControllerEpoch request_controller_epoch,
                                   ControllerEpoch highest_seen) {
  // A greater broker epoch is the controller knowing of our registration before we do.
  if (request_broker_epoch != kNoBrokerEpoch && request_broker_epoch < own_broker_epoch) {
    return ErrorCode::kStaleBrokerEpoch;
  }
  if (request_controller_epoch < highest_seen) return ErrorCode::kStaleControllerEpoch;
  return ErrorCode::kNone;
}

LeaderAndIsrDecision decide_leader_and_isr(BrokerId self, const LeaderAndIsr& state,
                                           const Uuid& topic_id, LeaderEpoch local_epoch,
                                           const Uuid& local_topic_id) {
  using Action = LeaderAndIsrDecision::Action;
  if (!topic_id.is_zero() && !local_topic_id.is_zero() && topic_id != local_topic_id) {
    return {Action::kRefuse, ErrorCode::kInconsistentTopicId};
  }
  if (state.leader_epoch > local_epoch) {
    const bool assigned =
        std::find(state.replicas.begin(), state.replicas.end(), self) != state.replicas.end();
    if (!assigned) return {Action::kRefuse, ErrorCode::kUnknownTopicOrPartition};
    return {Action::kApply, ErrorCode::kNone};
  }
  // An equal epoch only brings the id of a topic that had none.
  if (state.leader_epoch == local_epoch && !topic_id.is_zero() && local_topic_id.is_zero()) {
    return {Action::kStoreTopicId, ErrorCode::kNone};
  }
  return {Action::kRefuse, ErrorCode::kStaleControllerEpoch};
}

bool follower_has_live_leader(const LeaderAndIsr& state, bool leader_is_alive) {
  return state.leader != kNoBroker && leader_is_alive;
}

ErrorCode check_stop_replica(LeaderEpoch request_epoch, LeaderEpoch local_epoch) {
  if (request_epoch == kEpochDuringDelete || request_epoch == kNoLeaderEpoch) {
    return ErrorCode::kNone;
  }
  return request_epoch < local_epoch ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kNone;
}

}  // namespace barnabas::replica
