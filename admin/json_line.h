// One JSON object in one line, its fields in the order in which they are added: what the verifiable
// tools print, as Jackson writes it.
//
// Threads  a value type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::admin {

class JsonLine {
 public:
  // nullopt: null.
  JsonLine& text(std::string_view name, std::optional<std::string_view> value);
  JsonLine& number(std::string_view name, std::int64_t value);
  JsonLine& real(std::string_view name, double value);
  JsonLine& boolean(std::string_view name, bool value);
  JsonLine& objects(std::string_view name, const std::vector<JsonLine>& values);

  // Without a line end.
  std::string str() const { return "{" + fields_ + "}"; }

 private:
  void name(std::string_view name);

  std::string fields_;
};

}  // namespace barnabas::admin
