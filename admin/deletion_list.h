// Up to where records are to be deleted, as in the file of kafka-delete-records:
// {"partitions":[{"topic":"t","partition":0,"offset":5}],"version":1}
//
// Threads  free functions.
// Failure  std::runtime_error, in the words of Kafka's tool.
// Source   Kafka 3.9, DeleteRecordsCommand.java
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/protocol/ids.h"

namespace barnabas::admin {

// In the order of the file, each partition once.
using DeletionList = std::vector<std::pair<TopicPartition, std::int64_t>>;

DeletionList parse_deletion_list(std::string_view json);

}  // namespace barnabas::admin
