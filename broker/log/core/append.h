// What passes between an append's rules and whoever stores the bytes.
//
// Threads  value types.
#pragma once

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

// Who appends as leader: clients are checked for sequences, coordinators for epochs only.
enum class AppendOrigin { kClient, kCoordinator };

struct AppendInfo {
  Offset first_offset = kUnknownOffset;      // of a duplicate: that of the first append
  Offset last_offset = kUnknownOffset;       // inclusive
  Timestamp log_append_time = kNoTimestamp;  // only where the topic is LogAppendTime
  bool duplicate = false;                    // nothing was appended: an idempotent retry
};

// Whole batches with their offsets and leader epochs, ready to be written in one piece.
struct AppendPlan {
  BytesView bytes;  // empty: a duplicate, there is nothing to write
  Offset first_offset = kUnknownOffset;
  Offset last_offset = kUnknownOffset;
  Timestamp max_timestamp = kNoTimestamp;
  Offset offset_of_max_timestamp = kUnknownOffset;  // last offset of the batch that holds it
  AppendInfo info;
};

}  // namespace barnabas::log
