#include "broker/controller/topic_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/protocol/error_code.h"
#include "broker/protocol/topic_name.h"

namespace barnabas::controller {
namespace {

Error invalid(std::string_view reason) {
  return {ErrorCode::kInvalidTopicException, fmt::format("Topic name is invalid: {}", reason)};
}

}  // namespace

Result<void> validate_topic_name(std::string_view name) {
  if (name.empty()) return invalid("the empty string is not allowed");
  if (name == "." || name == "..") return invalid(fmt::format("'{}' is not allowed", name));
  if (name.size() > protocol::kMaxTopicNameBytes) {
    return invalid(fmt::format("the length of '{}' is longer than the max allowed length {}", name,
                               protocol::kMaxTopicNameBytes));
  }
  if (!protocol::is_valid_topic_name(name)) {
    return invalid(fmt::format(
        "'{}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
        name));
  }
  return {};
}

bool topic_names_collide(std::string_view a, std::string_view b) {
  const auto unify = [](char c) { return c == '.' ? '_' : c; };
  return a != b && std::equal(a.begin(), a.end(), b.begin(), b.end(),
                              [&](char x, char y) { return unify(x) == unify(y); });
}

}  // namespace barnabas::controller
