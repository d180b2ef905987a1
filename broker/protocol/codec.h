// What the generated codecs share: elements and arrays of every type.
//
// Included by generated .cc files only. Threads: stateless functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "broker/base/strong_int.h"
#include "broker/protocol/reader.h"
#include "broker/protocol/writer.h"

namespace barnabas::protocol {

inline constexpr std::int16_t kNeverFlexible = 0x7fff;

inline Encoding encoding_of(std::int16_t version, std::int16_t first_flexible) {
  return version >= first_flexible ? Encoding::kFlexible : Encoding::kFixed;
}

// UNSUPPORTED_VERSION, naming the versions that exist.
Error unsupported_version(std::string_view message_name, std::int16_t version,
                          std::int16_t min_version, std::int16_t max_version);
void check_has_version(bool in_range, std::string_view message_name, std::int16_t version);
// A field that the version does not have must have its default value, unless it is ignorable; one
// that cannot be null in the version must not be null. Anything else is our own mistake.
void check_unset(bool is_default, std::string_view field_name, std::int16_t version);
void check_not_null(bool present, std::string_view field_name, std::int16_t version);

template <typename Message, typename View>
Result<Message> decode_message(View body, std::int16_t version, std::string_view name) {
  if (version < Message::kMinVersion || version > Message::kMaxVersion) {
    return unsupported_version(name, version, Message::kMinVersion, Message::kMaxVersion);
  }
  Reader reader(body);
  Message message;
  message.read(reader, version);
  if (!reader.ok()) return reader.error(name);
  return message;
}
template <typename Message>
Payload encode_message(const Message& message, std::int16_t version, std::string_view name) {
  check_has_version(version >= Message::kMinVersion && version <= Message::kMaxVersion, name,
                    version);
  Writer writer;
  message.write(writer, version);
  return writer.finish();
}

template <typename T>
  requires std::is_integral_v<T>
void read_element(Reader& reader, Encoding, T& value) {
  value = reader.read<T>();
}
template <typename Tag, typename Rep>
void read_element(Reader& reader, Encoding, StrongInt<Tag, Rep>& value) {
  value = StrongInt<Tag, Rep>(reader.read<Rep>());
}
inline void read_element(Reader& reader, Encoding, Uuid& value) {
  value = reader.read_uuid();
}
inline void read_element(Reader& reader, Encoding encoding, std::string_view& value) {
  value = reader.read_string(encoding);
}

template <typename T>
  requires std::is_integral_v<T>
void write_element(Writer& writer, Encoding, T value) {
  writer.write<T>(value);
}
template <typename Tag, typename Rep>
void write_element(Writer& writer, Encoding, StrongInt<Tag, Rep> value) {
  writer.write<Rep>(value.value());
}
inline void write_element(Writer& writer, Encoding, const Uuid& value) {
  writer.write_uuid(value);
}
inline void write_element(Writer& writer, Encoding encoding, std::string_view value) {
  writer.write_string(value, encoding);
}

// Arrays of primitive types and of structs. An element takes `min_element_bytes` at least.
template <typename T>
void read_elements(Reader& reader, std::int16_t version, Encoding encoding, std::size_t count,
                   std::vector<T>& array) {
  array.clear();
  array.resize(count);
  for (T& element : array) {
    if (!reader.ok()) return;
    if constexpr (requires { element.read(reader, version); }) {
      element.read(reader, version);
    } else {
      read_element(reader, encoding, element);
    }
  }
}
template <typename T>
void read_array(Reader& reader, std::int16_t version, Encoding encoding,
                std::size_t min_element_bytes, std::vector<T>& array) {
  read_elements(reader, version, encoding, reader.read_array_length(encoding, min_element_bytes),
                array);
}
template <typename T>
void read_array(Reader& reader, std::int16_t version, Encoding encoding,
                std::size_t min_element_bytes, std::optional<std::vector<T>>& array) {
  const auto count = reader.read_nullable_array_length(encoding, min_element_bytes);
  if (count) {
    read_elements(reader, version, encoding, *count, array.emplace());
  } else {
    array.reset();
  }
}

template <typename T>
void write_array(Writer& writer, std::int16_t version, Encoding encoding,
                 const std::vector<T>& array) {
  writer.write_array_length(array.size(), encoding);
  for (const T& element : array) {
    if constexpr (requires { element.write(writer, version); }) {
      element.write(writer, version);
    } else {
      write_element(writer, encoding, element);
    }
  }
}
template <typename T>
void write_array(Writer& writer, std::int16_t version, Encoding encoding,
                 const std::optional<std::vector<T>>& array) {
  if (array) {
    write_array(writer, version, encoding, *array);
  } else {
    writer.write_null_array(encoding);
  }
}

}  // namespace barnabas::protocol
