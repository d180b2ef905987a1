// Which topics a user means by --topic: names or a regular expression.
//
// A comma separates alternatives; blanks and quotes around the text are dropped. The whole name
// has to match. Expressions are read as ECMAScript does, which agrees with Java's on what topic
// names are matched with.
// Threads  immutable.
// Source   Kafka 3.9, TopicFilter.java, Topic.java
#pragma once

#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace barnabas::admin {

bool is_internal_topic(std::string_view topic);

// True when the name holds '.' or '_', which metrics cannot tell apart.
bool has_collision_chars(std::string_view topic);

class TopicFilter {
 public:
  // Throws std::runtime_error: "<expression> is an invalid regex."
  explicit TopicFilter(std::string_view text);

  bool matches(const std::string& topic) const { return std::regex_match(topic, regex_); }

 private:
  std::regex regex_;
};

}  // namespace barnabas::admin
