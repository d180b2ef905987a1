// Which old segments a log lets go of: by its start offset, its size and the age of its records.
//
// Threads  pure functions.
// Source   Kafka 3.9, UnifiedLog.scala (deleteOldSegments, deletableSegments)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "broker/base/clock.h"
#include "broker/log/core/log_config.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

// What the decision needs to know of a segment.
struct AgingSegment {
  Offset base_offset{0};
  std::int64_t size_bytes = 0;
  // Of its records; of a segment whose records have none, when its file was last written.
  Timestamp largest_timestamp = 0;
};

struct AgingLog {
  Offset log_start{0};
  Offset log_end{0};
  Offset high_watermark{0};  // nothing at or above it goes
};

// How many segments go, the oldest first, and why.
struct Deletable {
  std::size_t by_log_start = 0;  // all of them lies below the log start offset
  std::size_t by_size = 0;       // retention.bytes
  std::size_t by_age = 0;        // retention.ms
  // All segments: a new one must be rolled first. An empty last one never goes.
  std::size_t total() const { return by_log_start + by_size + by_age; }
};

// `segments` are all of the log, ascending. Size and age count only where cleanup.policy has
// delete.
Deletable deletable_segments(std::span<const AgingSegment> segments, const AgingLog& log,
                             const LogConfig& config, Timestamp now);

}  // namespace barnabas::log
