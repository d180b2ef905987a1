// A log segment: one file of record batches, with its offset index and time index.
//
// On disk     <base offset, 20 digits>.log, .index, .timeindex (drawing: README.md)
// Invariants  Offsets in the file only rise, none is below base_offset(), and each minus base fits
//             int32, as the indexes store it. An index never points past the last whole batch; it
//             may lag, and can be rebuilt from the .log alone.
// Threads     One writer. What is marked "published" is changed and read under the log's mutex;
//             locate, find_timestamp and for_each_batch: any thread, given a size read there.
// Owns        Its descriptor; a FileRange handed out keeps it open.
// Failure     Disk errors return KAFKA_STORAGE_ERROR, look-ups may fail as Directory::open_to_read;
//             nothing here retries. recover and read_next_offset, which walk to the end of the
//             file, give UNSUPPORTED_FOR_MESSAGE_FORMAT where they meet a message of format 0 or 1.
// Source      Kafka 3.9, LogSegment.java
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/log/core/append.h"
#include "broker/log/core/log_config.h"
#include "broker/log/core/roll.h"
#include "broker/log/file.h"
#include "broker/log/log.h"
#include "broker/log/offset_index.h"
#include "broker/log/time_index.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {

class Segment {
 public:
  // Creates the three files, emptying what stands there.
  static Result<std::shared_ptr<Segment>> create(std::shared_ptr<Directory> directory,
                                                 Offset base_offset, const LogConfig& config,
                                                 Timestamp now, std::int64_t jitter_ms);
  // Opens an existing one. `sound` tells whether its indexes may be trusted; if not: recover().
  struct Opened {
    std::shared_ptr<Segment> segment;
    bool sound;
  };
  static Result<Opened> open(std::shared_ptr<Directory> directory, Offset base_offset,
                             const LogConfig& config, std::int64_t jitter_ms);

  Offset base_offset() const { return base_offset_; }
  const File& file() const { return file_; }

  // Bytes of whole batches; published: changes under the log's mutex.
  std::int64_t size_bytes() const { return size_bytes_; }
  // Of all its records; published.
  Timestamp max_timestamp() const { return max_timestamp_; }
  Offset offset_of_max_timestamp() const { return offset_of_max_timestamp_; }
  SegmentShape shape() const;

  // Appends in two steps. write() puts the bytes into the file, where nobody looks yet; when it
  // fails nothing stays. publish() makes them part of the segment and indexes them.
  Result<void> write(const AppendPlan& plan) const;
  Result<void> publish(const AppendPlan& plan, std::int32_t index_interval_bytes);

  struct Located {
    std::int64_t position_bytes;
    std::int64_t size_bytes;
    Offset base_offset;
    Offset last_offset;
  };
  // The first batch whose last offset is at or above `offset`, among the first `size_bytes`;
  // nullopt: none.
  Result<std::optional<Located>> locate(Offset offset, std::int64_t size_bytes) const;
  // The first record at or above `from` whose timestamp is at least `timestamp`. Compressed batches
  // are opened; for one that is not what its codec writes, or larger than the limit, its first
  // offset stands.
  Result<std::optional<TimestampAndOffset>> find_timestamp(
      Timestamp timestamp, Offset from, std::int64_t size_bytes,
      std::size_t max_decompressed_bytes) const;
  // The base offset of a batch that lies at `position_bytes` or, by an index interval, before.
  Result<Offset> offset_near(std::int64_t position_bytes) const;
  // The offset after its last batch; base_offset() when empty.
  Result<Offset> read_next_offset() const;

  // Calls `visit` with each batch from `from` on: header fields only, control batches whole.
  Result<void> for_each_batch(
      Offset from, const std::function<void(const protocol::RecordBatchView&)>& visit) const;

  // Checks every batch, cuts the file behind the last sound one and rebuilds the indexes. `visit`
  // is called with each sound batch. Returns the bytes that were cut.
  Result<std::int64_t> recover(std::int32_t index_interval_bytes,
                               const std::function<void(const protocol::RecordBatchView&)>& visit);

  // Drops everything at and above `offset`, which does not lie inside a batch.
  Result<void> truncate_to(Offset offset, Timestamp now);

  // No more appends: the last time index entry is made and the indexes are written out.
  Result<void> become_inactive();
  // Makes everything durable.
  Result<void> flush();

  // Renames the files, and the snapshot of the producers at its base, to <name>.deleted; returns
  // the new names, to be removed later.
  Result<std::vector<std::string>> mark_deleted();

 private:
  Segment(std::shared_ptr<Directory> directory, Offset base_offset, File file,
          const LogConfig& config, std::int64_t jitter_ms, Timestamp created_at);

  // Reads from the files what they say of timestamps.
  Result<void> load_timestamps();
  void note_timestamp(Timestamp timestamp, Offset offset);

  // Fixed at construction
  const std::shared_ptr<Directory> directory_;
  const Offset base_offset_;
  const File file_;
  const std::int64_t jitter_ms_;

  // Writer; published under the log's mutex
  std::int64_t size_bytes_ = 0;
  Timestamp max_timestamp_ = kNoTimestamp;
  Offset offset_of_max_timestamp_ = kUnknownOffset;

  // Writer only
  OffsetIndex offset_index_;
  TimeIndex time_index_;
  std::int64_t bytes_since_index_entry_ = 0;
  Timestamp first_timestamp_ = kNoTimestamp;
  Timestamp created_at_;
};

}  // namespace barnabas::log
