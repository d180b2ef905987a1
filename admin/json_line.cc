#include "admin/json_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace barnabas::admin {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string base64(BytesView bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = std::min<std::size_t>(bytes.size() - at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < left ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      out += i > left ? '=' : kDigits[bits >> (18 - 6 * i) & 0x3f];
    }
  }
  return out;
}

}  // namespace

void JsonLine::name(std::string_view name) {
  if (!fields_.empty()) fields_ += ',';
  fields_ += quoted(name) + ':';
}

JsonLine& JsonLine::text(std::string_view name, std::optional<std::string_view> value) {
  this->name(name);
  fields_ += value ? quoted(*value) : "null";
  return *this;
}

JsonLine& JsonLine::number(std::string_view name, std::int64_t value) {
  this->name(name);
  fields_ += fmt::format("{}", value);
  return *this;
}

JsonLine& JsonLine::real(std::string_view name, double value) {
  this->name(name);
  std::string digits = fmt::format("{}", value);
  if (digits.find_first_of(".en") == std::string::npos) digits += ".0";
  fields_ += digits;
  return *this;
}

JsonLine& JsonLine::boolean(std::string_view name, bool value) {
  this->name(name);
  fields_ += value ? "true" : "false";
  return *this;
}

JsonLine& JsonLine::object(std::string_view name, const JsonLine& value) {
  this->name(name);
  fields_ += value.str();
  return *this;
}

JsonLine& JsonLine::numbers(std::string_view name, std::span<const std::int32_t> values) {
  this->name(name);
  fields_ += fmt::format("[{}]", fmt::join(values, ","));
  return *this;
}

JsonLine& JsonLine::texts(std::string_view name, std::span<const std::string_view> values) {
  std::vector<std::string> elements;
  for (const std::string_view value : values) elements.push_back(quoted(value));
  this->name(name);
  fields_ += fmt::format("[{}]", fmt::join(elements, ","));
  return *this;
}

JsonLine& JsonLine::bytes(std::string_view name, std::optional<BytesView> value) {
  if (!value) return null(name);
  return text(name, base64(*value));
}

JsonLine& JsonLine::objects(std::string_view name, const std::vector<JsonLine>& values) {
  this->name(name);
  fields_ += '[';
  for (const JsonLine& value : values) {
    if (fields_.back() != '[') fields_ += ',';
    fields_ += value.str();
  }
  fields_ += ']';
  return *this;
}

}  // namespace barnabas::admin
