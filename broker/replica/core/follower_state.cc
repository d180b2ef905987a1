#include "broker/replica/core/follower_state.h"

#include <algorithm>

namespace barnabas::replica {

void FollowerState::on_fetch(Offset fetch_offset, Offset follower_log_start, Offset leader_end,
                             Time now) {
  if (fetch_offset >= leader_end) {
    last_caught_up_ = std::max(last_caught_up_, now);
  } else if (fetch_offset >= leader_end_at_last_fetch_) {
    // It has now what was there when it asked last: it was caught up with that moment.
    last_caught_up_ = std::max(last_caught_up_, last_fetch_);
  }
  log_end_offset_ = fetch_offset;
  log_start_offset_ = follower_log_start;
  leader_end_at_last_fetch_ = std::max(leader_end, leader_end_at_last_fetch_);
  last_fetch_ = now;
}

void FollowerState::on_elected(bool was_leader_before, bool in_isr, Offset leader_end, Time now) {
  last_caught_up_ = in_isr ? now : kNever;
  if (was_leader_before) {
    // What it has is still known. Not in the ISR, it must fetch before it may be caught up again.
    leader_end_at_last_fetch_ = leader_end;
    last_fetch_ = in_isr ? now : kNever;
  } else {
    log_end_offset_ = kUnknownOffset;
    log_start_offset_ = kUnknownOffset;
    leader_end_at_last_fetch_ = kUnknownOffset;
    last_fetch_ = kNever;
  }
}

}  // namespace barnabas::replica
