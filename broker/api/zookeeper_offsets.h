// Committed offsets as clients of before Kafka 0.8.2 keep them: in ZooKeeper, by version 0 of
// OffsetCommit and OffsetFetch, below /consumers/GROUP/offsets.
//
// Threads  any; ZooKeeper is asked on the coordination executor, where `done` is called once.
// Errors   UNKNOWN_SERVER_ERROR: whatever ZooKeeper says, as in Kafka.
// Source   Kafka 3.9, KafkaZkClient.scala (setOrCreateConsumerOffset, getConsumerOffset)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/protocol/ids.h"

namespace barnabas::api {

struct Context;

using ZooKeeperOffsets = std::vector<std::pair<TopicPartition, Offset>>;

// One code per partition.
void commit_to_zookeeper(Context& context, std::string group, ZooKeeperOffsets offsets,
                         std::function<void(std::vector<ErrorCode>)> done);

// One answer per partition; nullopt: nothing is committed.
using ZooKeeperOffset = Result<std::optional<Offset>>;
void fetch_from_zookeeper(Context& context, std::string group,
                          std::vector<TopicPartition> partitions,
                          std::function<void(std::vector<ZooKeeperOffset>)> done);

}  // namespace barnabas::api
