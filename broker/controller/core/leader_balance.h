// Which partitions should return to their preferred leaders.
//
// Threads  pure function.
// Source   Kafka 3.9, KafkaController.checkAndTriggerAutoLeaderRebalance
#pragma once

#include <vector>

#include "broker/controller/core/controller_context.h"

namespace barnabas::controller {

// For each preferred broker (head of the assignments): when more than `percentage` of its
// partitions are led by others, those of them that it could lead now.
std::vector<TopicPartition> find_imbalanced_partitions(const ControllerContext& context,
                                                       int percentage);

}  // namespace barnabas::controller
