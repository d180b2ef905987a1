// The command line of kafka-console-consumer, checked.
//
// Threads  free functions.
// Failure  OptionError and UsageError: the message and the help; std::runtime_error: the message.
// Source   Kafka 3.9, ConsoleConsumerOptions.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "admin/message_formatter.h"
#include "admin/tool.h"
#include "config/properties.h"

namespace barnabas::admin {

inline constexpr std::int64_t kEarliestOffset = -2;
inline constexpr std::int64_t kLatestOffset = -1;

struct ConsoleConsumerOptions {
  std::optional<std::string> topic;    // one of these two
  std::optional<std::string> include;  // a regular expression
  std::optional<std::int32_t> partition;
  std::int64_t start_offset = kLatestOffset;
  std::optional<std::int64_t> max_messages;
  std::optional<std::int64_t> timeout_ms;
  bool skip_message_on_error = false;
  bool systest_events = false;
  config::Properties consumer;  // in Java's names
  std::string formatter_class;
  config::Properties formatter;
};

OptionParser console_consumer_option_parser();

ConsoleConsumerOptions check_console_consumer_options(const Options& options);

}  // namespace barnabas::admin
