// Writes the primitive types of Kafka's protocol into one growing buffer; records held as pieces
// are taken in between without a copy.
//
// Invariants  What finish() returns is what was written, in order.
// Threads     externally synchronized.
// Source      Kafka 3.9, ByteBufferAccessor.java, ByteUtils.java and the code of its generator
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/payload.h"
#include "broker/protocol/reader.h"
#include "broker/protocol/records.h"

namespace barnabas::protocol {

class Writer {
 public:
  Writer();

  template <typename T>
  void write(T value) {
    store_be<T>(grow(sizeof(T)), value);
  }
  void write_bool(bool value) { write<std::int8_t>(value ? 1 : 0); }
  void write_float64(double value);
  void write_error_code(ErrorCode code) { write<std::int16_t>(to_wire(code)); }
  void write_uuid(const Uuid& id);
  void write_unsigned_varint(std::uint32_t value);
  // The bytes as they are, without a length.
  void write_raw(BytesView bytes);

  // A string longer than kMaxStringBytes is cut: what was read is never so long, so it is a text
  // that we composed for people.
  void write_string(std::string_view text, Encoding encoding);
  void write_nullable_string(std::optional<std::string_view> text, Encoding encoding);
  void write_bytes(BytesView bytes, Encoding encoding);
  void write_nullable_bytes(std::optional<BytesView> bytes, Encoding encoding);
  // Null is written as null.
  void write_records(const Records& records, Encoding encoding);
  void write_array_length(std::size_t count, Encoding encoding);
  void write_null_array(Encoding encoding);
  void write_presence(bool present) { write<std::int8_t>(present ? 1 : -1); }

  // One tagged field; its size is put before what is written until end_tagged_field.
  std::size_t begin_tagged_field(std::uint32_t tag);
  void end_tagged_field(std::size_t start);

  // Replaces the number that was written when size_bytes() was `at`. Pieces do not count.
  std::size_t size_bytes() const { return used_; }
  template <typename T>
  void overwrite(std::size_t at, T value) {
    store_be<T>(buffer_->data() + at, value);
  }

  // What was written so far; the writer is then spent.
  Payload finish();

 private:
  // `size_bytes` more bytes at the end; the address is good until the next call.
  std::uint8_t* grow(std::size_t size_bytes) {
    if (buffer_->size() - used_ < size_bytes) [[unlikely]]
      enlarge(size_bytes);
    return buffer_->data() + std::exchange(used_, used_ + size_bytes);
  }
  void enlarge(std::size_t size_bytes);
  void write_length(std::size_t length, Encoding encoding);

  // A piece that stands before the byte `at` of the buffer.
  struct Insertion {
    std::size_t at = 0;
    Piece piece;
  };

  BufferPtr buffer_;
  std::size_t used_ = 0;
  std::vector<Insertion> insertions_;
};

}  // namespace barnabas::protocol
