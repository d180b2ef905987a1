// Topic configs: their names and types, checks, and the values that a topic ends up with.
//
// A topic's value comes from the topic itself, else from the broker key that is its synonym.
// Threads  free functions on immutable values.
// Failure  the validators return the message a client is told (with INVALID_CONFIG).
// Source   Kafka 3.9, LogConfig.java, ServerTopicConfigSynonyms.java
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/broker_config.h"

namespace barnabas::config {

struct ConfigKey;

// What one topic's logs go by. Members are named as the keys.
struct TopicConfig {
  std::int32_t segment_bytes = 1073741824;
  std::int64_t segment_ms = 604800000;
  std::int64_t segment_jitter_ms = 0;
  std::int64_t retention_ms = 604800000;
  std::int64_t retention_bytes = -1;
  std::int32_t segment_index_bytes = 10485760;
  std::int32_t index_interval_bytes = 4096;
  std::int32_t max_message_bytes = 1048588;
  std::string message_timestamp_type = "CreateTime";  // or LogAppendTime
  std::int64_t message_timestamp_before_max_ms = 9223372036854775807;
  std::int64_t message_timestamp_after_max_ms = 9223372036854775807;
  std::int64_t flush_messages = 9223372036854775807;
  std::int64_t flush_ms = 9223372036854775807;
  std::int64_t file_delete_delay_ms = 60000;
  std::int32_t min_insync_replicas = 1;
  bool message_downconversion_enable = true;
  std::string compression_type = "producer";
  std::int32_t compression_gzip_level = -1;
  std::int32_t compression_lz4_level = 9;
  std::int32_t compression_zstd_level = 3;
  bool unclean_leader_election_enable = false;
  std::vector<std::string> cleanup_policy = {"delete"};
};

// nullopt: accepted. Else "Unknown topic config name: x" or "Invalid value x for ...".
std::optional<std::string> validate_topic_config(std::string_view name, std::string_view value);

// What is wrong with a topic's configs. Kafka has two exceptions for it; before the text of one
// (of a value, not of a name) it says which resource was to be changed.
struct TopicConfigProblem {
  std::string message;
  bool resource_is_said = false;
};

// All names and values, and the rules between them on top of the broker's values.
std::optional<TopicConfigProblem> check_topic_configs(const BrokerConfig& broker,
                                                      const Properties& overrides);
std::optional<std::string> validate_topic_configs(const BrokerConfig& broker,
                                                  const Properties& overrides);

// The same without a broker, against Kafka's defaults: what the tools check before they ask.
std::optional<std::string> validate_topic_configs(const Properties& overrides);

// Those of a topic's configs that are known and have no effect yet, unless they say what holds
// without them, too.
std::vector<const ConfigKey*> topic_configs_without_effect(const Properties& overrides);

// The value of every topic config: the topic's own, else the broker's, synonyms resolved. Of
// `overrides`, unknown names and values that do not parse (written by somebody else) count as not
// set.
std::map<std::string_view, ConfigValue> topic_values(const BrokerConfig& broker,
                                                     const Properties& overrides);

// The typed form of topic_values.
TopicConfig make_topic_config(const BrokerConfig& broker, const Properties& overrides);

}  // namespace barnabas::config
