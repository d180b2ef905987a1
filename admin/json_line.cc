#include "admin/json_line.h"

#include <fmt/format.h>

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
