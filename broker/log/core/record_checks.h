// What holds of every record that a client sends, in whichever format.
//
// Threads  pure functions; inline, as they are called for each record of a batch.
// Source   Kafka 3.9, LogValidator.java, validateKey and validateTimestamp
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/log_config.h"
#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {

// The time of a record, as its readers are told.
inline Timestamp timestamp_of(const protocol::RecordBatchView& batch,
                              const protocol::RecordView& record) {
  return batch.has_log_append_time() ? batch.max_timestamp()
                                     : wrapping_add(batch.base_timestamp(), record.timestamp_delta);
}

// Error: INVALID_RECORD.
inline Result<void> check_key(const std::optional<BytesView>& key, std::int32_t index,
                              const LogConfig& config) {
  if (!config.compacted || key) return {};
  return Error{ErrorCode::kInvalidRecord,
               fmt::format("record {} of a compacted topic has no key", index)};
}

//   has_log_append_time  as the producer's batch says
//   error                INVALID_TIMESTAMP
inline Result<void> check_timestamp(bool has_log_append_time, Timestamp timestamp,
                                    const LogConfig& config, Timestamp now) {
  if (config.message_timestamp_type == TimestampType::kCreateTime && timestamp != kNoTimestamp) {
    const std::int64_t age = wrapping_sub(now, timestamp);
    if (age > config.message_timestamp_before_max_ms ||
        wrapping_sub(0, age) > config.message_timestamp_after_max_ms) {
      return Error{ErrorCode::kInvalidTimestamp,
                   fmt::format("timestamp {} is out of range at {}", timestamp, now)};
    }
  } else if (has_log_append_time) {
    return Error{ErrorCode::kInvalidTimestamp, "a producer may not set LogAppendTime"};
  }
  return {};
}

}  // namespace barnabas::log
