// Where a follower cuts its log when it meets a leader, and what a leader tells it.
//
// Threads  pure functions over values.
// Source   Kafka 3.9, AbstractFetcherThread.scala (getOffsetTruncationState,
// fetchOffsetAndTruncate),
//          Partition.scala (readRecords); KIP-101, KIP-279, KIP-595 (divergence in Fetch)
#pragma once

#include <optional>

#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/effects.h"

namespace barnabas::replica {

// ---- on the leader

struct DivergenceCheck {
  ErrorCode error = ErrorCode::kNone;
  std::optional<EpochEnd> diverging;  // to be answered instead of records
};
//   end_of_last_fetched   the leader's end offset for the follower's last fetched epoch
DivergenceCheck check_divergence(Offset fetch_offset, LeaderEpoch last_fetched_epoch,
                                 EpochEnd end_of_last_fetched, Offset log_start);

// ---- on the follower

struct Truncation {
  Offset offset{0};
  bool complete = true;  // false: the leader is asked again, with the now latest epoch
  bool operator==(const Truncation&) const = default;
};
//   leader           its end offset for our latest epoch, or the diverging epoch of a fetch
//   own_end          our end offset for leader.epoch; (-1, -1): we track no epoch that old
//   initial_offset   where fetching began: the high watermark where no epoch is known
Truncation decide_truncation(EpochEnd leader, EpochEnd own_end, Offset own_log_end,
                             Offset initial_offset);

// After OFFSET_OUT_OF_RANGE, knowing the leader's latest offset.
struct OutOfRangeByEnd {
  std::optional<Offset> truncate_to;  // nullopt: ask for the leader's start offset
};
OutOfRangeByEnd decide_out_of_range_by_end(Offset leader_end, Offset own_log_end);

// ... and its start offset.
struct OutOfRangeByStart {
  std::optional<Offset> truncate_fully_to;  // nullopt: the log stays
  Offset fetch_offset{0};
};
OutOfRangeByStart decide_out_of_range_by_start(Offset leader_start, Offset own_log_end);

// A first batch that begins below an empty log's start: the leader's log start lies inside it.
// The log is started anew at the batch's base offset.
bool starts_log_at_batch(LogOffsets log, Offset first_offset, Offset last_offset);

}  // namespace barnabas::replica
