#include "broker/protocol/error_code.h"

namespace barnabas {

std::string_view error_name(ErrorCode code) {
  switch (code) {
#define X(code_, name, constant, retriable) \
  case ErrorCode::constant:                 \
    return #name;
    BARNABAS_ERROR_CODES(X)
#undef X
  }
  return "UNKNOWN_SERVER_ERROR";
}

bool is_retriable(ErrorCode code) {
  switch (code) {
#define X(code_, name, constant, retriable) \
  case ErrorCode::constant:                 \
    return retriable;
    BARNABAS_ERROR_CODES(X)
#undef X
  }
  return false;
}

ErrorCode error_from_wire(std::int16_t code) {
  constexpr std::int16_t kFirst = -1;
  constexpr std::int16_t kLast = 127;
  if (code < kFirst || code > kLast) return ErrorCode::kUnknownServerError;
  return static_cast<ErrorCode>(code);
}

}  // namespace barnabas
