// Who may read what: the checks of a fetch and of an offset query, in Kafka's order.
//
// Threads  pure functions over values.
// Source   Kafka 3.9, Partition.scala (checkCurrentLeaderEpoch, getLocalLog,
// fetchOffsetForTimestamp)
#pragma once

#include <optional>

#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/effects.h"

namespace barnabas::replica {

// Fencing by the epoch that the asker believes in; kNoLeaderEpoch: it does not say.
inline ErrorCode check_current_leader_epoch(LeaderEpoch asked, LeaderEpoch ours) {
  if (asked == kNoLeaderEpoch || asked == ours) return ErrorCode::kNone;
  return asked < ours ? ErrorCode::kFencedLeaderEpoch : ErrorCode::kUnknownLeaderEpoch;
}

// How a replica that is not assigned is told to retry: by an epoch it may still learn of, if it
// knows epochs.
inline ErrorCode unassigned_replica_error(LeaderEpoch asked) {
  return asked == kNoLeaderEpoch ? ErrorCode::kNotLeaderOrFollower : ErrorCode::kUnknownLeaderEpoch;
}

// What a reader may see up to.
enum class FetchIsolation { kLogEnd, kHighWatermark, kLastStableOffset };

// One reader's question.
struct FetchRequestInfo {
  std::optional<BrokerId> follower;                   // nullopt: a consumer
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;  // not given
  Offset fetch_offset{0};
  LeaderEpoch last_fetched_epoch = kNoLeaderEpoch;  // not given
  EpochEnd end_of_last_fetched;                     // by our epoch cache, if it was given
  FetchIsolation isolation = FetchIsolation::kHighWatermark;
  bool leader_only = true;
};

// error, else diverging epoch, else read [fetch_offset, upper_bound).
struct FetchDecision {
  ErrorCode error = ErrorCode::kNone;
  std::optional<EpochEnd> diverging;
  Offset upper_bound{0};
  bool anything_to_read = false;  // false: below the bound there is nothing yet; not an error
};

// A new leader's high watermark may be behind what clients were shown; until its followers have
// fetched, "latest" would go backwards.
inline bool high_watermark_is_behind_epoch_start(Offset high_watermark,
                                                 std::optional<Offset> epoch_start) {
  return epoch_start && *epoch_start > high_watermark;
}

// What "latest" is answered with, or the error.
struct LatestDecision {
  ErrorCode error = ErrorCode::kNone;
  Offset offset{0};
};
// What becomes of a record found by timestamp (nullopt: none was found).
enum class FoundDecision { kAnswer, kNotFound, kOffsetNotAvailable };

}  // namespace barnabas::replica
