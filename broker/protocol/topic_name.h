// Which names a topic may have, and which topics are Kafka's own.
//
// Threads  stateless functions.
// Source   Kafka 3.9, clients/.../common/internals/Topic.java
#pragma once

#include <algorithm>
#include <string_view>

namespace barnabas::protocol {

inline constexpr std::size_t kMaxTopicNameBytes = 249;

inline bool is_valid_topic_name(std::string_view name) {
  const auto is_legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kMaxTopicNameBytes && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), is_legal);
}

inline bool is_internal_topic(std::string_view name) {
  return name == "__consumer_offsets" || name == "__transaction_state";
}

}  // namespace barnabas::protocol
