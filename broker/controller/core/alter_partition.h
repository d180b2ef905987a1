// Whether a leader's proposal of an ISR may be written.
//
// Threads  pure functions.
// Source   Kafka 3.9, KafkaController.tryProcessAlterPartition
#pragma once

#include <optional>

#include "broker/controller/core/controller_context.h"
#include "broker/controller/core/requests.h"

namespace barnabas::controller {

// What the whole request is answered; NONE: look at its items.
ErrorCode check_alter_partition(const ControllerContext& context, const AlterPartition& request);

struct AlterPartitionDecision {
  ErrorCode error = ErrorCode::kNone;
  // With NONE: absent, the proposal holds already (it was written by an earlier try); else what to
  // write, expecting its partition_epoch.
  std::optional<LeaderAndIsr> write;
};

// `leader`: the broker that proposes. `item.topic` is known, or empty for an unknown topic id.
AlterPartitionDecision decide_alter_partition(const ControllerContext& context, BrokerId leader,
                                              const AlterPartitionItem& item, bool names_topic_ids);

}  // namespace barnabas::controller
