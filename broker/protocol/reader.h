// Reads the primitive types of Kafka's protocol out of a frame, as views into it.
//
// Invariants  Never reads outside the frame, and never returns a length or count that the bytes
//             left could not hold: allocating for what it returns is safe.
// Failure     The first error sticks: everything read after it is zero, null or empty, so callers
//             look at ok() once, at the end. A count is 0 after an error.
// Threads     externally synchronized.
// Source      Kafka 3.9, ByteBufferAccessor.java, ByteUtils.java and the code of its generator
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/records.h"

namespace barnabas::protocol {

// How lengths are written: as fixed integers, or (flexible versions) as unsigned varints of n + 1.
enum class Encoding : bool { kFixed = false, kFlexible = true };

// The longest string of the protocol, bytes.
inline constexpr std::size_t kMaxStringBytes = 0x7fff;

class Reader {
 public:
  explicit Reader(BytesView frame) : at_(frame.data()), end_(at_ + frame.size()), begin_(at_) {}
  // Records read from this frame can be written to.
  explicit Reader(MutableBytesView frame) : Reader(BytesView(frame)) { is_mutable_ = true; }

  bool ok() const { return problem_ == nullptr; }
  // INVALID_REQUEST with the problem and its place; call only when !ok().
  Error error(std::string_view message_name) const;
  std::size_t remaining_bytes() const { return static_cast<std::size_t>(end_ - at_); }
  std::size_t position_bytes() const { return static_cast<std::size_t>(at_ - begin_); }
  BytesView rest() const { return {at_, remaining_bytes()}; }

  // Integers in network order.
  template <typename T>
  T read() {
    if (remaining_bytes() < sizeof(T)) [[unlikely]] {
      fail("ends within an integer");
      return 0;
    }
    T value = load_be<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  bool read_bool() { return read<std::int8_t>() != 0; }
  double read_float64();
  ErrorCode read_error_code() { return error_from_wire(read<std::int16_t>()); }
  Uuid read_uuid();
  std::uint32_t read_unsigned_varint();

  // Each comes in a nullable form and in one for which null is an error.
  std::string_view read_string(Encoding encoding);
  std::optional<std::string_view> read_nullable_string(Encoding encoding);
  BytesView read_bytes(Encoding encoding);
  std::optional<BytesView> read_nullable_bytes(Encoding encoding);
  Records read_records(Encoding encoding);
  Records read_nullable_records(Encoding encoding);

  // The number of elements that follow, each of at least `min_element_bytes` (> 0).
  std::size_t read_array_length(Encoding encoding, std::size_t min_element_bytes);
  std::optional<std::size_t> read_nullable_array_length(Encoding encoding,
                                                        std::size_t min_element_bytes);
  // True where the struct that may be null is there.
  bool read_presence() { return read<std::int8_t>() >= 0; }

  // Tagged fields: a count, then for each its tag, its size, and so many bytes. Within a field the
  // frame seems to end where the field does; end_tagged_field skips what was not read of it.
  struct TaggedField {
    std::uint32_t tag = 0;
    const std::uint8_t* field_end = nullptr;
    const std::uint8_t* outer_end = nullptr;
  };
  std::uint32_t read_tagged_field_count();
  TaggedField begin_tagged_field();
  void end_tagged_field(const TaggedField& field);
  void skip_tagged_fields();

  // Makes the frame invalid; `problem` must be a literal. The first problem is kept.
  void fail(const char* problem);

 private:
  // The length that comes next, or nullopt for null; never more than the bytes left.
  std::optional<std::size_t> read_length(Encoding encoding, bool short_length);
  std::optional<BytesView> take(std::optional<std::size_t> length);

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  const std::uint8_t* begin_;
  const char* problem_ = nullptr;
  std::size_t problem_position_bytes_ = 0;
  bool is_mutable_ = false;
};

}  // namespace barnabas::protocol
