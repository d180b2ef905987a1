#include "broker/protocol/codec.h"

#include <fmt/format.h>

#include "broker/base/check.h"

namespace barnabas::protocol {

Error unsupported_version(std::string_view message_name, std::int16_t version,
                          std::int16_t min_version, std::int16_t max_version) {
  return {ErrorCode::kUnsupportedVersion,
          fmt::format("{} version {}: there are {} to {}", message_name, version, min_version,
                      max_version)};
}

void check_has_version(bool in_range, std::string_view message_name, std::int16_t version) {
  CHECK(in_range, "{} has no version {}", message_name, version);
}

void check_unset(bool is_default, std::string_view field_name, std::int16_t version) {
  CHECK(is_default, "{} is set, which version {} cannot say", field_name, version);
}

void check_not_null(bool present, std::string_view field_name, std::int16_t version) {
  CHECK(present, "{} is null, which version {} cannot say", field_name, version);
}

}  // namespace barnabas::protocol
