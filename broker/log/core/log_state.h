// What a log knows besides its bytes, and the rules of appending to it and cutting it. FileLog and
// the simulator's log in memory both rest on it and only store bytes.
//
//   plan_*_append -> [store the epochs, if assign_epochs said so] -> write plan.bytes -> commit
//
// Nothing changes until assign_epochs and commit: an append that fails on the way leaves no trace.
//
// Invariants  log_start_offset() <= log_end_offset(); producers cover exactly what is below the
//             end; no leader epoch starts above the end.
// Threads     externally synchronized (the log).
// Source      Kafka 3.9, kafka/log/UnifiedLog.scala
#pragma once

#include "broker/base/result.h"
#include "broker/log/core/append.h"
#include "broker/log/core/batch_validation.h"
#include "broker/log/core/leader_epoch_cache.h"
#include "broker/log/core/producer_state.h"

namespace barnabas::log {

class LogState {
 public:
  LogState() = default;
  LogState(Offset start, Offset end, LeaderEpochCache epochs, ProducerState producers);

  Offset log_start_offset() const { return start_; }
  Offset log_end_offset() const { return end_; }
  const LeaderEpochCache& epochs() const { return epochs_; }
  const ProducerState& producers() const { return producers_; }

  // Gives the batch its offsets and leader epoch in place; the plan shows its bytes. A retry comes
  // back with empty bytes and info.duplicate.
  //   errors  those of ProducerState::check
  Result<AppendPlan> plan_leader_append(const ProducedBatch& produced, LeaderEpoch epoch,
                                        AppendOrigin origin) const;
  // The front of `batches` (of validate_replicated, not empty) that goes into one segment; the
  // caller comes again with the rest.
  //   errors  OFFSET_OUT_OF_RANGE: the first offset is below log_end_offset()
  Result<AppendPlan> plan_follower_append(BytesView batches, std::int64_t segment_bytes) const;

  // Takes in the leader epochs of the planned batches. True: they changed, and are to be stored
  // before the batches, so that no batch is found whose epoch is unknown.
  bool assign_epochs(const AppendPlan& plan);
  // The planned bytes are written.
  void commit(const AppendPlan& plan);

  // A new leader's epoch begins at `start`, whether or not anything is written in it. True:
  // changed.
  bool assign_epoch_start(LeaderEpoch epoch, Offset start) { return epochs_.assign(epoch, start); }
  // Of the first record: kNoLeaderEpoch where the first known epoch begins above
  // log_start_offset().
  LeaderEpoch earliest_epoch() const;
  EpochEndOffset end_offset_for(LeaderEpoch epoch) const {
    return epochs_.end_offset_for(epoch, end_);
  }

  struct Truncation {
    bool cut = false;             // false: the end was below already; at most epochs changed
    bool epochs_changed = false;  // to be stored
  };
  // The bytes from `offset` on are gone; it does not lie inside a batch. After a cut the producers
  // are unknown until the caller gives them anew, from a snapshot at or below the end and a replay.
  Truncation truncate_to(Offset offset);
  void restore_producers(ProducerState producers) { producers_ = std::move(producers); }
  // All bytes are gone, the log starts and ends at `offset`. True: epochs changed.
  bool truncate_fully_and_start_at(Offset offset);

  struct StartRaise {
    bool raised = false;
    bool epochs_changed = false;
  };
  // errors  OFFSET_OUT_OF_RANGE: above log_end_offset()
  Result<StartRaise> raise_log_start_offset(Offset offset);

  void remove_expired_producers(Timestamp now, std::int64_t expiration_ms) {
    producers_.remove_expired(now, expiration_ms);
  }

 private:
  Offset start_{0};
  Offset end_{0};
  LeaderEpochCache epochs_;
  ProducerState producers_;
};

}  // namespace barnabas::log
