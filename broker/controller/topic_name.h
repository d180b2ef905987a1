// Which names topics may have.
//
// Threads  pure functions.
// Source   Kafka 3.9, org/apache/kafka/common/internals/Topic.java
#pragma once

#include <string_view>

#include "broker/base/result.h"

namespace barnabas::controller {

// Error: INVALID_TOPIC_EXCEPTION, with Kafka's message.
Result<void> validate_topic_name(std::string_view name);

// Different names that metrics cannot tell apart, because they write '.' as '_'.
bool topic_names_collide(std::string_view a, std::string_view b);

}  // namespace barnabas::controller
