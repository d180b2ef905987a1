// When a log begins a new segment, and how much of an append goes into one.
//
// Threads  pure functions.
// Source   Kafka 3.9, LogSegment.shouldRoll
#pragma once

#include <cstdint>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/log/core/append.h"
#include "broker/log/core/log_config.h"

namespace barnabas::log {

// What the decision needs to know of the active segment.
struct SegmentShape {
  Offset base_offset{0};
  std::int64_t size_bytes = 0;
  Timestamp first_timestamp = kNoTimestamp;  // of its first batch
  Timestamp created_at = 0;
  std::int64_t jitter_ms = 0;
  bool index_full = false;
};

bool should_roll(const SegmentShape& segment, const AppendPlan& append, const LogConfig& config,
                 Timestamp now);

// The longest run of whole batches at the front of `batches` that fits into one segment: at most
// `segment_bytes`, its offsets within 2^31-1 of the first; never less than one batch.
BytesView fitting_batches(BytesView batches, std::int64_t segment_bytes);

}  // namespace barnabas::log
