// One replica hosted by this broker: its log, its ReplicaCore, and the operations that wait for it.
//
// The shell around ReplicaCore: takes the lock, reads the log's offsets, calls the core, lets go of
// the lock and carries out what the core wants. It compares no epochs, offsets or ISRs.
// Effects   collected in an outbox under the lock and carried out without it, by one thread at a
//           time, in the order in which the core gave them.
// Threads   thread-safe; lock order Partition, then Log, then ProducerState. No callback and no
//           waiting operation is called under the lock.
// Failure   KAFKA_STORAGE_ERROR from a write takes the replica offline: it answers every further
//           call with that error until the broker is started again. One from a read is only passed
//           on: where the disk is the reason, the log manager has its replicas taken offline
//           (ReplicaManager::on_log_dir_failure); else the next read may succeed.
// Source    Kafka 3.9, kafka/cluster/Partition.scala
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/log/log.h"
#include "broker/log/log_manager.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/partition_fetch_state.h"
#include "broker/replica/core/replica_core.h"
#include "broker/replica/delayed_operations.h"
#include "broker/replica/operations.h"

namespace barnabas::replica {

// Where the core's ISR proposals go.
class IsrProposals {
 public:
  // The partition epoch and ISR that the controller answered, or its error.
  using Answer = std::function<void(const AlterPartitionAnswer&)>;
  virtual ~IsrProposals() = default;
  // Threads  any; not under a partition's lock. `answer` is called at most once, later.
  virtual void submit(const TopicPartition& tp, const Uuid& topic_id, IsrProposal proposal,
                      Answer answer) = 0;
};

// A view of the state for describing and for judges; one consistent moment.
struct PartitionStatus {
  TopicPartition tp;
  Uuid topic_id;
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  PartitionEpoch partition_epoch{0};
  bool is_leader = false;
  std::vector<BrokerId> isr;          // committed; leaders only
  std::vector<BrokerId> maximal_isr;  // leaders only
  Offset log_start_offset{0};
  Offset log_end_offset{0};
  Offset high_watermark{0};
};

class Partition : public std::enable_shared_from_this<Partition> {
 public:
  struct Parts {
    const Clock& clock;
    log::LogManager& logs;
    IsrProposals& isr_proposals;
  };
  Partition(TopicPartition tp, ReplicaCoreConfig config, Parts parts);

  const TopicPartition& topic_partition() const { return tp_; }
  Uuid topic_id() const;
  PartitionStatus status() const;
  bool is_leader() const;
  bool is_offline() const;
  LeaderIdAndEpoch leader() const;
  Offset high_watermark() const;
  // How far a log that ends at `log_end` is behind the high watermark; nullopt: offline or closed.
  std::optional<std::int64_t> offset_lag(Offset log_end) const;

  // ---- state changes; coordination executor.
  LeaderEpoch leader_epoch() const;
  LeaderEpoch leader_since() const;
  // Finds or creates the log; its high watermark is that of the checkpoint.
  //   errors  INCONSISTENT_TOPIC_ID, KAFKA_STORAGE_ERROR
  Result<void> open_log(const Uuid& topic_id, const log::LogConfig& config);
  // The topic's config has changed.
  void on_config(const log::LogConfig& config);
  // Both: the log is open.
  Result<void> make_leader(const LeaderAndIsr& state);
  // True: fetching has to start anew.
  Result<bool> make_follower(const LeaderAndIsr& state);
  // No longer hosted: everything that waits is completed, later calls fail.
  void close();
  // Its log directory has failed. What waits is left for carry_out_effects and wake_all.
  void go_offline();
  // Whatever waits is looked at again.
  void wake_all();
  void on_live_brokers(const LiveBrokers& live);
  // Proposes the removal of followers that lag too long.
  void maybe_shrink_isr();
  // Deletes what retention lets go; background executor.
  void delete_old_segments();

  // ---- as leader.
  struct AppendResult {
    log::AppendInfo info;
    Offset log_start_offset = kUnknownOffset;
    // For check_replicated, with acks=all.
    Offset required_offset = kUnknownOffset;
    LeaderEpoch epoch = kNoLeaderEpoch;
  };
  // What follows of it waits for carry_out_effects.
  //   required_epoch  as of ReplicaCore::check_append
  Result<AppendResult> append_as_leader(MutableBytesView batches, Acks acks,
                                        log::AppendOrigin origin,
                                        LeaderEpoch required_epoch = kNoLeaderEpoch);
  // Has an acks=all append been replicated, or never will be? nullopt: not yet.
  std::optional<ErrorCode> check_replicated(Offset required_offset, LeaderEpoch epoch) const;

