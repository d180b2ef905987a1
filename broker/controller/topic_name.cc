#include "broker/controller/topic_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/protocol/error_code.h"

namespace barnabas::controller {
namespace {

constexpr std::size_t kMaxLength = 249;

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

Error invalid(std::string_view reason) {
  return {ErrorCode::kInvalidTopicException, fmt::format("Topic name is invalid: {}", reason)};
}

}  // namespace

Result<void> validate_topic_name(std::string_view name) {
  if (name.empty()) return invalid("the empty string is not allowed");
  if (name == "." || name == "..") return invalid(fmt::format("'{}' is not allowed", name));
  if (name.size() > kMaxLength) {
    return invalid(fmt::format("the length of '{}' is longer than the max allowed length {}", name,
                               kMaxLength));
  }
  if (!std::all_of(name.begin(), name.end(), is_legal)) {
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
