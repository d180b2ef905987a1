// A follower's side of one partition: from where to fetch, what to ask the leader next, and how
// long to leave it alone after an error. One object per leader epoch followed.
//
//     kFetching --OFFSET_OUT_OF_RANGE--> kSeekingEnd --leader has more--> kSeekingStart
//         ^                                   | leader has less: truncate        |
//         +-----------------------------------+----------------------------------+
//     any --FENCED_LEADER_EPOCH of this epoch, storage error--> kFailed (until the next
//     LeaderAndIsr)
//
// Threads  externally synchronized (ReplicaFetcher).
// Source   Kafka 3.9, AbstractFetcherThread.scala. The back-off begins at 10 ms and doubles up to
//          replica.fetch.backoff.ms: in a failover the new leader is often a moment behind us, and
//          acks=all appends would wait for a whole second.
#pragma once

#include <optional>

#include "broker/base/clock.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/truncation.h"

namespace barnabas::replica {

// Where a follower's log stands.
struct ReplicaPosition {
  Offset log_start{0};
  Offset log_end{0};
  Offset high_watermark{0};
  LeaderEpoch latest_epoch = kNoLeaderEpoch;  // of the log's epoch cache; none: it has no batch
};

// A delay that doubles with each error in a row.
class BackOff {
 public:
  explicit BackOff(Duration most) : most_(most) {}
  Duration next();
  void reset() { last_ = Duration{0}; }

 private:
  static constexpr Duration kFirst = milliseconds(10);
  Duration most_;
  Duration last_{0};
};

class PartitionFetchState {
 public:
  enum class Phase { kFetching, kSeekingEnd, kSeekingStart, kFailed };
  enum class Ask { kNothing, kFetch, kLeaderEnd, kLeaderStart };

  PartitionFetchState(LeaderEpoch leader_epoch, const ReplicaPosition& start,
                      Duration max_back_off);

  // A log without any leader epoch cannot diverge by epochs: it is first cut to this offset.
  std::optional<Offset> initial_truncation() const { return initial_truncation_; }

  LeaderEpoch leader_epoch() const { return leader_epoch_; }
  Offset fetch_offset() const { return fetch_offset_; }
  LeaderEpoch last_fetched_epoch() const { return last_fetched_epoch_; }
  Phase phase() const { return phase_; }
  // kNothing while delayed or failed.
  Ask ask(Time now) const;
  // Set: left alone until then.
  std::optional<Time> delayed_until() const { return delayed_until_; }

  // An answer to a fetch with this epoch and offset.
  enum class Reaction {
    kDrop,     // no longer what we wait for
    kProcess,  // no error: on_processed or on_failure follows
    kSeek,     // ask() changed
    kBackOff,
    kFailed,
  };
  Reaction on_fetch_answer(ErrorCode error, LeaderEpoch asked_epoch, Offset asked_offset, Time now);
  // Records were appended, or the log truncated: fetching goes on from its end.
  void on_processed(const ReplicaPosition& position);
  // The log refused.
  Reaction on_failure(ErrorCode error, Time now);

  // The leader's latest offset: where to cut, or nothing and then ask() is kLeaderStart.
  OutOfRangeByEnd on_leader_end(Offset leader_end, Offset own_log_end);
  // The leader's start offset; fetching goes on as it says, after truncating if it says so.
  OutOfRangeByStart on_leader_start(Offset leader_start, Offset own_log_end);
  // Asking for an offset failed.
  Reaction on_seek_error(ErrorCode error, LeaderEpoch asked_epoch, Time now);

  // The connection failed: nothing was answered.
  void on_disconnected(Time now);

 private:
  Reaction fail();
  Reaction back_off(Time now);

  const LeaderEpoch leader_epoch_;
  Phase phase_ = Phase::kFetching;
  Offset fetch_offset_;
  LeaderEpoch last_fetched_epoch_;
  std::optional<Offset> initial_truncation_;
  BackOff back_off_;
  std::optional<Time> delayed_until_;
};

}  // namespace barnabas::replica
