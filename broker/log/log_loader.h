// Loads the log of one replica from its directory: finishes what a crash interrupted, recovers what
// may be torn, and rebuilds what the log knows besides its bytes.
//
// After a clean stop everything is taken as it is. After an unclean one the segments from the
// recovery point on are read whole; below it nothing is read, and nothing is found.
//
// Threads  a function; nobody else uses the directory meanwhile.
// Failure  KAFKA_STORAGE_ERROR: the disk. UNSUPPORTED_FOR_MESSAGE_FORMAT: records of message format
//          0 or 1, which stay.
// Source   Kafka 3.9, kafka/log/LogLoader.scala
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/log_config.h"
#include "broker/log/core/log_state.h"
#include "broker/log/file.h"
#include "broker/log/segment.h"

namespace barnabas::log {

using Segments = std::map<Offset, std::shared_ptr<Segment>>;  // by base offset

struct LoadRequest {
  std::shared_ptr<Directory> directory;
  LogConfig config;
  bool clean_shutdown = false;
  Offset recovery_point{0};    // checkpointed: what is below was flushed
  Offset log_start_offset{0};  // checkpointed
  Timestamp now = 0;
  std::int64_t producer_id_expiration_ms = 86400000;
  std::function<std::int64_t()> segment_jitter_ms;
};

struct LoadedLog {
  Segments segments;  // at least one; the last is the active one
  LogState state;
  Offset recovery_point{0};
};

Result<LoadedLog> load_log(const LoadRequest& request);

// The producers as of `end`, from the newest snapshot and the batches around it: those after it,
// and, as it has the last batch of each producer only, some before it. Snapshots above `end` are
// removed.
Result<ProducerState> rebuild_producers(const Directory& directory, const Segments& segments,
                                        Offset log_start, Offset end, Timestamp now,
                                        std::int64_t expiration_ms);

// The segment that holds `offset`, or the last one below it; not for offsets below the first.
Segments::const_iterator floor_segment(const Segments& segments, Offset offset);

}  // namespace barnabas::log
