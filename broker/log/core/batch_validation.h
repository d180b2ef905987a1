// What may enter a log: the checks on bytes that a stranger sent.
//
// Threads  pure functions.
// Source   Kafka 3.9, LogValidator.java; UnifiedLog.scala, analyzeAndValidateRecords
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/append.h"
#include "broker/log/core/log_config.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {

// A produced batch that is sound in itself. Its timestamp type and maxTimestamp are the topic's.
struct ProducedBatch {
  protocol::MutableRecordBatchView batch;
  Timestamp log_append_time = kNoTimestamp;  // only where the topic is LogAppendTime
  // What `batch` shows where it was made of an older format or in another codec; else null.
  std::unique_ptr<std::vector<std::uint8_t>> made = nullptr;
};

// Checks what a producer sent for one partition, all but its sequence: exactly one batch; a cut one
// after it is left out. A batch is walked record by record; a compressed one only where the topic
// is compacted, limits timestamps or is stored in another codec, else it is taken by its header and
// CRC. A message set of an older format becomes a new batch, and so does one in another codec.
//   now     ms, for timestamp limits and LogAppendTime
//   errors  CORRUPT_MESSAGE, INVALID_RECORD, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE,
//           INVALID_TIMESTAMP, UNSUPPORTED_COMPRESSION_TYPE
Result<ProducedBatch> validate_produced(MutableBytesView bytes, AppendOrigin origin,
                                        const LogConfig& config, Timestamp now);

// Checks what a leader sent: whole batches with matching CRCs and rising offsets. Returns them
// without a cut last one; empty when there is no whole batch.
//   errors  CORRUPT_MESSAGE, UNSUPPORTED_FOR_MESSAGE_FORMAT
Result<BytesView> validate_replicated(BytesView bytes);

}  // namespace barnabas::log
