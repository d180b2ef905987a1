#include "broker/log/segment.h"

#include <algorithm>
#include <array>
#include <limits>

#include "broker/base/logging.h"
#include "broker/log/batch_scanner.h"
#include "broker/log/core/record_checks.h"
#include "broker/log/file_names.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {

using protocol::RecordBatchView;

Segment::Segment(std::shared_ptr<Directory> directory, Offset base_offset, File file,
                 const LogConfig& config, std::int64_t jitter_ms, Timestamp created_at)
    : directory_(std::move(directory)),
      base_offset_(base_offset),
      file_(std::move(file)),
      jitter_ms_(jitter_ms),
      offset_index_(directory_, base_offset, config.segment_index_bytes),
      time_index_(directory_, base_offset, config.segment_index_bytes),
      created_at_(created_at) {}

Result<std::shared_ptr<Segment>> Segment::create(std::shared_ptr<Directory> directory,
                                                 Offset base_offset, const LogConfig& config,
                                                 Timestamp now, std::int64_t jitter_ms) {
  TRY(File file, directory->open_file(segment_file(base_offset, kLogSuffix), true));
  TRY_VOID(file.truncate(0));
  std::shared_ptr<Segment> segment(
      new Segment(std::move(directory), base_offset, std::move(file), config, jitter_ms, now));
  TRY_VOID(segment->offset_index_.create());
  TRY_VOID(segment->time_index_.create());
  return segment;
}

Result<Segment::Opened> Segment::open(std::shared_ptr<Directory> directory, Offset base_offset,
                                      const LogConfig& config, std::int64_t jitter_ms) {
  TRY(File file, directory->open_file(segment_file(base_offset, kLogSuffix), false));
  TRY(const Timestamp modified_at, file.modified_at_ms());
  const bool indexed = directory->exists(segment_file(base_offset, kIndexSuffix)) &&
                       directory->exists(segment_file(base_offset, kTimeIndexSuffix));
  std::shared_ptr<Segment> segment(new Segment(std::move(directory), base_offset, std::move(file),
                                               config, jitter_ms, modified_at));
  TRY(segment->size_bytes_, segment->file_.size_bytes());
  if (!indexed) {
    TRY_VOID(segment->offset_index_.create());
    TRY_VOID(segment->time_index_.create());
    const bool empty = segment->size_bytes_ == 0;
    return Opened{std::move(segment), empty};
  }
  TRY(const bool offsets_sound, segment->offset_index_.load());
  TRY(const bool times_sound, segment->time_index_.load());
  TRY(const std::int64_t indexed_to, segment->offset_index_.last_position());
  const bool sound = offsets_sound && times_sound && indexed_to <= segment->size_bytes_;
  if (sound) TRY_VOID(segment->load_timestamps());
  return Opened{std::move(segment), sound};
}

Result<void> Segment::load_timestamps() {
  first_timestamp_ = kNoTimestamp;
  max_timestamp_ = time_index_.last().timestamp;
  offset_of_max_timestamp_ =
      max_timestamp_ == kNoTimestamp ? kUnknownOffset : time_index_.last().offset;
  BatchScanner head(file_, 0, size_bytes_, BatchScanner::Read::kHeaders);
  TRY(const auto first, head.next());
  if (first) first_timestamp_ = first->view.max_timestamp();
  // The index may lag; what follows its last entry is looked at.
  TRY(const std::int64_t start, offset_index_.lookup(time_index_.last().offset));
  BatchScanner scanner(file_, start, size_bytes_, BatchScanner::Read::kHeaders);
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) return {};
    note_timestamp(batch->view.max_timestamp(), batch->view.last_offset());
  }
}

void Segment::note_timestamp(Timestamp timestamp, Offset offset) {
  if (timestamp <= max_timestamp_) return;
  max_timestamp_ = timestamp;
  offset_of_max_timestamp_ = offset;
}

SegmentShape Segment::shape() const {
  return {.base_offset = base_offset_,
          .size_bytes = size_bytes_,
          .first_timestamp = first_timestamp_,
          .created_at = created_at_,
          .jitter_ms = jitter_ms_,
          .index_full = offset_index_.is_full() || time_index_.is_full()};
}

