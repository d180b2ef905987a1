#include "admin/topic_filter.h"

#include <fmt/format.h>

#include <algorithm>

namespace barnabas::admin {
namespace {

std::string expression_of(std::string_view text) {
  std::string expression(text);
  std::ranges::replace(expression, ',', '|');
  std::erase_if(expression, [](unsigned char c) { return c <= ' '; });
  const std::size_t first = expression.find_first_not_of("\"'");
  if (first == std::string::npos) return {};
  const std::size_t last = expression.find_last_not_of("\"'");
  return expression.substr(first, last - first + 1);
}

}  // namespace

bool is_internal_topic(std::string_view topic) {
  return topic == "__consumer_offsets" || topic == "__transaction_state";
}

bool has_collision_chars(std::string_view topic) {
  return topic.find_first_of("._") != std::string_view::npos;
}

TopicFilter::TopicFilter(std::string_view text) {
  const std::string expression = expression_of(text);
  try {
    regex_.assign(expression);
  } catch (const std::regex_error&) {
    throw std::runtime_error(fmt::format("{} is an invalid regex.", expression));
  }
}

}  // namespace barnabas::admin
