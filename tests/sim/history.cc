#include "tests/sim/history.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "broker/base/check.h"

namespace barnabas::sim {

std::string RecordName::to_string() const {
  return fmt::format("{}:{}", producer, number);
}

RecordName RecordName::parse(std::string_view value) {
  RecordName name;
  const auto colon = value.find(':');
  CHECK(colon != std::string_view::npos, "record value {}", value);
  const char* const end = value.data() + value.size();
  std::from_chars(value.data(), value.data() + colon, name.producer);
  std::from_chars(value.data() + colon + 1, end, name.number);
  return name;
}

}  // namespace barnabas::sim