  struct DeleteResult {
    Offset required_offset = kUnknownOffset;  // for check_deleted
    Offset low_watermark = kUnknownOffset;    // so far
  };
  // Raises the log start offset to `offset`; as of ReplicaCore::check_delete_records.
  Result<DeleteResult> delete_records(Offset offset, bool deletes);
  // The low watermark, once no live replica has records below `required_offset` any more; nullopt:
  // not yet.
  //   errors  NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR
  Result<std::optional<Offset>> check_deleted(Offset required_offset) const;

  //   max_bytes      what is left of the response, bounded by the entry's limit by the caller
  //   at_least_one   the first batch is returned whole even when it is larger
  //   update_state   false when completed from the purgatory
  // What follows of it waits for carry_out_effects.
  FetchOutcome fetch(const FetchParams& params, const FetchEntry& entry, std::int64_t max_bytes,
                     bool at_least_one, bool update_state);
  // As ReplicaCore; none where the replica is not open.
  std::vector<ReadCandidate> read_candidates(Offset fetch_offset) const;
  // For a waiting fetch: the bytes now readable, or an error or divergence to be told at once.
  struct Readable {
    bool answer_now = false;
    std::int64_t bytes = 0;
  };
  Readable readable(const FetchParams& params, const FetchEntry& entry) const;

  Result<log::TimestampAndOffset> list_offsets(const ListOffsetsQuery& query) const;
  // As version 0 of ListOffsets asks. `max_offsets` is not negative.
  Result<std::vector<Offset>> offsets_before(const ListOffsetsQuery& query,
                                             std::int32_t max_offsets) const;
  Result<log::EpochEndOffset> end_offset_for_leader_epoch(const EndOffsetQuery& query) const;

  // ---- as follower, for the fetcher. Each does nothing unless `epoch` is the leader epoch that
  // this replica follows: FENCED_LEADER_EPOCH.
  ReplicaPosition position() const;
  Result<ReplicaPosition> append_as_follower(LeaderEpoch epoch, Offset fetch_offset,
                                             BytesView batches, Offset leader_high_watermark,
                                             Offset leader_log_start);
  // By the diverging epoch of the leader's answer.
  Result<ReplicaPosition> truncate_to_diverging(LeaderEpoch epoch, EpochEnd diverging,
                                                Offset fetch_offset);
  Result<ReplicaPosition> truncate_to(LeaderEpoch epoch, Offset offset);
  Result<ReplicaPosition> truncate_fully_and_start_at(LeaderEpoch epoch, Offset offset);

  // Carries out what the calls above left to do. Not under a lock.
  void carry_out_effects() NO_THREAD_SAFETY_ANALYSIS;  // drain_outbox takes the lock

  // ---- what waits: completed when the high watermark moves, data arrives, or leadership changes.
  Watchers& append_watchers() { return append_watchers_; }
  Watchers& fetch_watchers() { return fetch_watchers_; }
  // Also when a follower's log start offset moves, or a broker goes.
  Watchers& delete_watchers() { return delete_watchers_; }

 private:
  LogOffsets offsets() const REQUIRES(mu_);
  ReplicaPosition position_locked() const REQUIRES(mu_);
  // Offline, or not hosted (any more).
  ErrorCode check_open() const REQUIRES(mu_);
  ErrorCode check_following(LeaderEpoch epoch) const REQUIRES(mu_);
  FetchRequestInfo request_info(const FetchParams& params, const FetchEntry& entry) const
      REQUIRES(mu_);
  // Passes the error of a write on; the disk's takes the replica offline.
  Error note(Error error) REQUIRES(mu_);
  Result<ReplicaPosition> truncate_locked(Offset offset) REQUIRES(mu_);
  Result<ReplicaPosition> restart_log_locked(Offset offset) REQUIRES(mu_);
  void carry_out(const Effect& effect);
  void propose(const IsrProposal& proposal);
  void on_alter_partition_answer(const IsrProposal& proposal, const AlterPartitionAnswer& answer);

  // Fixed at construction
  const TopicPartition tp_;
  const BrokerId self_;
  const Parts parts_;

  // Thread-safe
  Watchers append_watchers_;
  Watchers fetch_watchers_;
  Watchers delete_watchers_;

  mutable Mutex mu_;
  ReplicaCore core_ GUARDED_BY(mu_);
  std::shared_ptr<log::Log> log_ GUARDED_BY(mu_);
  Uuid topic_id_ GUARDED_BY(mu_);
  bool offline_ GUARDED_BY(mu_) = false;
  bool closed_ GUARDED_BY(mu_) = false;
  Effects outbox_ GUARDED_BY(mu_);
  bool carrying_out_ GUARDED_BY(mu_) = false;
};

}  // namespace barnabas::replica
