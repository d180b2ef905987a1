#include "broker/protocol/java_string.h"

#include <limits>

namespace barnabas::protocol {
namespace {

// Calls `unit` with every UTF-16 code unit; what is no UTF-8 becomes U+FFFD, as in Java.
template <typename Unit>
void for_each_utf16_unit(std::string_view utf8, Unit unit) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  std::size_t at = 0;
  while (at < utf8.size()) {
    const auto first = static_cast<std::uint8_t>(utf8[at++]);
    int more = 0;
    std::uint32_t point = first;
    if (first >= 0xF0 && first < 0xF8) {
      more = 3;
      point = first & 0x07U;
    } else if (first >= 0xE0) {
      more = first < 0xF0 ? 2 : -1;
      point = first & 0x0FU;
    } else if (first >= 0xC0) {
      more = 1;
      point = first & 0x1FU;
    } else if (first >= 0x80) {
      more = -1;
    }
    for (; more > 0; --more) {
      if (at == utf8.size() || (static_cast<std::uint8_t>(utf8[at]) & 0xC0U) != 0x80U) {
        more = -1;
        break;
      }
      point = (point << 6U) | (static_cast<std::uint8_t>(utf8[at++]) & 0x3FU);
    }
    if (more < 0) point = kReplacement;
    if (point < 0x10000) {
      unit(point);
    } else {
      unit(0xD800 + ((point - 0x10000) >> 10U));
      unit(0xDC00 + ((point - 0x10000) & 0x3FFU));
    }
  }
}

}  // namespace

std::size_t utf16_length(std::string_view utf8) {
  std::size_t length = 0;
  for_each_utf16_unit(utf8, [&](std::uint32_t) { ++length; });
  return length;
}

std::int32_t java_hash_code(std::string_view utf8) {
  std::uint32_t hash = 0;
  for_each_utf16_unit(utf8, [&](std::uint32_t unit) { hash = hash * 31 + unit; });
  return static_cast<std::int32_t>(hash);
}

PartitionId partition_for(std::string_view key, std::int32_t partition_count) {
  const std::int32_t hash = java_hash_code(key);
  // The one number without a positive counterpart counts as 0.
  const std::int32_t positive = hash == std::numeric_limits<std::int32_t>::min() ? 0
                                : hash < 0                                       ? -hash
                                                                                 : hash;
  return PartitionId(positive % partition_count);
}

}  // namespace barnabas::protocol
