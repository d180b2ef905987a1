// A 128-bit id, written as Kafka writes topic and cluster ids: URL-safe base64, 22 characters.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/random.h"

namespace barnabas {

// Threads  a value type.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};  // most significant first; all zero: no id

  // A version 4 id whose text does not begin with '-', so that command lines can take it.
  static Uuid random(Random& random);
  // The 22 characters of to_string(); anything else is nullopt.
  static std::optional<Uuid> parse(std::string_view text);

  std::string to_string() const;
  // As java.util.UUID writes it: 36 characters, hexadecimal, with hyphens.
  std::string to_hex_string() const;
  bool is_zero() const { return *this == Uuid{}; }
  auto operator<=>(const Uuid&) const = default;
};

}  // namespace barnabas

template <>
struct std::hash<barnabas::Uuid> {
  std::size_t operator()(const barnabas::Uuid& id) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
};
