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
  const char* const begin = value.begin();
  std::from_chars(begin, begin + colon, name.producer);
  std::from_chars(begin + colon + 1, value.end(), name.number);
  return name;
}

}  // namespace barnabas::sim
