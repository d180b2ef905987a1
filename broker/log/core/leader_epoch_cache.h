// Where each leader epoch begins in a log: what lets a follower find the point at which its log and
// the leader's part ways.
//
// Invariants  Entries rise strictly in epoch and in start offset. An epoch without records may
//             stand at the end.
// Threads     externally synchronized (the log).
// Source      Kafka 3.9, storage/internals/epoch/LeaderEpochFileCache.java
#pragma once

#include <vector>

#include "broker/protocol/ids.h"

namespace barnabas::log {

struct EpochEntry {
  LeaderEpoch epoch;
  Offset start_offset;
  auto operator<=>(const EpochEntry&) const = default;
};

struct EpochEndOffset {
  LeaderEpoch epoch = kNoLeaderEpoch;  // (-1, -1): undefined
  Offset end_offset = kUnknownOffset;
  bool operator==(const EpochEndOffset&) const = default;
};

// The calls that change something return true when they did: the entries must be stored then.
class LeaderEpochCache {
 public:
  // Records that `epoch` begins at `start`, dropping the entries at the end that contradict it.
  // Ignored where epoch is the latest and does not begin earlier than known. Both are >= 0.
  bool assign(LeaderEpoch epoch, Offset start);

  // kNoLeaderEpoch: none known.
  LeaderEpoch latest_epoch() const;

  // The greatest known epoch not above `epoch`, and where it ends: the start of the next one, or
  // `log_end_offset` for the latest. An epoch below all known ends where the first begins; one
  // above all known is undefined.
  EpochEndOffset end_offset_for(LeaderEpoch epoch, Offset log_end_offset) const;

  // Drops the entries that start at or above `end`.
  bool truncate_from_end(Offset end);
  // The log now starts at `start`: drops the entries below, keeping the one that covers it.
  bool truncate_from_start(Offset start);
  bool clear();

  const std::vector<EpochEntry>& entries() const { return entries_; }

 private:
  std::vector<EpochEntry> entries_;
};

}  // namespace barnabas::log
