// Small things that Java does to text, where Kafka's tools show what came of it.
//
// Threads  free functions.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

// String.split: empty parts at the end are dropped; a text without separators is one part.
std::vector<std::string_view> java_split(std::string_view text, char separator);

// String.trim: blanks and control characters at both ends.
std::string_view java_trim(std::string_view text);

// Double.toString, Float.toString: 1.0, 0.001, 1.0E7.
std::string java_real(double value);
std::string java_real(float value);

// Integer.parseInt, Long.parseLong. nullopt: not a number, or too large.
template <typename T>
std::optional<T> java_number(std::string_view text) {
  if (text.starts_with("+-")) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace barnabas::admin
