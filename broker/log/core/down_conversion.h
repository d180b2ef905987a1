// Record batches become message sets of magic 0 or 1, for consumers from before there were batches.
//
// What those formats cannot say is left out: headers, markers of transactions, who produced it.
// Threads  pure functions.
// Source   Kafka 3.9, RecordsUtil.java (downConvert), LazyDownConversionRecords.java
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/log/core/log_config.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

// The messages of `batches`, of which a cut last one is left out. What was compressed is one
// wrapper of all its records; of what was not, the records below `from` are left out.
//   max_bytes  of the result; the first batch that has a record is converted whole all the same
//   returns    empty only if there is no whole batch. Where batches have no record to be told, a
//              message that is cut: its reader asks for more
//   errors     UNSUPPORTED_COMPRESSION_TYPE (zstd), CORRUPT_MESSAGE, MESSAGE_TOO_LARGE: of the
//   first
//              batch; another one ends the result before it
Result<std::vector<std::uint8_t>> down_convert(BytesView batches, std::int8_t to_magic, Offset from,
                                               std::size_t max_bytes, const LogConfig& config);

}  // namespace barnabas::log
