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

// The moment of an event, on both clocks.
struct Now {
  Time time;              // for timeouts
  Timestamp wall_ms = 0;  // for what is stored
};

}  // namespace barnabas::group
