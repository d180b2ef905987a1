// One JSON object in one line, its fields in the order in which they are added, as Jackson writes
// it: what the verifiable tools print, and the records of Kafka's internal topics.
//
// Threads  a value type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"

namespace barnabas::admin {

class JsonLine {
 public:
  // nullopt: null.
  JsonLine& text(std::string_view name, std::optional<std::string_view> value);
  JsonLine& number(std::string_view name, std::int64_t value);
  JsonLine& real(std::string_view name, double value);
  JsonLine& boolean(std::string_view name, bool value);
  JsonLine& object(std::string_view name, const JsonLine& value);
  JsonLine& objects(std::string_view name, const std::vector<JsonLine>& values);
  JsonLine& numbers(std::string_view name, std::span<const std::int32_t> values);
  JsonLine& texts(std::string_view name, std::span<const std::string_view> values);
  // Base64; nullopt: null.
  JsonLine& bytes(std::string_view name, std::optional<BytesView> value);
  JsonLine& null(std::string_view name) { return text(name, std::nullopt); }

  // Without a line end.
  std::string str() const { return "{" + fields_ + "}"; }

 private:
  void name(std::string_view name);

  std::string fields_;
};

}  // namespace barnabas::admin
