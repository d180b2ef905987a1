#include "broker/base/uuid.h"

#include <fmt/ranges.h>

namespace barnabas {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextLength = 22;

}  // namespace

Uuid Uuid::random(Random& random) {
  Uuid id;
  do {
    for (std::size_t half = 0; half < 2; ++half) {
      std::uint64_t bits = random.next();
      for (std::size_t i = 0; i < 8; ++i, bits >>= 8) {
        id.bytes[half * 8 + i] = static_cast<std::uint8_t>(bits);
      }
    }
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  } while (id.to_string().front() == '-');
  return id;
}

std::string Uuid::to_string() const {
  std::string text;
  text.reserve(kTextLength);
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8) | byte;
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[(bits >> (count - 6)) & 63];
  }
  text += kAlphabet[(bits << (6 - count)) & 63];
  return text;
}

std::string Uuid::to_hex_string() const {
  const auto hex = [this](std::size_t from, std::size_t to) {
    return fmt::format("{:02x}", fmt::join(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                                           bytes.begin() + static_cast<std::ptrdiff_t>(to), ""));
  };
  return fmt::format("{}-{}-{}-{}-{}", hex(0, 4), hex(4, 6), hex(6, 8), hex(8, 10), hex(10, 16));
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  Uuid id;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t filled = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8 && filled < id.bytes.size()) {
      count -= 8;
      id.bytes[filled++] = static_cast<std::uint8_t>(bits >> count);
    }
  }
  return id;
}

}  // namespace barnabas
