// Builds message sets of magic 0 and 1: what tests send of them.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/protocol/compression.h"

namespace barnabas::log {

struct LegacyMessageBuilder {
  std::int8_t magic = 1;
  std::uint8_t attributes = 0;
  std::int64_t offset = 0;
  Timestamp timestamp = 0;

  using Bytes = std::vector<std::uint8_t>;

  Bytes build(std::optional<std::string_view> key, std::optional<std::string_view> value) const {
    Bytes message(kCrcEnd);
    message.push_back(static_cast<std::uint8_t>(magic));
    message.push_back(attributes);
    if (magic == 1) put(message, timestamp);
    put_text(message, key);
    put_text(message, value);
    store_be(message.data(), offset);
    store_be(message.data() + 8, static_cast<std::int32_t>(message.size() - kSizeEnd));
    fix_crc(message);
    return message;
  }

  // A wrapper of `messages`.
  Bytes wrap(protocol::Compression codec, const Bytes& messages) const {
    LegacyMessageBuilder wrapper = *this;
    wrapper.attributes |= static_cast<std::uint8_t>(codec);
    return wrapper.build(std::nullopt, as_text(protocol::compress(codec, messages)));
  }

  static void fix_crc(Bytes& message) {
    const auto crc = crc32_z(0, message.data() + kCrcEnd, message.size() - kCrcEnd);
    store_be(message.data() + kSizeEnd, static_cast<std::uint32_t>(crc));
  }

 private:
  static constexpr std::size_t kSizeEnd = 12;
  static constexpr std::size_t kCrcEnd = 16;

  template <typename T>
  static void put(Bytes& out, T number) {
    out.resize(out.size() + sizeof number);
    store_be(out.data() + out.size() - sizeof number, number);
  }
  static void put_text(Bytes& out, std::optional<std::string_view> text) {
    put(out, text ? static_cast<std::int32_t>(text->size()) : std::int32_t{-1});
    if (text) out.insert(out.end(), text->begin(), text->end());
  }
};

inline std::vector<std::uint8_t> joined(std::vector<std::uint8_t> a,
                                        const std::vector<std::uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace barnabas::log
