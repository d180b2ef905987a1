#include "config/config_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <regex>

#include "config/inter_broker_version.h"
#include "config/properties.h"
#include "config/valid_values.h"

namespace barnabas::config {
namespace {

[[noreturn]] void refuse(const ConfigKey& key, std::string_view value, std::string_view valid) {
  throw ConfigError(
      fmt::format("Invalid value {} for configuration {}: {}", value, key.name, valid));
}

// Java's String.trim: every control character and blank at both ends.
std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(
      text, lower, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) return std::nullopt;
  }
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename T>
ConfigValue parse_integer(const ConfigKey& key, std::string_view text) {
  const auto number = parse_number<T>(trim(text));
  if (!number) refuse(key, text, fmt::format("Not a number of type {}", type_name(key.type)));
  return std::int64_t{*number};
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  if (text.empty()) return elements;
  for (std::size_t start = 0;;) {
    const std::size_t comma = text.find(',', start);
    elements.emplace_back(trim(text.substr(start, comma - start)));
    if (comma == std::string_view::npos) return elements;
    start = comma + 1;
  }
}

ConfigValue parse_type(const ConfigKey& key, std::string_view text) {
  switch (key.type) {
    case ConfigType::kBoolean:
      if (equals_ignoring_case(trim(text), "true")) return true;
      if (equals_ignoring_case(trim(text), "false")) return false;
      refuse(key, text, "Expected value to be either true or false");
    case ConfigType::kInt:
      return parse_integer<std::int32_t>(key, text);
    case ConfigType::kShort:
      return parse_integer<std::int16_t>(key, text);
    case ConfigType::kLong:
      return parse_integer<std::int64_t>(key, text);
    case ConfigType::kDouble: {
      const auto number = parse_number<double>(trim(text));
      if (!number) refuse(key, text, "Not a number of type DOUBLE");
      return *number;
    }
    case ConfigType::kList:
      return split_list(trim(text));
    case ConfigType::kString:
    case ConfigType::kClass:
    case ConfigType::kPassword:
    case ConfigType::kUnknown:
      break;
  }
  return std::string(trim(text));
}

// As Java prints a double: 0.5, 2.0, 1.7976931348623157E308.
std::string java_double(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
  const double magnitude = std::abs(number);
  const bool plain = number == 0 || (magnitude >= 1e-3 && magnitude < 1e7);
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, number,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  std::string mantissa(text, end);
  std::string exponent;
  if (!plain) {
    const std::size_t e = mantissa.find('e');
    exponent = fmt::format("E{}", *parse_number<int>(std::string_view(mantissa).substr(e + 1)));
    mantissa.resize(e);
  }
  if (mantissa.find('.') == std::string::npos) mantissa += ".0";
  return mantissa + exponent;
}

// Range limits are whole numbers in nearly all tables.
std::string limit_text(double limit) {
  return limit == std::floor(limit) ? fmt::format("{}", static_cast<std::int64_t>(limit))
                                    : java_double(limit);
}

double as_double(const ConfigValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return static_cast<double>(std::get<std::int64_t>(value));
}

bool among(std::string_view words, std::string_view word) {
  const auto known = split_list(words);
  return std::ranges::find(known, word) != known.end();
}

void check_valid(const ConfigKey& key, const ConfigValue& value) {
  const ValidValues& valid = key.valid;
  const std::string text = value_to_string(value).value_or("null");
  switch (valid.kind) {
    case ValidValues::Kind::kAny:
      return;
    case ValidValues::Kind::kRange:
      if (as_double(value) < valid.least) {
        refuse(key, text, fmt::format("Value must be at least {}", limit_text(valid.least)));
      }
      if (as_double(value) > valid.most) {
        refuse(key, text, fmt::format("Value must be no more than {}", limit_text(valid.most)));
      }
      return;
    case ValidValues::Kind::kLevelOrDefault:
      if (as_double(value) != -1 &&
          (as_double(value) < valid.least || as_double(value) > valid.most)) {
        refuse(
            key, text,
            valid.most == kUnbounded
                ? fmt::format("Value must be at least {} or equal to -1", limit_text(valid.least))
                : fmt::format("Value must be between {} and {} or equal to -1",
                              limit_text(valid.least), limit_text(valid.most)));
      }
      return;
    case ValidValues::Kind::kOneOf:
      if (!among(valid.words, text)) {
        refuse(key, text, fmt::format("String must be one of: {}", valid.words));
      }
      return;
    case ValidValues::Kind::kListOf:
      for (const auto& element : std::get<std::vector<std::string>>(value)) {
        if (!among(valid.words, element)) {
          refuse(key, element, fmt::format("String must be one of: {}", valid.words));
        }
      }
      return;
    case ValidValues::Kind::kThrottledReplicas: {
      static const std::regex kReplicas(R"(\*|((\d+:\d+)?(,(\d+:\d+)?)*))");
      if (!std::regex_match(text, kReplicas)) {
        refuse(key, fmt::format("[{}]", text),
               fmt::format("{} must be the literal '*' or a list of replicas in the following "
                           "format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
                           key.name));
      }
      return;
    }
    case ValidValues::Kind::kVersion:
      if (!inter_broker_version(text)) {
        refuse(key, text, fmt::format("Version {} is not a valid version", text));
      }
      return;
    case ValidValues::Kind::kNonEmpty:
      if (text.empty()) refuse(key, text, "String must be non-empty");
      return;
  }
}

}  // namespace

ConfigValue parse_value(const ConfigKey& key, std::string_view text) {
  ConfigValue value = parse_type(key, text);
  check_valid(key, value);
  return value;
}

std::optional<std::string> value_to_string(const ConfigValue& value) {
  struct Printer {
    std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
    std::optional<std::string> operator()(bool b) const { return b ? "true" : "false"; }
    std::optional<std::string> operator()(std::int64_t n) const { return fmt::format("{}", n); }
    std::optional<std::string> operator()(double d) const { return java_double(d); }
    std::optional<std::string> operator()(const std::string& s) const { return s; }
    std::optional<std::string> operator()(const std::vector<std::string>& list) const {
      return fmt::format("{}", fmt::join(list, ","));
    }
  };
  return std::visit(Printer{}, value);
}

}  // namespace barnabas::config
