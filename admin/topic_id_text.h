// A topic id as somebody typed it.
//
// Threads  a pure function.
// Source   Kafka 3.9, Uuid.java (fromString); java.util.Base64's decoder for URLs, whose words
// these are
#pragma once

#include <string_view>

#include "broker/base/uuid.h"

namespace barnabas::admin {

// Throws std::runtime_error with what Kafka's tools say of a text that is no id.
Uuid parse_topic_id(std::string_view text);

}  // namespace barnabas::admin
