// Properties of Kafka's Java clients, made into librdkafka's.
//
// Most names are the same; some differ in name or unit; what only a JVM needs (serializers and the
// like) has no counterpart and is dropped.
// Threads  free functions.
// Source   Kafka 3.9, ProducerConfig.java, ConsumerConfig.java; librdkafka's CONFIGURATION.md
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/option_parser.h"
#include "broker/base/clock.h"
#include "config/properties.h"

namespace barnabas::admin {

// "true" in any case, blanks around it dropped.
bool is_true(const config::Properties& properties, std::string_view key);

// `key=value` pairs as --property and its like take them, over those of the file, if given.
config::Properties gather_properties(const Options& options, std::string_view file_option,
                                     std::string_view pair_option);

// librdkafka's name and value; nullopt: it has no such setting, or none that PLAINTEXT (the only
// protocol, see require_plaintext) could use. Throws std::runtime_error, in Kafka's words, for a
// value that Kafka would refuse or that librdkafka has nothing for.
std::optional<std::pair<std::string, std::string>> to_librdkafka(const std::string& name,
                                                                 const std::string& value);

// A setting in ms, an int or a long of Java's; `fallback` where it is not set. Throws
// config::ConfigError, in Kafka's words, for what is no such number or negative.
template <typename T>
Duration java_duration(const config::Properties& properties, std::string_view key,
                       Duration fallback);
extern template Duration java_duration<std::int32_t>(const config::Properties&, std::string_view,
                                                     Duration);
extern template Duration java_duration<std::int64_t>(const config::Properties&, std::string_view,
                                                     Duration);

// max.block.ms, which librdkafka does not have: how long a producer waits for a topic that it does
// not know yet; where it is not set 60 s.
std::chrono::milliseconds max_block(const config::Properties& properties);

// True for settings of the Java clients that mean nothing outside a JVM.
bool is_java_only(std::string_view name);

}  // namespace barnabas::admin
