// The log of one replica: an append-only sequence of record batches with its leader epochs and
// producer state. `FileLog` keeps it as Kafka's files; the simulator has one in memory.
//
// Invariants  log_start_offset() <= log_end_offset(). Offsets only rise. A batch below
//             log_end_offset() changes only by truncation.
// Threads     Writers (append, truncate, assign) are externally synchronized: the partition's lock.
//             Reads and the offset getters: any thread; no read while a writer drops segments
//             (truncation, delete_old_segments).
// Failure     A disk error is KAFKA_STORAGE_ERROR; the log then refuses every further write. A read
//             that finds no free descriptor is told the same, and the next one may succeed.
// Source      Kafka 3.9, kafka/log/UnifiedLog.scala
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/append.h"
#include "broker/log/core/leader_epoch_cache.h"
#include "broker/log/core/segment_times.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/records.h"

namespace barnabas::log {

struct ReadInfo {
  protocol::Records records;  // whole or cut batches, from the one that holds the asked offset
  std::int64_t size_bytes = 0;
  // True where `records` holds the first batch whole only because at_least_one was set.
  bool oversized = false;
};

struct TimestampAndOffset {
  Timestamp timestamp = kNoTimestamp;
  Offset offset = kUnknownOffset;
  LeaderEpoch epoch = kNoLeaderEpoch;
};

class Log {
 public:
  virtual ~Log() = default;

  // Checks client batches, gives them offsets and `epoch` in place, and appends them, all or none.
  //   errors  CORRUPT_MESSAGE, INVALID_RECORD, MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE,
  //           INVALID_TIMESTAMP, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH,
  //           UNSUPPORTED_COMPRESSION_TYPE, KAFKA_STORAGE_ERROR
  virtual Result<AppendInfo> append_as_leader(MutableBytesView batches, LeaderEpoch epoch,
                                              AppendOrigin origin) = 0;

  // Appends the leader's bytes as they came: whole batches, a cut last one is left out. The first
  // offset must be log_end_offset() or above.
  //   errors  CORRUPT_MESSAGE, OFFSET_OUT_OF_RANGE (a gap downwards), KAFKA_STORAGE_ERROR
  virtual Result<AppendInfo> append_as_follower(BytesView batches) = 0;

  // Reads from the batch that holds `from`, at most `max_bytes`, never beyond the batch that ends
  // at `upper_bound` (high watermark for consumers, log end offset for followers).
  //   at_least_one  returns the first batch whole even when it is larger than max_bytes
  //   errors        OFFSET_OUT_OF_RANGE outside [log_start_offset, log_end_offset],
  //                 KAFKA_STORAGE_ERROR
  virtual Result<ReadInfo> read(Offset from, std::int64_t max_bytes, Offset upper_bound,
                                bool at_least_one) const = 0;

  // Drops everything at and above `offset` (no-op at or above the end). Producer state and leader
  // epochs follow. The result is durable order-wise: a crash leaves the old or the new state.
  virtual Result<void> truncate_to(Offset offset) = 0;
  // Drops everything; the log is empty and starts at `offset`.
  virtual Result<void> truncate_fully_and_start_at(Offset offset) = 0;
  // Raises the log start offset (never lowers). The bytes below it stay until delete_old_segments.
  virtual Result<void> raise_log_start_offset(Offset offset) = 0;
  // Deletes the segments that retention lets go (rules in broker/log/core/retention.h), raising the
  // log start offset to the first one that stays. Returns their number.
  virtual Result<std::size_t> delete_old_segments(Offset high_watermark) = 0;

  virtual Offset log_start_offset() const = 0;
  virtual Offset log_end_offset() const = 0;

  // Leader epochs; rules in broker/log/core/leader_epoch_cache.h.
  virtual LeaderEpoch latest_epoch() const = 0;  // kNoLeaderEpoch: none known
  // Of log_start_offset(): the first entry, if it starts there or below; else kNoLeaderEpoch.
  virtual LeaderEpoch earliest_epoch() const = 0;
  virtual EpochEndOffset end_offset_for(LeaderEpoch epoch) const = 0;
  virtual Result<void> assign_epoch_start(LeaderEpoch epoch, Offset start) = 0;

  // The first record at or after `timestamp`, below log_end_offset(); nullopt: none.
  virtual Result<std::optional<TimestampAndOffset>> find_by_timestamp(
      Timestamp timestamp) const = 0;
  // The record with the greatest timestamp; nullopt: an empty log.
  virtual Result<std::optional<TimestampAndOffset>> find_max_timestamp() const = 0;

  virtual std::int64_t size_bytes() const = 0;  // of all batches that are stored
  // Where each segment begins, in this log, and when it was last written; behind them the end, now,
  // unless the last segment is empty.
  virtual Result<std::vector<SegmentTime>> segment_times() const = 0;

  // Bytes in the log between two offsets that begin batches; used to decide whether a delayed
  // fetch has enough. Cheap; an estimate upwards is allowed across segments.
  virtual std::int64_t bytes_between(Offset from, Offset to) const = 0;
};

}  // namespace barnabas::log
