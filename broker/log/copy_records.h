// Records that were read from a log, as bytes in memory: for whoever has to look into them.
//
// Threads  a pure function but for the file; may wait for the disk.
#pragma once

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/protocol/records.h"

namespace barnabas::log {

// Error: KAFKA_STORAGE_ERROR, also for a file that has become shorter meanwhile.
Result<BufferPtr> copy_records(const protocol::Records& records);

}  // namespace barnabas::log
