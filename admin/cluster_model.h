// What the tools know of a cluster, free of the wire.
//
// Threads  value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

struct BrokerEndpoint {
  std::int32_t id = -1;  // -1, -2, ...: a bootstrap server
  std::string host;
  std::int32_t port = 0;
};

struct TopicListing {
  std::string name;
  Uuid topic_id;
  bool internal = false;
};

struct PartitionInfo {
  PartitionId partition;
  std::optional<BrokerId> leader;  // nullopt: none, or one that is not alive
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> isr;
};

struct TopicInfo {
  std::string name;
  Uuid topic_id;
  std::vector<PartitionInfo> partitions;  // ascending
};

struct TopicConfigEntry {
  std::string name;
  std::optional<std::string> value;  // nullopt: null, or hidden
  bool is_default = true;
};
using TopicConfigEntries = std::vector<TopicConfigEntry>;  // as the broker sent them

enum class ConfigResource : std::int8_t { kTopic = 2, kBroker = 4 };

// The numbers are those of DescribeConfigs.
enum class ConfigEntrySource : std::int8_t {
  kUnknown = 0,
  kDynamicTopic = 1,
  kDynamicBroker = 2,
  kDynamicDefaultBroker = 3,
  kStaticBroker = 4,
  kDefault = 5,
};

struct ResourceConfigEntry {
  struct Synonym {
    std::string name;
    std::optional<std::string> value;
    ConfigEntrySource source = ConfigEntrySource::kUnknown;
  };
  std::string name;
  std::optional<std::string> value;  // nullopt: null, or hidden
  ConfigEntrySource source = ConfigEntrySource::kUnknown;
  bool sensitive = false;
  std::vector<Synonym> synonyms;  // strongest first
};

// Partitions to be added to a topic.
struct NewPartitions {
  std::string topic;
  std::int32_t total = 0;
  // Of the new ones; absent: the controller chooses.
  std::optional<std::vector<std::vector<BrokerId>>> assignment = {};
};

struct Reassignment {
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;
};
using Reassignments = std::map<TopicPartition, Reassignment>;

struct NewTopic {
  std::string name;
  std::optional<std::int32_t> partitions = {};          // nullopt: the cluster's default
  std::optional<std::int16_t> replication_factor = {};  // nullopt: the cluster's default
  std::vector<std::vector<BrokerId>> assignment =
      {};  // by partition; empty: the controller chooses
  std::map<std::string, std::string> configs = {};
};

enum class ElectionType : std::int8_t { kPreferred = 0, kUnclean = 1 };

struct ElectionResult {
  TopicPartition partition;
  std::optional<Error> error;  // nullopt: a leader was elected
};

}  // namespace barnabas::admin
