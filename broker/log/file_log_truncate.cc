// Cutting a log at its end, where a follower parts ways with its leader.
//
// Files go newest first, so that a crash in between leaves a log without holes.

#include <algorithm>

#include "broker/base/logging.h"
#include "broker/log/file_log.h"
#include "broker/log/producer_snapshot.h"

namespace barnabas::log {

Result<void> FileLog::truncate_to(Offset offset) {
  TRY_VOID(check_writable());
  if (offset >= log_end_offset()) {
    {
      MutexLock lock(mu_);
      if (!state_.truncate_to(offset).epochs_changed) return {};
    }
    return guard(store_epochs());
  }
  if (offset < first_segment_base_offset()) return truncate_fully_and_start_at(offset);
  return end_truncation(guard(cut(offset)));
}

Result<void> FileLog::lower_recovery_point(Offset offset) {
  {
    MutexLock lock(mu_);
    ++truncations_;
    truncating_ = true;
    if (offset >= recovery_point_) return {};
    recovery_point_ = offset;
  }
  // Were it written after new appends, a crash would take them for flushed.
  if (options_.checkpoint_recovery_point) return options_.checkpoint_recovery_point();
  return {};
}

Result<void> FileLog::end_truncation(Result<void> result) {
  MutexLock lock(mu_);
  truncating_ = false;
  return result;
}

Result<void> FileLog::cut(Offset offset) {
  const std::vector<Piece> pieces = pieces_from(offset);
  TRY(const auto batch, pieces.front().segment->locate(offset, pieces.front().size_bytes));
  // A batch goes as a whole.
  const Offset end = batch ? std::min(offset, batch->base_offset) : offset;
  log_info("[Log partition={}] Truncating to offset {}", options_.tp, end);
  TRY_VOID(lower_recovery_point(end));

  bool had_producers = false;
  bool epochs_changed = false;
  {
    MutexLock lock(mu_);
    had_producers = !state_.producers().empty();
    epochs_changed = state_.truncate_to(end).epochs_changed;
    segments_.erase(segments_.upper_bound(pieces.front().segment->base_offset()), segments_.end());
    recent_.clear();
    publish_offsets();
  }
  active_ = pieces.front().segment;
  std::vector<std::shared_ptr<Segment>> dropped;
  for (std::size_t i = 1; i < pieces.size(); ++i) dropped.push_back(pieces[i].segment);
  TRY_VOID(drop_segments(std::move(dropped)));
  {
    MutexLock lock(mu_);
    TRY_VOID(active_->truncate_to(end, clock_.wall_clock_ms()));
  }
  if (epochs_changed) TRY_VOID(store_epochs());

  Segments remaining;
  {
    MutexLock lock(mu_);
    remaining = segments_;
  }
  if (!had_producers) return remove_snapshots_above(*options_.directory, end);
  TRY(ProducerState producers,
      rebuild_producers(*options_.directory, remaining, log_start_offset(), end,
                        clock_.wall_clock_ms(), options_.producer_id_expiration_ms));
  MutexLock lock(mu_);
  state_.restore_producers(std::move(producers));
  return {};
}

Result<void> FileLog::truncate_fully_and_start_at(Offset offset) {
  TRY_VOID(check_writable());
  return end_truncation(guard(cut_all(offset)));
}

Result<void> FileLog::cut_all(Offset offset) {
  log_info("[Log partition={}] Truncating fully, starting at offset {}", options_.tp, offset);
  TRY_VOID(lower_recovery_point(Offset(0)));
  std::vector<std::shared_ptr<Segment>> dropped;
  bool epochs_changed = false;
  {
    MutexLock lock(mu_);
    for (const auto& [base, segment] : segments_) dropped.push_back(segment);
  }
  TRY_VOID(drop_segments(std::move(dropped)));
  TRY_VOID(remove_snapshots_above(*options_.directory, kUnknownOffset));
  TRY(auto segment, Segment::create(options_.directory, offset, config(), clock_.wall_clock_ms(),
                                    next_jitter_ms()));
  active_ = segment;
  {
    MutexLock lock(mu_);
    epochs_changed = state_.truncate_fully_and_start_at(offset);
    segments_.clear();
    segments_.emplace(offset, std::move(segment));
    recent_.clear();
    recovery_point_ = offset;
    publish_offsets();
  }
  if (epochs_changed) return store_epochs();
  return {};
}

Result<void> FileLog::drop_segments(std::vector<std::shared_ptr<Segment>> segments) {
  std::vector<std::string> names;
  for (auto it = segments.rbegin(); it != segments.rend(); ++it) {
    TRY(const auto renamed, (*it)->mark_deleted());
    names.insert(names.end(), renamed.begin(), renamed.end());
  }
  if (names.empty()) return {};
  TRY_VOID(options_.directory->sync());
  remove_later(std::move(names));
  return {};
}

void FileLog::remove_later(std::vector<std::string> names) {
  background_.run_after(duration_of_ms(config().file_delete_delay_ms),
                        [directory = options_.directory, names = std::move(names)] {
                          for (const std::string& name : names) {
                            if (const auto removed = directory->remove(name); !removed) {
                              log_warn("{}", removed.error().detail);
                            }
                          }
                        });
}

}  // namespace barnabas::log
