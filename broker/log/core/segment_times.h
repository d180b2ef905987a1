// Which offsets version 0 of ListOffsets is told: where segments begin, by when they were written.
//
// Threads  pure functions.
// Source   Kafka 3.9, UnifiedLog.scala (legacyFetchOffsetsBefore), Partition.scala
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/clock.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

struct SegmentTime {
  Offset offset{0};
  Timestamp written_at = kNoTimestamp;  // last
};

//   segments        by rising offsets; not empty
//   timestamp       -1: from the last one down, -2: the first; else from the last one that was
//                   written at that time or before
//   max_offsets     not negative
//   high_watermark  of a consumer: stands for all that is above it
//   returns         falling offsets
std::vector<Offset> offsets_before(const std::vector<SegmentTime>& segments, Timestamp timestamp,
                                   std::int32_t max_offsets, std::optional<Offset> high_watermark);

}  // namespace barnabas::log