Result<void> Segment::write(const AppendPlan& plan) const {
  auto written = file_.write_at(size_bytes_, plan.bytes);
  if (written) return {};
  // A full disk must not leave half a batch; should this fail too, recovery cuts it.
  if (const auto cut = file_.truncate(size_bytes_); !cut) {
    log_error("{}: {}", directory_->path(), cut.error().detail);
  }
  return written;
}

Result<void> Segment::publish(const AppendPlan& plan, std::int32_t index_interval_bytes) {
  const std::int64_t position = size_bytes_;
  if (position == 0) first_timestamp_ = plan.max_timestamp;
  size_bytes_ += static_cast<std::int64_t>(plan.bytes.size());
  note_timestamp(plan.max_timestamp, plan.offset_of_max_timestamp);
  if (bytes_since_index_entry_ > index_interval_bytes) {
    TRY_VOID(offset_index_.append(plan.last_offset, position));
    TRY_VOID(time_index_.maybe_append(max_timestamp_, offset_of_max_timestamp_, false));
    bytes_since_index_entry_ = 0;
  }
  bytes_since_index_entry_ += static_cast<std::int64_t>(plan.bytes.size());
  return {};
}

Result<std::optional<Segment::Located>> Segment::locate(Offset offset,
                                                        std::int64_t size_bytes) const {
  TRY(const std::int64_t start, offset_index_.lookup(offset));
  BatchScanner scanner(file_, start, size_bytes, BatchScanner::Read::kHeaders);
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) return std::optional<Located>();
    if (batch->view.last_offset() >= offset) {
      return std::optional<Located>(
          Located{.position_bytes = batch->position_bytes,
                  .size_bytes = static_cast<std::int64_t>(batch->view.size_bytes()),
                  .base_offset = batch->view.base_offset(),
                  .last_offset = batch->view.last_offset()});
    }
  }
}

Result<std::optional<TimestampAndOffset>> Segment::find_timestamp(
    Timestamp timestamp, Offset from, std::int64_t size_bytes,
    std::size_t max_decompressed_bytes) const {
  TRY(const TimeIndex::Entry near, time_index_.lookup(timestamp));
  TRY(const std::int64_t start, offset_index_.lookup(std::max(near.offset, from)));
  BatchScanner headers(file_, start, size_bytes, BatchScanner::Read::kHeaders);
  while (true) {
    TRY(const auto header, headers.next());
    if (!header) return std::optional<TimestampAndOffset>();
    if (header->view.max_timestamp() < timestamp || header->view.last_offset() < from) continue;
    BatchScanner whole(file_, header->position_bytes, headers.position_bytes(),
                       BatchScanner::Read::kWhole);
    TRY(const auto batch, whole.next());
    if (!batch) return std::optional<TimestampAndOffset>();
    const RecordBatchView& view = batch->view;
    const LeaderEpoch epoch = view.partition_leader_epoch();
    std::vector<std::uint8_t> storage;
    const auto records = protocol::records_of(view, max_decompressed_bytes, storage);
    if (!records) {
      // Followers take batches as they come: one that nobody can open may be there.
      return std::optional<TimestampAndOffset>(
          {view.max_timestamp(), std::max(view.base_offset(), from), epoch});
    }
    protocol::RecordReader reader(view, *records);
    protocol::RecordView record;
    while (reader.next(record)) {
      const Offset offset = view.base_offset() + record.offset_delta;
      const Timestamp at = timestamp_of(view, record);
      if (at >= timestamp && offset >= from) {
        return std::optional<TimestampAndOffset>({at, offset, epoch});
      }
    }
  }
}

Result<Offset> Segment::offset_near(std::int64_t position_bytes) const {
  TRY(const std::int64_t start, offset_index_.floor_position(position_bytes));
  BatchScanner scanner(file_, start, size_bytes_, BatchScanner::Read::kHeaders);
  TRY(const auto batch, scanner.next());
  return batch ? batch->view.base_offset() : base_offset_;
}

