// Where the last batches of a log lie: the positions that followers and consumers at the end of the
// log ask for, found without reading a file.
//
// Invariants  All are of the active segment, rising in offset and position.
// Threads     externally synchronized (the log's mutex).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "broker/protocol/ids.h"

namespace barnabas::log {

class RecentBatches {
 public:
  void clear() { count_ = 0; }
  void add(Offset base_offset, std::int64_t position_bytes) {
    slots_[next_] = {base_offset, position_bytes};
    next_ = (next_ + 1) % kSlots;
    if (count_ < kSlots) ++count_;
  }

  struct Place {
    std::int64_t position_bytes;
    std::int64_t end_bytes;  // where the next batch begins
  };
  // The batch that begins with `offset`; `segment_end` is where the last one ends.
  std::optional<Place> find(Offset offset, std::int64_t segment_end) const {
    std::int64_t end = segment_end;
    for (std::size_t back = 1; back <= count_; ++back) {
      const Slot& slot = slots_[(next_ + kSlots - back) % kSlots];
      if (slot.base_offset == offset) return Place{slot.position_bytes, end};
      if (slot.base_offset < offset) break;
      end = slot.position_bytes;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kSlots = 32;
  struct Slot {
    Offset base_offset;
    std::int64_t position_bytes;
  };
  std::array<Slot, kSlots> slots_;
  std::size_t next_ = 0;
  std::size_t count_ = 0;
};

}  // namespace barnabas::log
