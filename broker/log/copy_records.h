// Records that were read from a log, as bytes in memory: for whoever has to look into them.
//
// Threads  a pure function but for the file; may wait for the disk.
#pragma once

#include <cstdint>
#include <limits>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/protocol/records.h"

namespace barnabas::log {

// The first `max_bytes` of them, or all. Error: KAFKA_STORAGE_ERROR, also for a file that has
// become shorter meanwhile.
Result<BufferPtr> copy_records(const protocol::Records& records,
                               std::int64_t max_bytes = std::numeric_limits<std::int64_t>::max());

}  // namespace barnabas::log
