// Broker errors as Kafka's tools word them.
//
// Threads  free functions.
// Source   Kafka 3.9, Errors.java and the exceptions it names
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/protocol/error_code.h"

namespace barnabas::admin {

// The Java class that Kafka's client makes of a code:
// org.apache.kafka.common.errors.TopicExistsException.
std::string exception_name(ErrorCode code);

// What is said of a code that came without a message of its own.
std::string default_message(ErrorCode code);

// The class and the message, as Java shows what a future failed with.
std::string execution_error(const Error& error);

// The broker's message, or the default one.
Error broker_error(ErrorCode code, const std::optional<std::string_view>& message);

}  // namespace barnabas::admin
