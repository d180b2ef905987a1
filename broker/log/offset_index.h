// The offset index of a segment: from an offset to a position at or before its batch.
//
// On disk     8 bytes an entry: int32 offset - base offset, int32 position. The offset is the last
//             one of what was appended in one piece at that position.
// Invariants  Offsets and positions rise. It may lag behind the segment, never lead.
// Threads     As IndexFile: one writer, any reader.
// Source      Kafka 3.9, OffsetIndex.java
#pragma once

#include <cstdint>
#include <memory>

#include "broker/base/result.h"
#include "broker/log/index_file.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

class OffsetIndex {
 public:
  static constexpr std::size_t kEntrySize = 8;

  // max_bytes: segment.index.bytes
  OffsetIndex(std::shared_ptr<Directory> directory, Offset base_offset, std::int32_t max_bytes);

  Result<void> create();
  // False: the file is not a sound index, the segment is to be recovered.
  Result<bool> load();

  bool is_full() const { return file_.count() >= max_entries_; }
  std::size_t count() const { return file_.count(); }

  // Ignored when full or when `offset` is not above the last one.
  Result<void> append(Offset offset, std::int64_t position_bytes);
  // Where to begin looking for `offset`: a position that begins a batch, 0 where nothing is known.
  Result<std::int64_t> lookup(Offset offset) const;
  // The last known position that begins a batch and is not above `position_bytes`.
  Result<std::int64_t> floor_position(std::int64_t position_bytes) const;
  // Where the last entry points to: most of the segment lies before.
  Result<std::int64_t> last_position() const;
  // Drops the entries at or above `offset`.
  Result<void> truncate_to(Offset offset);
  Result<void> flush(bool sync) { return file_.flush(sync); }

 private:
  Result<void> read_last();

  const Offset base_offset_;
  const std::size_t max_entries_;
  IndexFile file_;
  Offset last_offset_;  // writer only
};

}  // namespace barnabas::log
