#include "broker/replica/core/partition_fetch_state.h"

#include <algorithm>

namespace barnabas::replica {

Duration BackOff::next() {
  last_ = std::min(most_, last_ == Duration{0} ? kFirst : last_ * 2);
  return last_;
}

PartitionFetchState::PartitionFetchState(LeaderEpoch leader_epoch, const ReplicaPosition& start,
                                         Duration max_back_off)
    : leader_epoch_(leader_epoch),
      fetch_offset_(start.log_end),
      last_fetched_epoch_(start.latest_epoch),
      back_off_(max_back_off) {
  if (start.latest_epoch == kNoLeaderEpoch) {
    fetch_offset_ = start.high_watermark;
    initial_truncation_ = start.high_watermark;
  }
}

PartitionFetchState::Ask PartitionFetchState::ask(Time now) const {
  if (delayed_until_ && now < *delayed_until_) return Ask::kNothing;
  switch (phase_) {
    case Phase::kFetching:
      return Ask::kFetch;
    case Phase::kSeekingEnd:
      return Ask::kLeaderEnd;
    case Phase::kSeekingStart:
      return Ask::kLeaderStart;
    case Phase::kFailed:
      return Ask::kNothing;
  }
  return Ask::kNothing;
}

PartitionFetchState::Reaction PartitionFetchState::fail() {
  phase_ = Phase::kFailed;
  delayed_until_.reset();
  return Reaction::kFailed;
}

PartitionFetchState::Reaction PartitionFetchState::back_off(Time now) {
  phase_ = Phase::kFetching;
  delayed_until_ = now + back_off_.next();
  return Reaction::kBackOff;
}

PartitionFetchState::Reaction PartitionFetchState::on_fetch_answer(ErrorCode error,
                                                                   LeaderEpoch asked_epoch,
                                                                   Offset asked_offset, Time now) {
  if (phase_ != Phase::kFetching || asked_epoch != leader_epoch_ || asked_offset != fetch_offset_) {
    return Reaction::kDrop;
  }
  switch (error) {
    case ErrorCode::kNone:
      return Reaction::kProcess;
    case ErrorCode::kOffsetOutOfRange:
      phase_ = Phase::kSeekingEnd;
      return Reaction::kSeek;
    case ErrorCode::kFencedLeaderEpoch:
      // A newer leader exists; the controller will tell us of it.
      return fail();
    default:
      return back_off(now);
  }
}

void PartitionFetchState::on_processed(const ReplicaPosition& position) {
  fetch_offset_ = position.log_end;
  last_fetched_epoch_ = position.latest_epoch;
  initial_truncation_.reset();
  delayed_until_.reset();
  back_off_.reset();
}

PartitionFetchState::Reaction PartitionFetchState::on_failure(ErrorCode error, Time now) {
  switch (error) {
    case ErrorCode::kCorruptMessage:
    case ErrorCode::kInvalidRecord:
      // Perhaps only the copy that we were sent is bad.
      return back_off(now);
    default:
      return fail();
  }
}

OutOfRangeByEnd PartitionFetchState::on_leader_end(Offset leader_end, Offset own_log_end) {
  const OutOfRangeByEnd decision = decide_out_of_range_by_end(leader_end, own_log_end);
  phase_ = decision.truncate_to ? Phase::kFetching : Phase::kSeekingStart;
  return decision;
}

OutOfRangeByStart PartitionFetchState::on_leader_start(Offset leader_start, Offset own_log_end) {
  const OutOfRangeByStart decision = decide_out_of_range_by_start(leader_start, own_log_end);
  phase_ = Phase::kFetching;
  fetch_offset_ = decision.fetch_offset;
  return decision;
}

PartitionFetchState::Reaction PartitionFetchState::on_seek_error(ErrorCode error,
                                                                 LeaderEpoch asked_epoch,
                                                                 Time now) {
  if (asked_epoch != leader_epoch_) return Reaction::kDrop;
  if (error == ErrorCode::kFencedLeaderEpoch) return fail();
  return back_off(now);
}

void PartitionFetchState::on_disconnected(Time now) {
  if (phase_ != Phase::kFailed) back_off(now);
}

}  // namespace barnabas::replica
