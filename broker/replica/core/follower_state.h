// What a leader knows of one follower, from its fetches.
//
// A follower is caught up when it has everything, or had everything at some moment within the last
// replica.lag.time.max.ms; a follower that always trails a busy leader by one fetch is caught up.
// Threads  externally synchronized (ReplicaCore).
// Source   Kafka 3.9, kafka/cluster/Replica.scala
#pragma once

#include <limits>

#include "broker/base/clock.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

// Long before any time that a clock tells; differences with it do not overflow.
inline constexpr Time kNever{Duration{std::numeric_limits<Duration::rep>::min() / 4}};

class FollowerState {
 public:
  Offset log_end_offset() const { return log_end_offset_; }
  Offset log_start_offset() const { return log_start_offset_; }
  Time last_caught_up() const { return last_caught_up_; }
  Time last_fetch() const { return last_fetch_; }

  // A fetch from `fetch_offset`; `leader_end` is the leader's log end offset before the read.
  void on_fetch(Offset fetch_offset, Offset follower_log_start, Offset leader_end, Time now);

  // This broker is elected leader in a new leader epoch.
  void on_elected(bool was_leader_before, bool in_isr, Offset leader_end, Time now);

  bool is_caught_up(Offset leader_end, Time now, Duration max_lag) const {
    return log_end_offset_ == leader_end || now - last_caught_up_ <= max_lag;
  }

 private:
  Offset log_end_offset_ = kUnknownOffset;
  Offset log_start_offset_ = kUnknownOffset;
  Offset leader_end_at_last_fetch_{0};
  Time last_fetch_ = kNever;
  Time last_caught_up_ = kNever;
};

}  // namespace barnabas::replica
