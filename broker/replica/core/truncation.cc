#include "broker/replica/core/truncation.h"

#include <algorithm>

namespace barnabas::replica {

DivergenceCheck check_divergence(Offset fetch_offset, LeaderEpoch last_fetched_epoch,
                                 EpochEnd end_of_last_fetched, Offset log_start) {
  if (end_of_last_fetched.end_offset == kUnknownOffset ||
      end_of_last_fetched.epoch == kNoLeaderEpoch) {
    return {ErrorCode::kOffsetOutOfRange, std::nullopt};
  }
  if (fetch_offset < log_start) return {ErrorCode::kOffsetOutOfRange, std::nullopt};
  if (end_of_last_fetched.epoch < last_fetched_epoch ||
      end_of_last_fetched.end_offset < fetch_offset) {
    return {ErrorCode::kNone, end_of_last_fetched};
  }
  return {};
}

Truncation decide_truncation(EpochEnd leader, EpochEnd own_end, Offset own_log_end,
                             Offset initial_offset) {
  if (leader.end_offset == kUnknownOffset) return {initial_offset, true};
  // A leader that answers without an epoch (OffsetForLeaderEpoch v0).
  if (leader.epoch == kNoLeaderEpoch) return {std::min(leader.end_offset, own_log_end), true};
  if (own_end.end_offset == kUnknownOffset) {
    return {std::min(leader.end_offset, own_log_end), true};
  }
  if (own_end.epoch != leader.epoch) {
    // We do not know the leader's epoch: cut to the end of the one before it, and ask on from there
    // (KIP-279; cutting to the leader's offset could keep records of a fork).
    return {std::min(own_end.end_offset, own_log_end), false};
  }
  return {std::min({leader.end_offset, own_end.end_offset, own_log_end}), true};
}

OutOfRangeByEnd decide_out_of_range_by_end(Offset leader_end, Offset own_log_end) {
  // Only an unclean election leaves a leader with less than its follower.
  if (leader_end < own_log_end) return {leader_end};
  return {};
}

OutOfRangeByStart decide_out_of_range_by_start(Offset leader_start, Offset own_log_end) {
  if (leader_start > own_log_end) return {leader_start, leader_start};
  return {std::nullopt, own_log_end};
}

bool starts_log_at_batch(LogOffsets log, Offset first_offset, Offset last_offset) {
  return log.log_start == log.log_end && first_offset < log.log_end && last_offset >= log.log_end;
}

}  // namespace barnabas::replica