Result<Offset> Segment::read_next_offset() const {
  TRY(const std::int64_t start, offset_index_.last_position());
  BatchScanner scanner(file_, start, size_bytes_, BatchScanner::Read::kHeaders);
  Offset next = base_offset_;
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) {
      TRY_VOID(scanner.refuse_old_message());
      return next;
    }
    next = batch->view.next_offset();
  }
}

Result<void> Segment::for_each_batch(
    Offset from, const std::function<void(const RecordBatchView&)>& visit) const {
  TRY(const std::int64_t start, offset_index_.lookup(from));
  BatchScanner scanner(file_, start, size_bytes_, BatchScanner::Read::kHeaders);
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) return {};
    if (batch->view.last_offset() >= from) visit(batch->view);
  }
}

Result<std::int64_t> Segment::recover(std::int32_t index_interval_bytes,
                                      const std::function<void(const RecordBatchView&)>& visit) {
  TRY_VOID(offset_index_.create());
  TRY_VOID(time_index_.create());
  max_timestamp_ = first_timestamp_ = kNoTimestamp;
  offset_of_max_timestamp_ = kUnknownOffset;
  TRY(const std::int64_t size, file_.size_bytes());
  BatchScanner scanner(file_, 0, size, BatchScanner::Read::kWhole);
  std::int64_t valid = 0;
  std::int64_t last_entry = 0;
  Offset last = base_offset_ - 1;
  while (true) {
    TRY(const auto batch, scanner.next());
    if (!batch) {
      TRY_VOID(scanner.refuse_old_message());
      break;
    }
    const RecordBatchView& view = batch->view;
    // The CRC does not cover the base offset.
    const Offset limit = base_offset_ + std::numeric_limits<std::int32_t>::max();
    if (!view.crc_matches() || view.base_offset() <= last || view.base_offset() > limit ||
        view.last_offset_delta() < 0 || view.last_offset() > limit) {
      break;
    }
    last = view.last_offset();
    if (valid == 0) first_timestamp_ = view.max_timestamp();
    note_timestamp(view.max_timestamp(), last);
    if (valid - last_entry > index_interval_bytes) {
      TRY_VOID(offset_index_.append(last, valid));
      TRY_VOID(time_index_.maybe_append(max_timestamp_, offset_of_max_timestamp_, false));
      last_entry = valid;
    }
    valid = scanner.position_bytes();
    visit(view);
  }
  if (valid < size) TRY_VOID(file_.truncate(valid));
  size_bytes_ = valid;
  bytes_since_index_entry_ = 0;
  TRY_VOID(become_inactive());
  return size - valid;
}

Result<void> Segment::truncate_to(Offset offset, Timestamp now) {
  TRY(const auto located, locate(offset, size_bytes_));
  TRY_VOID(offset_index_.truncate_to(offset));
  TRY_VOID(time_index_.truncate_to(offset));
  if (located) {
    TRY_VOID(file_.truncate(located->position_bytes));
    size_bytes_ = located->position_bytes;
  }
  if (size_bytes_ == 0) created_at_ = now;
  bytes_since_index_entry_ = 0;
  return load_timestamps();
}

Result<void> Segment::become_inactive() {
  if (max_timestamp_ != kNoTimestamp) {
    TRY_VOID(time_index_.maybe_append(max_timestamp_, offset_of_max_timestamp_, true));
  }
  TRY_VOID(offset_index_.flush(false));
  return time_index_.flush(false);
}

Result<void> Segment::flush() {
  TRY_VOID(file_.sync());
  TRY_VOID(offset_index_.flush(true));
  return time_index_.flush(true);
}

Result<std::vector<std::string>> Segment::mark_deleted() {
  std::vector<std::string> renamed;
  for (const auto suffix :
       {kLogSuffix, kIndexSuffix, kTimeIndexSuffix, kTxnIndexSuffix, kSnapshotSuffix}) {
    const std::string name = segment_file(base_offset_, suffix);
    if (!directory_->exists(name)) continue;
    renamed.push_back(name + std::string(kDeletedSuffix));
    TRY_VOID(directory_->rename(name, renamed.back()));
  }
  return renamed;
}

}  // namespace barnabas::log
