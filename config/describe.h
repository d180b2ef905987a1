// What DescribeConfigs answers about a broker or a topic.
//
// Threads  free functions on immutable values.
// Source   Kafka 3.9, ConfigHelper.scala
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/broker_config.h"
#include "config/config_key.h"

namespace barnabas::config {

// The numbers are those of DescribeConfigs.
enum class ConfigSource : std::int8_t {
  kUnknown = 0,
  kTopicConfig = 1,
  kDynamicBrokerConfig = 2,
  kDynamicDefaultBrokerConfig = 3,
  kStaticBrokerConfig = 4,
  kDefaultConfig = 5,
};

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // nullopt: null, or not shown because sensitive
  ConfigSource source;
  bool read_only = false;
  bool sensitive = false;
  ConfigType type = ConfigType::kUnknown;
  std::vector<ConfigSynonym> synonyms;  // strongest first; the first is where the value is from
  std::string_view documentation;
};

// Every public broker key in alphabetical order, and whatever else the user has set.
std::vector<ConfigEntry> describe_broker(const BrokerConfig& broker);

// Every topic config; `overrides` are the topic's own.
std::vector<ConfigEntry> describe_topic(const BrokerConfig& broker, const Properties& overrides);

}  // namespace barnabas::config
