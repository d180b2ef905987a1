// What consumers tell each other through their group coordinator, which does not look into it:
// subscriptions and assignments, with their version in front.
//
// Threads  pure functions.
// Source   Kafka 3.9, ConsumerProtocol.java
#pragma once

#include <string>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/protocol/ids.h"

namespace barnabas::sim {

std::string encode_subscription(const std::string& topic);
// The topics.
Result<std::vector<std::string>> decode_subscription(BytesView bytes);

// Partitions of one topic.
std::string encode_assignment(const std::vector<TopicPartition>& partitions);
// Nothing at all is an assignment too: of a member that its leader did not know.
Result<std::vector<TopicPartition>> decode_assignment(BytesView bytes);

}  // namespace barnabas::sim
