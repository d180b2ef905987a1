// Visits every field of a message, whatever its type, so that tests can fill, compare and print
// messages without a line for each. The visit_fields functions are generated for tests only.
//
// Threads  externally synchronized.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/strong_int.h"
#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/records.h"

namespace barnabas::protocol::testing {

struct FieldFacts {
  const char* name;  // Kafka's
  std::int16_t first_version;
  std::int16_t last_version;
  std::int16_t first_nullable_version;  // above last_nullable_version: never null
  std::int16_t last_nullable_version;
};

// Reads or changes what it is shown: is_null and array_length are asked with what the field has and
// answer with what it shall have.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;

  // False: this field is left alone.
  virtual bool begin_field(const FieldFacts& field) = 0;
  virtual void end_field() = 0;
  virtual void begin_struct() {}
  virtual void end_struct() {}

  virtual bool is_null(bool now) = 0;
  virtual std::size_t array_length(std::size_t now, bool of_structs) = 0;
  virtual void value(bool& x) = 0;
  virtual void value(std::int8_t& x) = 0;
  virtual void value(std::int16_t& x) = 0;
  virtual void value(std::uint16_t& x) = 0;
  virtual void value(std::int32_t& x) = 0;
  virtual void value(std::int64_t& x) = 0;
  virtual void value(double& x) = 0;
  virtual void value(Uuid& x) = 0;
  virtual void value(ErrorCode& x) = 0;
  virtual void value(std::string_view& x) = 0;
  virtual void value(BytesView& x) = 0;
  virtual void value(Records& x) = 0;  // not null
};

template <typename T>
inline constexpr bool kIsStruct = !requires(FieldVisitor& visitor, T& x) { visitor.value(x); };
template <typename Tag, typename Rep>
inline constexpr bool kIsStruct<StrongInt<Tag, Rep>> = false;

template <typename T>
void visit_value(FieldVisitor& visitor, T& x) {
  if constexpr (kIsStruct<T>) {
    visitor.begin_struct();
    visit_fields(visitor, x);
    visitor.end_struct();
  } else {
    visitor.value(x);
  }
}
template <typename Tag, typename Rep>
void visit_value(FieldVisitor& visitor, StrongInt<Tag, Rep>& x) {
  Rep number = x.value();
  visitor.value(number);
  x = StrongInt<Tag, Rep>(number);
}
inline void visit_value(FieldVisitor& visitor, Records& x) {
  if (visitor.is_null(x.is_null())) {
    x = Records();
  } else {
    visitor.value(x);
  }
}
template <typename T>
void visit_value(FieldVisitor& visitor, std::vector<T>& x) {
  x.resize(visitor.array_length(x.size(), kIsStruct<T>));
  for (T& element : x) visit_value(visitor, element);
}
template <typename T>
void visit_value(FieldVisitor& visitor, std::optional<T>& x) {
  if (visitor.is_null(!x.has_value())) {
    x.reset();
  } else {
    if (!x) x.emplace();
    visit_value(visitor, *x);
  }
}

template <typename T>
void visit_field(FieldVisitor& visitor, const FieldFacts& field, T& x) {
  if (!visitor.begin_field(field)) return;
  visit_value(visitor, x);
  visitor.end_field();
}

}  // namespace barnabas::protocol::testing
