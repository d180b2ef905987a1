#include "broker/net/core/connection_rate.h"

#include <algorithm>
#include <numeric>

namespace barnabas::net {

void ConnectionRate::forget_old_samples(Time now) {
  const Duration horizon = windows_.window * static_cast<std::int64_t>(windows_.samples);
  std::erase_if(samples_, [&](const Sample& s) { return now - s.last_event >= horizon; });
}

Duration ConnectionRate::record(Time now) {
  if (samples_.empty() || now - samples_.back().start >= windows_.window) {
    // One more than the windows: the oldest may reach into the time that counts.
    if (samples_.size() > windows_.samples) samples_.erase(samples_.begin());
    samples_.push_back({.start = now, .last_event = now, .count = 0});
  }
  ++samples_.back().count;
  samples_.back().last_event = now;
  forget_old_samples(now);

  const std::int64_t count =
      std::accumulate(samples_.begin(), samples_.end(), std::int64_t{0},
                      [](std::int64_t sum, const Sample& s) { return sum + s.count; });
  Duration span = now - samples_.front().start;
  const std::int64_t full = span / windows_.window;
  const auto least = static_cast<std::int64_t>(windows_.samples) - 1;
  if (full < least) span += (least - full) * windows_.window;
  span = std::max<Duration>(span, milliseconds(1));

  const double span_seconds = std::chrono::duration<double>(span).count();
  const double rate = static_cast<double>(count) / span_seconds;
  if (rate <= max_per_second_) return Duration::zero();
  if (max_per_second_ == 0) return windows_.window;
  const double wait_seconds = (rate - max_per_second_) / max_per_second_ * span_seconds;
  const auto longest = std::chrono::duration<double>(windows_.window);
  return std::chrono::duration_cast<Duration>(
      std::min(std::chrono::duration<double>(wait_seconds), longest));
}

}  // namespace barnabas::net
