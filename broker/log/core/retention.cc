#include "broker/log/core/retention.h"

#include "broker/log/core/timestamp_math.h"

namespace barnabas::log {
namespace {

// Takes segments off the front as long as they are due.
class Front {
 public:
  Front(std::span<const AgingSegment> segments, const AgingLog& log)
      : segments_(segments), log_(log) {}

  //   is_due(segment, end)   end: the base offset of the next one, or the log end offset
  template <typename IsDue>
  std::size_t take_while(const IsDue& is_due) {
    std::size_t taken = 0;
    for (; !segments_.empty(); segments_ = segments_.subspan(1), ++taken) {
      const AgingSegment& segment = segments_.front();
      const Offset end = is_last() ? log_.log_end : segments_[1].base_offset;
      if (is_last() && segment.size_bytes == 0) break;
      if (log_.high_watermark < end || !is_due(segment, end)) break;
    }
    return taken;
  }
  bool is_last() const { return segments_.size() == 1; }
  std::int64_t size_bytes() const {
    std::int64_t sum = 0;
    for (const AgingSegment& segment : segments_) sum += segment.size_bytes;
    return sum;
  }

 private:
  std::span<const AgingSegment> segments_;
  const AgingLog& log_;
};

}  // namespace

Deletable deletable_segments(std::span<const AgingSegment> segments, const AgingLog& log,
                             const LogConfig& config, Timestamp now) {
  Front front(segments, log);
  Deletable due;
  due.by_log_start = front.take_while(
      [&](const AgingSegment&, Offset end) { return !front.is_last() && end <= log.log_start; });
  if (!config.deletes) return due;
  if (config.retention_bytes >= 0) {
    std::int64_t excess = front.size_bytes() - config.retention_bytes;
    due.by_size = front.take_while([&](const AgingSegment& segment, Offset) {
      if (excess < segment.size_bytes) return false;
      excess -= segment.size_bytes;
      return true;
    });
  }
  if (config.retention_ms >= 0) {
    due.by_age = front.take_while([&](const AgingSegment& segment, Offset) {
      return wrapping_sub(now, segment.largest_timestamp) > config.retention_ms;
    });
  }
  return due;
}

}  // namespace barnabas::log
