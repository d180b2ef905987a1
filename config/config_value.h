// A configuration value of its key's type, and the way from text to it and back.
//
// Threads  a value type.
// Source   Kafka 3.9, ConfigDef.java (parseType, convertToString, validators)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config_key.h"

namespace barnabas::config {

// monostate: Kafka's null. int, short and long are all int64; string, class and password strings.
using ConfigValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

// Reads `text` as `key`'s type and checks it against its valid values.
// Throws ConfigError("Invalid value x for configuration y: ...").
ConfigValue parse_value(const ConfigKey& key, std::string_view text);

// As Kafka prints a parsed value; null is nullopt.
std::optional<std::string> value_to_string(const ConfigValue& value);

}  // namespace barnabas::config
