// How fast connections come, and how long the next ones have to wait for that.
//
// Counts live in samples of one window each; the rate is what the samples hold over the time they
// span, and that is never taken as less than all windows but one: a burst after a rest is let in.
// Threads  externally synchronized.
// Source   Kafka 3.9, Rate.java, SampledStat.java, QuotaUtils.throttleTime
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/base/clock.h"

namespace barnabas::net {

struct RateWindows {
  std::size_t samples = 11;      // quota.window.num
  Duration window = seconds(1);  // quota.window.size.seconds
};

class ConnectionRate {
 public:
  ConnectionRate(std::int32_t max_per_second, RateWindows windows)
      : max_per_second_(max_per_second), windows_(windows) {}

  // Counts one connection. Returns how long to wait before it is let in: zero within the maximum,
  // one window at most.
  Duration record(Time now);

 private:
  struct Sample {
    Time start;
    Time last_event;
    std::int64_t count = 0;
  };

  void forget_old_samples(Time now);

  // Fixed at construction
  const std::int32_t max_per_second_;
  const RateWindows windows_;

  std::vector<Sample> samples_;
};

}  // namespace barnabas::net
