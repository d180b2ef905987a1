// What one replica of a partition knows and decides, as leader or as follower. Pure: no clock,
// file, socket, thread or randomness. Same calls in the same order, same effects.
//
// The log's offsets are arguments, read by the owner under the lock that it holds for the call.
// Invariants  core/invariants.h says them and tests check them after every event.
// Threads     externally synchronized (Partition::mu_).
// Source      Kafka 3.9, kafka/cluster/Partition.scala
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/effects.h"
#include "broker/replica/core/fetch_checks.h"
#include "broker/replica/core/follower_state.h"
#include "broker/replica/core/isr.h"
#include "broker/replica/core/leader_and_isr.h"
#include "broker/replica/core/replica_selector.h"

namespace barnabas::replica {

struct ReplicaCoreConfig {
  BrokerId self{0};
  Duration replica_lag_time_max = milliseconds(30000);
};

// In a request to delete records: below the high watermark.
inline constexpr Offset kDeleteToHighWatermark{-1};

// The brokers alive by the metadata cache, ascending. Shared by all partitions.
using LiveBrokers = std::shared_ptr<const std::vector<BrokerId>>;

class ReplicaCore {
 public:
  explicit ReplicaCore(ReplicaCoreConfig config);

  // ---- what it is
  bool is_leader() const { return leader_ == config_.self; }
  BrokerId leader() const { return leader_; }  // kNoBroker: never told
  LeaderEpoch leader_epoch() const { return leader_epoch_; }
  // The epoch in which this replica began to lead, without a break since; kNoLeaderEpoch: follows.
  LeaderEpoch leader_since() const { return leader_since_; }
  PartitionEpoch partition_epoch() const { return partition_epoch_; }
  Offset high_watermark() const { return high_watermark_; }
  // Without transactions nothing is unstable.
  Offset last_stable_offset() const { return high_watermark_; }
  // How far a log that ends at `log_end` is behind the high watermark.
  std::int64_t offset_lag(Offset log_end) const {
    return std::max<std::int64_t>(high_watermark_ - log_end, 0);
  }
  std::optional<Offset> leader_epoch_start() const { return leader_epoch_start_; }
  const Isr& isr() const { return isr_; }
  const std::map<BrokerId, FollowerState>& followers() const { return followers_; }
  std::size_t min_isr() const;  // effective

  // ---- state changes
  // A log was opened; `checkpointed` is its high watermark of before.
  void on_log_opened(Offset checkpointed, LogOffsets log);
  void on_live_brokers(LiveBrokers live) { live_ = std::move(live); }
  void on_min_insync_replicas(std::size_t n) { min_insync_replicas_ = n; }

  struct BecameLeader {
    bool applied = false;           // false: we know a newer partition epoch
    bool new_leader_epoch = false;  // then the log's epoch cache is to be told of it at log_end
    bool was_leader_before = false;
  };
  BecameLeader become_leader(const LeaderAndIsr& state, LogOffsets log, Time now, Effects& out);

  struct BecameFollower {
    bool applied = false;
    bool new_leader_epoch = false;  // fetching starts anew
  };
  BecameFollower become_follower(const LeaderAndIsr& state, Effects& out);

  // No longer hosted, or its disk failed.
  void on_stopped(Effects& out);

  // ---- as leader
  // NONE: append. Errors: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS.
  //   required_epoch  of a coordinator, whose records are worth something only while the log that
  //                   it loaded is led without a break since that epoch; kNoLeaderEpoch: any
  ErrorCode check_append(bool acks_all, LeaderEpoch required_epoch = kNoLeaderEpoch) const;
  void on_appended(LogOffsets log, Time now, Effects& out);
  // Is an acks=all append of leader epoch `epoch`, up to `required_offset`, acknowledged by now?
  //   nullopt   not yet
  //   errors    NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS_AFTER_APPEND
  std::optional<ErrorCode> check_replicated(Offset required_offset, LeaderEpoch epoch) const;

