// Result<T>: a value, or an Error that a Kafka client may be told.
//
// Member names follow std::expected, so that it can take this place with C++23. The table of
// codes is broker/protocol/error_code.h; here the enum is only declared, because this floor knows
// no Kafka.
// Threads  a value type.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace barnabas {

enum class ErrorCode : std::int16_t;

struct Error {
  ErrorCode code;
  std::string detail;  // for people: names the input and what would be accepted; may be empty
};

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
  Result(ErrorCode code, std::string detail = {})
      : tl::expected<T, Error>(tl::unexpect, Error{code, std::move(detail)}) {}

  ErrorCode code_or(ErrorCode none) const { return this->has_value() ? none : this->error().code; }
};

#define BARNABAS_CONCAT_INNER(a, b) a##b
#define BARNABAS_CONCAT(a, b) BARNABAS_CONCAT_INNER(a, b)

// TRY(auto x, expr): declares x from the value of expr, or returns its error.
#define TRY(declaration, ...)                                         \
  auto BARNABAS_CONCAT(try_result_, __LINE__) = (__VA_ARGS__);        \
  if (!BARNABAS_CONCAT(try_result_, __LINE__))                        \
    return std::move(BARNABAS_CONCAT(try_result_, __LINE__)).error(); \
  declaration = std::move(*BARNABAS_CONCAT(try_result_, __LINE__))

// TRY_VOID(expr): returns the error of a Result<void>, if there is one.
#define TRY_VOID(...) \
  if (auto try_result = (__VA_ARGS__); !try_result) return std::move(try_result).error()

}  // namespace barnabas
