// Reading: where batches lie, by offset and by timestamp.

#include <algorithm>

#include "broker/log/file_log.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

// Below it a range in a file costs more than the bytes.
constexpr std::int64_t kCopyBelowBytes = 16 * 1024;

}  // namespace

std::vector<FileLog::Piece> FileLog::pieces_from(Offset from) const {
  MutexLock lock(mu_);
  std::vector<Piece> pieces;
  const Offset first = std::max(from, segments_.begin()->first);
  for (auto it = floor_segment(segments_, first); it != segments_.end(); ++it) {
    const Segment& segment = *it->second;
    pieces.push_back({it->second, segment.size_bytes(), segment.max_timestamp(),
                      segment.offset_of_max_timestamp()});
  }
  return pieces;
}

Result<std::optional<FileLog::Position>> FileLog::locate(Offset from, Offset upper_bound) const {
  {
    // The end of the log, where nearly everybody reads.
    MutexLock lock(mu_);
    const std::int64_t size = active_size();
    if (const auto batch = recent_.find(from, size)) {
      const auto upper = upper_bound >= state_.log_end_offset()
                             ? std::optional(RecentBatches::Place{size, size})
                             : recent_.find(upper_bound, size);
      if (upper) {
        return std::optional<Position>({.segment = segments_.rbegin()->second,
                                        .position_bytes = batch->position_bytes,
                                        .batch_bytes = batch->end_bytes - batch->position_bytes,
                                        .end_bytes = upper->position_bytes});
      }
    }
  }
  for (const Piece& piece : pieces_from(from)) {
    TRY(const auto batch, piece.segment->locate(from, piece.size_bytes));
    if (!batch) continue;  // all of this segment is below: the next one
    Position position{.segment = piece.segment,
                      .position_bytes = batch->position_bytes,
                      .batch_bytes = batch->size_bytes,
                      .end_bytes = piece.size_bytes};
    TRY(const auto upper, piece.segment->locate(upper_bound, piece.size_bytes));
    if (upper) position.end_bytes = upper->position_bytes;
    return std::optional<Position>(std::move(position));
  }
  return std::optional<Position>();
}

Result<ReadInfo> FileLog::read(Offset from, std::int64_t max_bytes, Offset upper_bound,
                               bool at_least_one) const {
  if (from < log_start_offset() || from > log_end_offset()) {
    return Error{ErrorCode::kOffsetOutOfRange,
                 fmt::format("offset {} is outside [{}, {}] of {}", from, log_start_offset(),
                             log_end_offset(), options_.tp)};
  }
  ReadInfo info{.records = protocol::Records::empty(), .size_bytes = 0, .oversized = false};
  if (from >= upper_bound) return info;
  TRY(const auto position, guard_read(locate(from, upper_bound)));
  if (!position || position->end_bytes <= position->position_bytes) return info;
  std::int64_t size = std::min(max_bytes, position->end_bytes - position->position_bytes);
  if (size < position->batch_bytes) {
    if (!at_least_one) return info;
    info.oversized = max_bytes < position->batch_bytes;
    size = position->batch_bytes;
  }
  const File& file = position->segment->file();
  if (size >= kCopyBelowBytes) {
    info.records = protocol::Records(FileRange{file.descriptor(), position->position_bytes, size});
  } else {
    auto buffer = Buffer::allocate(static_cast<std::size_t>(size));
    TRY(const std::size_t there,
        guard_read(file.read_at(position->position_bytes, buffer->view())));
    size = static_cast<std::int64_t>(there);  // less only where the log was cut meanwhile
    const BytesView bytes = std::as_const(*buffer).view().first(there);
    info.records = protocol::Records(protocol::BytesPiece{std::move(buffer), bytes});
  }
  info.size_bytes = size;
  return info;
}

Result<std::optional<TimestampAndOffset>> FileLog::find_by_timestamp(Timestamp timestamp) const {
  const Offset start = log_start_offset();
  const std::size_t max_decompressed_bytes = config().max_decompressed_bytes;
  for (const Piece& piece : pieces_from(start)) {
    if (piece.max_timestamp < timestamp) continue;
    TRY(auto found, guard_read(piece.segment->find_timestamp(timestamp, start, piece.size_bytes,
                                                             max_decompressed_bytes)));
    if (found) return found;
  }
  return std::optional<TimestampAndOffset>();
}

Result<std::optional<TimestampAndOffset>> FileLog::find_max_timestamp() const {
  const std::vector<Piece> pieces = pieces_from(log_start_offset());
  const auto latest = std::max_element(
      pieces.begin(), pieces.end(),
      [](const Piece& a, const Piece& b) { return a.max_timestamp < b.max_timestamp; });
  if (latest->max_timestamp == kNoTimestamp) return std::optional<TimestampAndOffset>();
  return guard_read(latest->segment->find_timestamp(latest->max_timestamp, log_start_offset(),
                                                    latest->size_bytes,
                                                    config().max_decompressed_bytes));
}

std::int64_t FileLog::size_bytes() const {
  std::int64_t sum = 0;
  for (const Piece& piece : pieces_from(Offset(0))) sum += piece.size_bytes;
  return sum;
}

Result<std::vector<SegmentTime>> FileLog::segment_times() const {
  const Offset start = log_start_offset();
  const std::vector<Piece> pieces = pieces_from(start);
  std::vector<SegmentTime> times;
  for (const Piece& piece : pieces) {
    TRY(const Timestamp written_at, guard_read(piece.segment->file().modified_at_ms()));
    times.push_back({std::max(piece.segment->base_offset(), start), written_at});
  }
  if (pieces.back().size_bytes > 0) times.push_back({log_end_offset(), clock_.wall_clock_ms()});
  return times;
}

std::int64_t FileLog::bytes_between(Offset from, Offset to) const {
  if (from >= to) return 0;
  {
    MutexLock lock(mu_);
    const std::int64_t size = active_size();
    const auto first = recent_.find(from, size);
    if (first && to >= state_.log_end_offset()) return size - first->position_bytes;
    if (const auto last = recent_.find(to, size); first && last) {
      return last->position_bytes - first->position_bytes;
    }
  }
  std::int64_t sum = 0;
  for (const Piece& piece : pieces_from(from)) {
    if (piece.segment->base_offset() >= to) break;
    const auto begin = piece.segment->locate(from, piece.size_bytes);
    const auto end = piece.segment->locate(to, piece.size_bytes);
    if (!begin || !end) return sum;  // a read will report it
    if (!*begin) continue;
    sum += (*end ? (*end)->position_bytes : piece.size_bytes) - (*begin)->position_bytes;
  }
  return sum;
}

}  // namespace barnabas::log
