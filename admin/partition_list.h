// A list of partitions in a file: {"partitions":[{"topic":"t","partition":0}]}.
//
// Threads  free functions.
// Failure  std::runtime_error, in the words of Kafka's tools.
// Source   Kafka 3.9, LeaderElectionCommand.java
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/protocol/ids.h"

namespace barnabas::admin {

std::vector<TopicPartition> parse_partition_list(std::string_view json);

std::vector<TopicPartition> read_partition_list(const std::string& path);

}  // namespace barnabas::admin
