// Arithmetic on timestamps that strangers sent: any 64 bits, so it wraps, as in Java.
//
// Threads  pure functions.
#pragma once

#include <cstdint>

#include "broker/base/clock.h"

namespace barnabas::log {

inline Timestamp wrapping_add(Timestamp a, std::int64_t b) {
  return static_cast<Timestamp>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t wrapping_sub(Timestamp a, Timestamp b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace barnabas::log
