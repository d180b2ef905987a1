// Message sets of magic 0 and 1 become a record batch, the one format that is stored.
//
// Threads  pure functions.
// Source   Kafka 3.9, LogValidator.java, convertAndAssignOffsetsNonCompressed and
//          validateMessagesAndAssignOffsetsCompressed; UnifiedLog.scala, analyzeAndValidateRecords
#pragma once

#include <cstdint>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/log_config.h"

namespace barnabas::log {

// One batch with the records of `messages`, at offset 0, compressed as they were or as the topic
// wants. Either all are
// uncompressed, or there is one message, a wrapper of the others. A cut last one is left out.
//   now     ms, for timestamp limits
//   errors  CORRUPT_MESSAGE, INVALID_RECORD, MESSAGE_TOO_LARGE (before or after),
//   INVALID_TIMESTAMP,
//           UNSUPPORTED_COMPRESSION_TYPE
Result<std::vector<std::uint8_t>> up_convert(BytesView messages, const LogConfig& config,
                                             Timestamp now);

}  // namespace barnabas::log
