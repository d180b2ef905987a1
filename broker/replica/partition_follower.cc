// What a Partition does as follower; partition.cc has the rest.
#include "broker/base/logging.h"
#include "broker/protocol/record_batch.h"
#include "broker/replica/core/truncation.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

ReplicaPosition Partition::position() const {
  MutexLock lock(mu_);
  return log_ ? position_locked() : ReplicaPosition{};
}

ReplicaPosition Partition::position_locked() const {
  return {log_->log_start_offset(), log_->log_end_offset(), core_.high_watermark(),
          log_->latest_epoch()};
}

ErrorCode Partition::check_following(LeaderEpoch epoch) const {
  const ErrorCode error = check_open();
  return error != ErrorCode::kNone ? error : core_.check_following(epoch);
}

Result<ReplicaPosition> Partition::append_as_follower(LeaderEpoch epoch, Offset fetch_offset,
                                                      BytesView batches,
                                                      Offset leader_high_watermark,
                                                      Offset leader_log_start) {
  Result<ReplicaPosition> result = [&]() -> Result<ReplicaPosition> {
    MutexLock lock(mu_);
    if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
    if (const ErrorCode error = core_.check_follower_append(epoch, fetch_offset, offsets());
        error != ErrorCode::kNone) {
      return error;
    }
    if (!batches.empty()) {
      auto appended = log_->append_as_follower(batches);
      if (!appended && appended.error().code == ErrorCode::kOffsetOutOfRange) {
        // The leader's log start may lie inside our first batch.
        const auto first = protocol::BatchReader(batches).next();
        if (!first || !starts_log_at_batch(offsets(), first->base_offset(), first->last_offset())) {
          return note(std::move(appended).error());
        }
        TRY(const auto restarted, restart_log_locked(first->base_offset()));
        static_cast<void>(restarted);
        appended = log_->append_as_follower(batches);
      }
      if (!appended) return note(std::move(appended).error());
    }
    core_.on_follower_appended(leader_high_watermark, offsets(), outbox_);
    if (const auto start = core_.log_start_to_raise(leader_log_start, offsets())) {
      if (auto raised = log_->raise_log_start_offset(*start); !raised) {
        return note(std::move(raised).error());
      }
    }
    return position_locked();
  }();
  carry_out_effects();
  return result;
}

Result<ReplicaPosition> Partition::truncate_to_diverging(LeaderEpoch epoch, EpochEnd diverging,
                                                         Offset fetch_offset) {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_following(epoch); error != ErrorCode::kNone) return error;
  const log::EpochEndOffset end = log_->end_offset_for(diverging.epoch);
  const EpochEnd own{end.epoch, end.end_offset};
  // Incomplete or not, fetching goes on from there; the leader tells of a further divergence.
  const Truncation truncation =
      decide_truncation(diverging, own, log_->log_end_offset(), fetch_offset);
  return truncate_locked(truncation.offset);
}

Result<ReplicaPosition> Partition::truncate_to(LeaderEpoch epoch, Offset offset) {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_following(epoch); error != ErrorCode::kNone) return error;
  return truncate_locked(offset);
}

Result<ReplicaPosition> Partition::truncate_fully_and_start_at(LeaderEpoch epoch, Offset offset) {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_following(epoch); error != ErrorCode::kNone) return error;
  return restart_log_locked(offset);
}

Result<ReplicaPosition> Partition::truncate_locked(Offset offset) {
  log_info("[Partition {} broker={}] Truncating to {}; log end offset {}, high watermark {}", tp_,
           self_, offset, log_->log_end_offset(), core_.high_watermark());
  if (auto truncated = log_->truncate_to(offset); !truncated) {
    return note(std::move(truncated).error());
  }
  core_.on_truncated(offsets());
  return position_locked();
}

Result<ReplicaPosition> Partition::restart_log_locked(Offset offset) {
  log_warn(
      "[Partition {} broker={}] Truncating fully, log starts anew at {}; log end offset was {}",
      tp_, self_, offset, log_->log_end_offset());
  if (auto truncated = log_->truncate_fully_and_start_at(offset); !truncated) {
    return note(std::move(truncated).error());
  }
  core_.on_truncated(offsets());
  return position_locked();
}

}  // namespace barnabas::replica
