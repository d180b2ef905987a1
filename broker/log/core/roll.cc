#include "broker/log/core/roll.h"

#include <limits>

#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {
namespace {

constexpr std::int64_t kMaxRelativeOffset = std::numeric_limits<std::int32_t>::max();

}  // namespace

bool should_roll(const SegmentShape& segment, const AppendPlan& append, const LogConfig& config,
                 Timestamp now) {
  if (append.last_offset - segment.base_offset > kMaxRelativeOffset) return true;
  if (segment.size_bytes == 0) return false;
  if (segment.size_bytes > config.segment_bytes - static_cast<std::int64_t>(append.bytes.size())) {
    return true;
  }
  const bool by_records = segment.first_timestamp >= 0 && append.max_timestamp != kNoTimestamp;
  const std::int64_t waited = by_records
                                  ? wrapping_sub(append.max_timestamp, segment.first_timestamp)
                                  : now - segment.created_at;
  return waited > config.segment_ms - segment.jitter_ms || segment.index_full;
}

BytesView fitting_batches(BytesView batches, std::int64_t segment_bytes) {
  protocol::BatchReader reader(batches);
  std::size_t end = 0;
  Offset first = kUnknownOffset;
  while (const auto batch = reader.next()) {
    if (end == 0) {
      first = batch->base_offset();
    } else if (static_cast<std::int64_t>(reader.position_bytes()) > segment_bytes ||
               batch->last_offset() - first > kMaxRelativeOffset) {
      break;
    }
    end = reader.position_bytes();
  }
  return batches.first(end);
}

}  // namespace barnabas::log
