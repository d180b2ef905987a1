// What IncrementalAlterConfigs does to the configs of one resource.
//
// Threads  a free function on values.
// Source   Kafka 3.9, ConfigAdminManager.scala (prepareIncrementalConfigs), AlterConfigOp.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/properties.h"

namespace barnabas::config {

// The numbers are those of IncrementalAlterConfigs.
enum class AlterConfigOp : std::int8_t { kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3 };

struct ConfigAlteration {
  std::string name;
  AlterConfigOp op = AlterConfigOp::kSet;
  std::string value;  // of kDelete: not looked at
};

// Applies it to a topic's own configs. What is appended to or taken from a list that the topic has
// not set begins with Kafka's default of the key.
//   returns  what a client is told (with INVALID_CONFIG) when the key is no list; nullopt: done
std::optional<std::string> alter_topic_config(const ConfigAlteration& alteration,
                                              Properties& configs);

}  // namespace barnabas::config
