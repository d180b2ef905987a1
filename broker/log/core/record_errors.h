// Which records of a refused batch are wrong, for the client that sent it.
//
// Threads  pure functions.
// Source   Kafka 3.9, LogValidator.java (validateRecord, processRecordErrors); KIP-467
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/log/core/log_config.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

struct RecordError {
  std::int32_t index = 0;              // in the batch
  ErrorCode error = ErrorCode::kNone;  // INVALID_RECORD, INVALID_TIMESTAMP
  std::string message;
};

// The records that are the reason why validate_produced refused `batch`, at the time `now`; empty
// where something else is.
std::vector<RecordError> record_errors(BytesView batch, const TopicPartition& tp,
                                       const LogConfig& config, Timestamp now);

// What is said of the whole batch. Precondition: there are errors.
std::string summary_of(const std::vector<RecordError>& errors);

}  // namespace barnabas::log
