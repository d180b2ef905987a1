// The ids of this room.
#pragma once

#include <cstdint>

#include "broker/base/clock.h"
#include "broker/base/strong_int.h"

namespace barnabas::group {

// Rises by one with every completed join phase of a group.
using GenerationId = StrongInt<struct GenerationIdTag, std::int32_t>;
inline constexpr GenerationId kNoGeneration{-1};

// A request that is answered later, as its shell knows it.
using RequestId = StrongInt<struct RequestIdTag, std::uint64_t>;
// An append to the log that the core hears of again.
using AppendId = StrongInt<struct AppendIdTag, std::uint64_t>;

// Timestamps and retentions come from clients, who may send any number: a sum that is too large
// wraps, as in Java, so that all coordinators agree on what has expired.
inline Timestamp plus_as_java(Timestamp a, std::int64_t b) {
  return static_cast<Timestamp>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t minus_as_java(Timestamp a, Timestamp b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

// The moment of an event, on both clocks.
struct Now {
  Time time;              // for timeouts
  Timestamp wall_ms = 0;  // for what is stored
};

}  // namespace barnabas::group
