#include "broker/protocol/reader.h"

#include <fmt/format.h>

#include <bit>

namespace barnabas::protocol {

Error Reader::error(std::string_view message_name) const {
  return {ErrorCode::kInvalidRequest, fmt::format("{}: {} (byte {} of {})", message_name, problem_,
                                                  problem_position_bytes_, end_ - begin_)};
}

void Reader::fail(const char* problem) {
  if (problem_ == nullptr) {
    problem_ = problem;
    problem_position_bytes_ = position_bytes();
  }
  // With no bytes left, every further read fails too, and no count can pass.
  at_ = end_;
}

double Reader::read_float64() {
  return std::bit_cast<double>(read<std::int64_t>());
}

Uuid Reader::read_uuid() {
  Uuid id;
  if (remaining_bytes() < id.bytes.size()) {
    fail("ends within a uuid");
    return id;
  }
  std::memcpy(id.bytes.data(), at_, id.bytes.size());
  at_ += id.bytes.size();
  return id;
}

std::uint32_t Reader::read_unsigned_varint() {
  std::uint32_t value = 0;
  for (int shift = 0; shift <= 28; shift += 7) {
    const auto byte = read<std::uint8_t>();
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail("a varint of more than 5 bytes");
  return 0;
}

std::optional<std::size_t> Reader::read_length(Encoding encoding, bool short_length) {
  std::size_t length = 0;
  if (encoding == Encoding::kFlexible) {
    const std::uint32_t length_plus_one = read_unsigned_varint();
    if (length_plus_one == 0) return std::nullopt;
    length = length_plus_one - 1;
  } else {
    const std::int32_t fixed = short_length ? read<std::int16_t>() : read<std::int32_t>();
    if (fixed < 0) return std::nullopt;
    length = static_cast<std::size_t>(fixed);
  }
  if (length > remaining_bytes()) {
    fail("a length beyond the end");
    return std::nullopt;
  }
  return length;
}

std::optional<BytesView> Reader::take(std::optional<std::size_t> length) {
  if (!length) return std::nullopt;
  const BytesView bytes(at_, *length);
  at_ += *length;
  return bytes;
}

std::optional<std::string_view> Reader::read_nullable_string(Encoding encoding) {
  const auto bytes = take(read_length(encoding, true));
  if (!bytes) return std::nullopt;
  if (bytes->size() > kMaxStringBytes) {
    fail("a string longer than 32767 bytes");
    return std::nullopt;
  }
  return as_text(*bytes);
}

std::string_view Reader::read_string(Encoding encoding) {
  const auto text = read_nullable_string(encoding);
  if (!text) fail("null for a string that must not be null");
  return text.value_or(std::string_view());
}

std::optional<BytesView> Reader::read_nullable_bytes(Encoding encoding) {
  return take(read_length(encoding, false));
}

BytesView Reader::read_bytes(Encoding encoding) {
  const auto bytes = read_nullable_bytes(encoding);
  if (!bytes) fail("null for bytes that must not be null");
  return bytes.value_or(BytesView());
}

Records Reader::read_nullable_records(Encoding encoding) {
  const auto bytes = read_nullable_bytes(encoding);
  if (!bytes) return Records();
  if (!is_mutable_) return Records(*bytes);
  // The frame was given to us as mutable.
  return Records(MutableBytesView(const_cast<std::uint8_t*>(bytes->data()), bytes->size()));
}

Records Reader::read_records(Encoding encoding) {
  Records records = read_nullable_records(encoding);
  if (records.is_null()) fail("null for records that must not be null");
  return records;
}

std::optional<std::size_t> Reader::read_nullable_array_length(Encoding encoding,
                                                              std::size_t min_element_bytes) {
  std::int64_t count = 0;
  if (encoding == Encoding::kFlexible) {
    count = static_cast<std::int64_t>(read_unsigned_varint()) - 1;
  } else {
    count = read<std::int32_t>();
  }
  if (!ok()) return 0;
  if (count < 0) return std::nullopt;
  if (static_cast<std::size_t>(count) > remaining_bytes() / min_element_bytes) {
    fail("an array of more elements than the bytes left could hold");
    return 0;
  }
  return static_cast<std::size_t>(count);
}

std::size_t Reader::read_array_length(Encoding encoding, std::size_t min_element_bytes) {
  const auto count = read_nullable_array_length(encoding, min_element_bytes);
  if (!count) fail("null for an array that must not be null");
  return count.value_or(0);
}

std::uint32_t Reader::read_tagged_field_count() {
  const std::uint32_t count = read_unsigned_varint();
  // A tagged field takes two bytes at least: its tag and its size.
  if (count > remaining_bytes() / 2) {
    fail("more tagged fields than the bytes left could hold");
    return 0;
  }
  return count;
}

Reader::TaggedField Reader::begin_tagged_field() {
  TaggedField field;
  field.tag = read_unsigned_varint();
  const std::uint32_t size_bytes = read_unsigned_varint();
  field.outer_end = end_;
  if (size_bytes > remaining_bytes()) {
    fail("a tagged field beyond the end");
    field.field_end = end_;
    return field;
  }
  field.field_end = at_ + size_bytes;
  end_ = field.field_end;
  return field;
}

void Reader::end_tagged_field(const TaggedField& field) {
  at_ = field.field_end;
  end_ = field.outer_end;
  if (!ok()) at_ = end_;
}

void Reader::skip_tagged_fields() {
  for (std::uint32_t left = read_tagged_field_count(); left > 0 && ok(); --left) {
    end_tagged_field(begin_tagged_field());
  }
}

}  // namespace barnabas::protocol
