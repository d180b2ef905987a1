// Views of bytes, a reference-counted buffer, and big-endian access.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

namespace barnabas {

using BytesView = std::span<const std::uint8_t>;
using MutableBytesView = std::span<std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// One contiguous block of bytes of fixed size, not initialised.
//
// Shared by reference count, so that views into it (a frame's strings and records) can outlive the
// connection that filled it.
// Threads  The bytes are written by one owner before they are shared, and by the one handler that
//          a request belongs to (offsets are assigned in place); the object itself is immutable.
class Buffer {
 public:
  static std::shared_ptr<Buffer> allocate(std::size_t size_bytes) {
    return std::make_shared<Buffer>(size_bytes);
  }
  static std::shared_ptr<Buffer> copy_of(BytesView bytes) {
    auto buffer = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(buffer->data(), bytes.data(), bytes.size());
    return buffer;
  }

  explicit Buffer(std::size_t size_bytes)
      : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(size_bytes)), size_(size_bytes) {}

  std::uint8_t* data() { return bytes_.get(); }
  const std::uint8_t* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  MutableBytesView view() { return {data(), size_}; }
  BytesView view() const { return {data(), size_}; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

using BufferPtr = std::shared_ptr<Buffer>;

// Reads or writes an integer in network order; `at` need not be aligned.
template <typename T>
T load_be(const std::uint8_t* at) {
  using U = std::make_unsigned_t<T>;
  U value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (sizeof(U) == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof(U) == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof(U) == 8) value = __builtin_bswap64(value);
  return static_cast<T>(value);
}
template <typename T>
void store_be(std::uint8_t* at, T number) {
  using U = std::make_unsigned_t<T>;
  auto value = static_cast<U>(number);
  if constexpr (sizeof(U) == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof(U) == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof(U) == 8) value = __builtin_bswap64(value);
  std::memcpy(at, &value, sizeof value);
}
static_assert(std::endian::native == std::endian::little, "load_be and store_be swap always");

}  // namespace barnabas
