#include "broker/protocol/writer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "broker/base/check.h"

namespace barnabas::protocol {
namespace {

constexpr std::size_t kInitialBytes = 512;

std::size_t varint_bytes(std::uint32_t value) {
  return static_cast<std::size_t>(std::bit_width(value | 1U) + 6) / 7;
}

void store_varint(std::uint8_t* at, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::uint8_t>(value | 0x80);
  *at = static_cast<std::uint8_t>(value);
}

// At most kMaxStringBytes of the text, never cut within a UTF-8 character.
std::string_view cut_to_string(std::string_view text) {
  if (text.size() <= kMaxStringBytes) return text;
  std::size_t length = kMaxStringBytes;
  while (length > 0 && (static_cast<std::uint8_t>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

}  // namespace

Writer::Writer() : buffer_(Buffer::allocate(kInitialBytes)) {}

void Writer::enlarge(std::size_t size_bytes) {
  auto larger = Buffer::allocate(std::max(buffer_->size() * 2, used_ + size_bytes));
  std::memcpy(larger->data(), buffer_->data(), used_);
  buffer_ = std::move(larger);
}

void Writer::write_float64(double value) {
  write<std::int64_t>(std::bit_cast<std::int64_t>(value));
}

void Writer::write_uuid(const Uuid& id) {
  write_raw(id.bytes);
}

void Writer::write_unsigned_varint(std::uint32_t value) {
  store_varint(grow(varint_bytes(value)), value);
}

void Writer::write_raw(BytesView bytes) {
  if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
}

void Writer::write_length(std::size_t length, Encoding encoding) {
  CHECK(length < std::numeric_limits<std::int32_t>::max(), "a length of {}", length);
  if (encoding == Encoding::kFlexible) {
    write_unsigned_varint(static_cast<std::uint32_t>(length + 1));
  } else {
    write<std::int32_t>(static_cast<std::int32_t>(length));
  }
}

void Writer::write_string(std::string_view text, Encoding encoding) {
  text = cut_to_string(text);
  if (encoding == Encoding::kFlexible) {
    write_unsigned_varint(static_cast<std::uint32_t>(text.size() + 1));
  } else {
    write<std::int16_t>(static_cast<std::int16_t>(text.size()));
  }
  write_raw(as_bytes(text));
}

void Writer::write_nullable_string(std::optional<std::string_view> text, Encoding encoding) {
  if (text) {
    write_string(*text, encoding);
  } else if (encoding == Encoding::kFlexible) {
    write_unsigned_varint(0);
  } else {
    write<std::int16_t>(-1);
  }
}

void Writer::write_bytes(BytesView bytes, Encoding encoding) {
  write_length(bytes.size(), encoding);
  write_raw(bytes);
}

void Writer::write_nullable_bytes(std::optional<BytesView> bytes, Encoding encoding) {
  if (bytes) {
    write_bytes(*bytes, encoding);
  } else {
    write_null_array(encoding);
  }
}

void Writer::write_records(const Records& records, Encoding encoding) {
  if (records.is_null()) {
    write_null_array(encoding);
    return;
  }
  write_length(static_cast<std::size_t>(records.size_bytes()), encoding);
  if (records.is_view()) write_raw(records.bytes());
  for (const Piece& piece : records.pieces()) {
    if (piece_size(piece) > 0) insertions_.push_back({used_, piece});
  }
}

void Writer::write_array_length(std::size_t count, Encoding encoding) {
  write_length(count, encoding);
}

void Writer::write_null_array(Encoding encoding) {
  if (encoding == Encoding::kFlexible) {
    write_unsigned_varint(0);
  } else {
    write<std::int32_t>(-1);
  }
}

std::size_t Writer::begin_tagged_field(std::uint32_t tag) {
  write_unsigned_varint(tag);
  return used_;
}

void Writer::end_tagged_field(std::size_t start) {
  CHECK(insertions_.empty() || insertions_.back().at <= start, "pieces within a tagged field");
  const auto size_bytes = static_cast<std::uint32_t>(used_ - start);
  grow(varint_bytes(size_bytes));
  std::uint8_t* field = buffer_->data() + start;
  std::memmove(field + varint_bytes(size_bytes), field, size_bytes);
  store_varint(field, size_bytes);
}

Payload Writer::finish() {
  Payload payload;
  payload.pieces.reserve(insertions_.size() * 2 + 1);
  std::size_t from = 0;
  const auto add_written = [&](std::size_t to) {
    if (to > from) {
      payload.pieces.emplace_back(BytesPiece{buffer_, buffer_->view().subspan(from, to - from)});
    }
    from = to;
  };
  for (Insertion& insertion : insertions_) {
    add_written(insertion.at);
    payload.pieces.push_back(std::move(insertion.piece));
  }
  add_written(used_);
  return payload;
}

}  // namespace barnabas::protocol
