// Retention: the log start offset, and deleting the segments below it or grown old.

#include <vector>

#include "broker/base/logging.h"
#include "broker/log/core/retention.h"
#include "broker/log/file_log.h"

namespace barnabas::log {

Result<void> FileLog::raise_log_start_offset(Offset offset) {
  TRY_VOID(check_writable());
  return guard(raise_start(offset));
}

Result<void> FileLog::raise_start(Offset offset) {
  bool epochs_changed = false;
  {
    MutexLock lock(mu_);
    TRY(const auto change, state_.raise_log_start_offset(offset));
    if (!change.raised) return {};
    epochs_changed = change.epochs_changed;
    publish_offsets();
  }
  log_info("[Log partition={}] Incremented log start offset to {}", options_.tp, offset);
  if (epochs_changed) store_epochs_later();
  return {};
}

Result<std::size_t> FileLog::delete_old_segments(Offset high_watermark) {
  TRY_VOID(check_writable());
  return guard(delete_old(high_watermark));
}

Result<std::size_t> FileLog::delete_old(Offset high_watermark) {
  const Timestamp now = clock_.wall_clock_ms();
  std::vector<AgingSegment> segments;
  for (const Piece& piece : pieces_from(Offset(0))) {
    Timestamp largest = piece.max_timestamp;
    if (largest < 0) {
      TRY(largest, piece.segment->file().modified_at_ms());
    }
    segments.push_back({piece.segment->base_offset(), piece.size_bytes, largest});
  }
  const LogConfig settings = config();
  const Deletable due = deletable_segments(
      segments, {log_start_offset(), log_end_offset(), high_watermark}, settings, now);
  if (due.total() == 0) return std::size_t{0};
  if (due.total() == segments.size()) TRY_VOID(roll(log_end_offset(), now));

  std::vector<std::shared_ptr<Segment>> dropped;
  bool epochs_changed = false;
  {
    MutexLock lock(mu_);
    for (std::size_t i = 0; i < due.total(); ++i) {
      dropped.push_back(segments_.begin()->second);
      segments_.erase(segments_.begin());
    }
    TRY(const auto change, state_.raise_log_start_offset(segments_.begin()->first));
    epochs_changed = change.epochs_changed;
    publish_offsets();
    ++truncations_;
  }
  log_info(
      "[Log partition={}] Deleting {} segments: {} below the log start offset, {} by "
      "retention.bytes {}, {} by retention.ms {}; the log starts at {}",
      options_.tp, due.total(), due.by_log_start, due.by_size, settings.retention_bytes, due.by_age,
      settings.retention_ms, log_start_offset());
  if (epochs_changed) store_epochs_later();
  std::vector<std::string> names;
  // Oldest first: what a crash leaves has no holes.
  for (const auto& segment : dropped) {
    TRY(const auto renamed, segment->mark_deleted());
    names.insert(names.end(), renamed.begin(), renamed.end());
  }
  // Not by the caller, who holds the partition's lock.
  background_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) (void)self->guard(self->options_.directory->sync());
  });
  remove_later(std::move(names));
  return due.total();
}

}  // namespace barnabas::log