  // The offset below which a client may have the records deleted that it asks of.
  //   asked    or kDeleteToHighWatermark
  //   deletes  cleanup.policy has delete
  //   errors   NOT_LEADER_OR_FOLLOWER, POLICY_VIOLATION, OFFSET_OUT_OF_RANGE
  Result<Offset> check_delete_records(Offset asked, bool deletes) const;
  // The lowest log start offset among this log and the followers that are alive.
  Offset low_watermark(LogOffsets log) const;
  // The low watermark once it has reached `required`; nullopt: not yet.
  //   errors   NOT_LEADER_OR_FOLLOWER
  Result<std::optional<Offset>> check_deleted(Offset required, LogOffsets log) const;

  FetchDecision check_fetch(const FetchRequestInfo& fetch, LogOffsets log) const;
  // A follower asked for `fetch_offset`: it holds everything below it. `log` is as before the read.
  // Precondition: check_fetch let it read.
  void on_follower_fetch(BrokerId follower, Offset fetch_offset, Offset follower_log_start,
                         LogOffsets log, Time now, Effects& out);
  // Proposes to drop the followers that were not caught up for replica.lag.time.max.ms.
  void on_isr_expiration(LogOffsets log, Time now, Effects& out);
  AlterPartitionReaction on_alter_partition_answer(std::uint64_t proposal_id,
                                                   const AlterPartitionAnswer& answer,
                                                   LogOffsets log, Time now, Effects& out);

  // ---- offset queries
  // NONE: may answer. Errors: FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER.
  ErrorCode check_query(LeaderEpoch current_leader_epoch, bool leader_only) const;
  // Who could serve a consumer from `fetch_offset` on: this leader, then the in-sync followers that
  // have it. Without racks. None where this is no leader.
  std::vector<ReadCandidate> read_candidates(Offset fetch_offset, LogOffsets log, Time now) const;
  LatestDecision latest_offset(FetchIsolation isolation, LogOffsets log) const;
  FoundDecision judge_found(std::optional<Offset> found, FetchIsolation isolation,
                            LogOffsets log) const;

  // ---- as follower
  // NONE: the fetcher's answer is of the leader epoch that we follow.
  ErrorCode check_following(LeaderEpoch epoch) const;
  // NONE: records fetched from `fetch_offset` may be appended. Also UNKNOWN_SERVER_ERROR: they do
  // not continue this log, which is a fault of ours.
  ErrorCode check_follower_append(LeaderEpoch epoch, Offset fetch_offset, LogOffsets log) const;
  // What the leader's answer said besides records, once these are appended.
  void on_follower_appended(Offset leader_high_watermark, LogOffsets log, Effects& out);
  // The leader's log start offset, where ours is to be raised to it; after the former.
  std::optional<Offset> log_start_to_raise(Offset leader_log_start, LogOffsets log) const;
  void on_truncated(LogOffsets log);

 private:
  Offset bound(FetchIsolation isolation, LogOffsets log) const;
  bool is_alive(BrokerId id) const;
  void maybe_advance_high_watermark(LogOffsets log, Time now, Effects& out);
  void maybe_expand_isr(BrokerId id, const FollowerState& follower, Effects& out);

  // Fixed at construction
  const ReplicaCoreConfig config_;

  // The controller's word, and the broker's configuration
  BrokerId leader_ = kNoBroker;
  LeaderEpoch leader_epoch_ = kNoLeaderEpoch;
  PartitionEpoch partition_epoch_{0};
  std::vector<BrokerId> replicas_;
  std::size_t min_insync_replicas_ = 1;
  LiveBrokers live_;

  // As leader
  Isr isr_;
  std::map<BrokerId, FollowerState> followers_;
  std::optional<Offset> leader_epoch_start_;
  // The leader epoch with which this broker became leader and has been since: its appends of these
  // epochs are still in its log.
  LeaderEpoch leader_since_ = kNoLeaderEpoch;

  // In either role
  Offset high_watermark_{0};
};

}  // namespace barnabas::replica
