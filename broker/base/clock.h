// Time as the broker sees it. Nothing above this interface reads a clock of its own, so that the
// simulator can hand out virtual time.
//
// Time        monotonic, for timeouts and lags. Microseconds since an arbitrary start.
// Timestamp   wall clock, for what is stored: milliseconds since the epoch, as Kafka writes it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace barnabas {

using Duration = std::chrono::microseconds;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct MonotonicClockTag {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClockTag, Duration>;
  static constexpr bool is_steady = true;
};
using Time = MonotonicClockTag::time_point;

// What a setting says in ms. Kafka's "never" is Long.MAX_VALUE, which no Duration holds: nothing
// waits longer than a hundred years, which can still be added to a time in any unit.
constexpr Duration duration_of_ms(std::int64_t ms) {
  constexpr milliseconds kLongest = std::chrono::hours(24 * 365 * 100);
  return std::clamp(milliseconds(ms), -kLongest, kLongest);
}

using Timestamp = std::int64_t;  // ms since the epoch
inline constexpr Timestamp kNoTimestamp = -1;

// Threads  thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual Timestamp wall_clock_ms() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Time now() const override;
  Timestamp wall_clock_ms() const override;
};

}  // namespace barnabas
