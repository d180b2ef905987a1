#include "admin/topic_id_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace barnabas::admin {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kMostCharacters = 24;  // 16 bytes, padded

[[noreturn]] void refuse(const std::string& text) {
  throw std::runtime_error(text);
}

// What is left of the text after `digits`, the digits at its front: padding, or nothing.
void check_padding(std::string_view text, std::size_t digits) {
  const std::size_t in_last_unit = digits % 4;
  if (digits == text.size()) {
    if (in_last_unit == 1) refuse("Last unit does not have enough valid bits");
    return;
  }
  if (text[digits] != '=') {
    refuse(fmt::format("Illegal base64 character {:x}", static_cast<unsigned char>(text[digits])));
  }
  std::size_t end = digits + 1;
  if (in_last_unit == 0) refuse("Input byte array has wrong 4-byte ending unit");
  if (in_last_unit == 1) refuse("Last unit does not have enough valid bits");
  if (in_last_unit == 2) {
    if (end == text.size() || text[end] != '=')
      refuse("Input byte array has wrong 4-byte ending unit");
    ++end;
  }
  if (end < text.size())
    refuse(fmt::format("Input byte array has incorrect ending byte at {}", end));
}

}  // namespace

Uuid parse_topic_id(std::string_view text) {
  if (text.size() > kMostCharacters) {
    refuse(fmt::format("Input string with prefix `{}` is too long to be decoded as a base64 UUID",
                       text.substr(0, kMostCharacters)));
  }
  if (text.size() == 1) refuse("Input byte[] should at least have 2 bytes for base64 bytes");
  const std::size_t digits = std::min(text.find_first_not_of(kDigits), text.size());
  check_padding(text, digits);

  constexpr std::size_t kBytes = sizeof(Uuid::bytes);
  const std::size_t bytes = digits * 6 / 8;
  if (bytes != kBytes) {
    refuse(
        fmt::format("Input string `{}` decoded as {} bytes, which is not equal to the expected {} "
                    "bytes of a base64-encoded UUID",
                    text, bytes, kBytes));
  }
  return Uuid::parse(text.substr(0, digits)).value();
}

}  // namespace barnabas::admin
