#include "broker/controller/core/alter_partition.h"

#include <algorithm>

namespace barnabas::controller {

ErrorCode check_alter_partition(const ControllerContext& context, const AlterPartition& request) {
  const BrokerInfo* broker = context.broker(request.broker);
  if (!broker || broker->epoch != request.broker_epoch) return ErrorCode::kStaleBrokerEpoch;
  return ErrorCode::kNone;
}

AlterPartitionDecision decide_alter_partition(const ControllerContext& context, BrokerId leader,
                                              const AlterPartitionItem& item,
                                              bool names_topic_ids) {
  if (item.topic.empty()) return {ErrorCode::kUnknownTopicId, {}};
  const Leadership* known = context.leadership({item.topic, item.partition});
  if (!known) return {ErrorCode::kUnknownTopicOrPartition, {}};

  const LeaderAndIsr& current = known->state;
  LeaderAndIsr proposed = current;
  proposed.leader = leader;
  proposed.leader_epoch = item.leader_epoch;
  proposed.isr = item.new_isr;
  proposed.recovery_state = item.recovery_state;

  // A leader that knows more than we do was told by a younger controller.
  if (item.leader_epoch > current.leader_epoch || item.partition_epoch > current.partition_epoch) {
    return {ErrorCode::kNotController, {}};
  }
  if (item.leader_epoch < current.leader_epoch) return {ErrorCode::kFencedLeaderEpoch, {}};
  // Before the partition epoch is looked at: a repeated request bears the old one.
  if (proposed.same_content(current)) return {ErrorCode::kNone, {}};
  if (item.partition_epoch < current.partition_epoch) {
    return {ErrorCode::kInvalidUpdateVersion, {}};
  }
  // Kafka trusts its leaders here; a state without its leader in the ISR must not be written.
  if (leader != current.leader || !contains(item.new_isr, leader)) {
    return {ErrorCode::kInvalidRequest, {}};
  }
  const bool recovering = item.recovery_state == LeaderRecoveryState::kRecovering;
  if (recovering && item.new_isr.size() > 1) return {ErrorCode::kInvalidRequest, {}};
  if (recovering && current.recovery_state == LeaderRecoveryState::kRecovered) {
    return {ErrorCode::kInvalidRequest, {}};
  }
  if (!std::all_of(item.new_isr.begin(), item.new_isr.end(),
                   [&](BrokerId id) { return context.is_live(id); })) {
    return {names_topic_ids ? ErrorCode::kIneligibleReplica : ErrorCode::kOperationNotAttempted,
            {}};
  }
  return {ErrorCode::kNone, std::move(proposed)};
}

}  // namespace barnabas::controller
