// The time index of a segment: from a timestamp to an offset at or before the first record that is
// as late.
//
// On disk     12 bytes an entry: int64 timestamp, int32 offset - base offset. An entry says: up to
//             this offset no record is later than this timestamp.
// Invariants  Timestamps rise, offsets do not fall.
// Threads     As IndexFile: one writer, any reader.
// Source      Kafka 3.9, TimeIndex.java
#pragma once

#include <cstdint>
#include <memory>

#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/index_file.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

class TimeIndex {
 public:
  static constexpr std::size_t kEntrySize = 12;
  struct Entry {
    Timestamp timestamp = kNoTimestamp;
    Offset offset;
  };

  // max_bytes: segment.index.bytes
  TimeIndex(std::shared_ptr<Directory> directory, Offset base_offset, std::int32_t max_bytes);

  Result<void> create();
  // False: the file is not a sound index, the segment is to be recovered.
  Result<bool> load();

  // The last slot is kept for the entry of the roll.
  bool is_full() const { return file_.count() + 1 >= max_entries_; }
  std::size_t count() const { return file_.count(); }
  // (-1, base offset) when empty. Writer only.
  const Entry& last() const { return last_; }

  // Ignored where `timestamp` is not above the last one, and when full unless `force`d.
  Result<void> maybe_append(Timestamp timestamp, Offset offset, bool force);
  // The last entry with at most `timestamp`; (-1, base offset): none.
  Result<Entry> lookup(Timestamp timestamp) const;
  // Drops the entries at or above `offset`.
  Result<void> truncate_to(Offset offset);
  Result<void> flush(bool sync) { return file_.flush(sync); }

 private:
  Entry decode(const IndexFile::Entry& entry) const;
  Result<void> read_last();

  const Offset base_offset_;
  const std::size_t max_entries_;
  IndexFile file_;
  Entry last_;  // writer only
};

}  // namespace barnabas::log
