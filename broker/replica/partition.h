// One replica hosted by this broker: its log, its ReplicaCore, and the operations that wait for it.
//
// The shell around ReplicaCore: takes the lock, reads the log's offsets, calls the core, lets go of
// the lock and carries out what the core wants. It compares no epochs, offsets or ISRs.
// Effects   collected in an outbox under the lock and carried out without it, by one thread at a
//           time, in the order in which the core gave them.
// Threads   thread-safe; lock order Partition, then Log, then ProducerState. No callback and no
//           waiting operation is called under the lock.
// Failure   KAFKA_STORAGE_ERROR from the log takes the replica offline: it answers every further
//           call with that error until the broker is started again.
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
#include "broker/replica/core/replica_core.h"
#include "broker/replica/delayed_operations.h"
#include "broker/replica/metadata_cache.h"
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
    const MetadataCache& metadata;
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

  // ---- state changes; coordination executor.
  LeaderEpoch leader_epoch() const;
  // Finds or creates the log; its high watermark is that of the checkpoint.
  Result<void> open_log(const Uuid& topic_id, const log::LogConfig& config);
  // A log that had no topic id takes this one.
  Result<void> store_topic_id(const Uuid& topic_id, const log::LogConfig& config);
  // True: the leader epoch is new (leader), fetching has to start anew (follower).
  Result<bool> make_leader(const LeaderAndIsr& state, const log::LogConfig& config);
  Result<bool> make_follower(const LeaderAndIsr& state, const log::LogConfig& config);
  // No longer hosted: everything that waits is completed, later calls fail.
  void close();
  // Proposes the removal of followers that lag too long.
  void maybe_shrink_isr();

  // ---- as leader.
  struct AppendResult {
    log::AppendInfo info;
    Offset log_start_offset = kUnknownOffset;
    Offset required_offset = kUnknownOffset;  // acks=all waits until the high watermark is there
  };
  Result<AppendResult> append_as_leader(MutableBytesView batches, Acks acks,
                                        log::AppendOrigin origin);
  // Has an acks=all append been replicated? No value yet: nullopt.
  std::optional<ErrorCode> check_replicated(Offset required_offset, LeaderEpoch epoch) const;

  //   max_bytes      what is left of the response, bounded by the entry's limit by the caller
  //   at_least_one   the first batch is returned whole even when it is larger
  //   update_state   false when completed from the purgatory
  FetchOutcome fetch(const FetchParams& params, const FetchEntry& entry, std::int64_t max_bytes,
                     bool at_least_one, bool update_state);
  // For a waiting fetch: the bytes now readable, or an error or divergence to be told at once.
  struct Readable {
    bool answer_now = false;
    std::int64_t bytes = 0;
  };
  Readable readable(const FetchParams& params, const FetchEntry& entry) const;

  Result<log::TimestampAndOffset> list_offsets(const ListOffsetsQuery& query) const;
  Result<log::EpochEndOffset> end_offset_for_leader_epoch(const EndOffsetQuery& query) const;

  // ---- as follower; the fetcher. Each checks that `epoch` is still ours: FENCED_LEADER_EPOCH.
  struct FollowerPosition {
    Offset log_end_offset{0};
    Offset high_watermark{0};
    LeaderEpoch latest_epoch = kNoLeaderEpoch;
    Offset log_start_offset{0};
  };
  FollowerPosition follower_position() const;
  Result<FollowerPosition> append_as_follower(LeaderEpoch epoch, Offset fetch_offset,
                                              BytesView batches, Offset leader_high_watermark,
                                              Offset leader_log_start_offset);
  struct Truncated {
    FollowerPosition position;
    bool complete = true;  // false: ask the leader again for the now latest epoch
  };
  Result<Truncated> truncate_to_leader(LeaderEpoch epoch, Offset fetch_offset,
                                       const log::EpochEndOffset& leader_answer);
  Result<FollowerPosition> truncate_to(LeaderEpoch epoch, Offset offset);
  Result<FollowerPosition> truncate_fully_and_start_at(LeaderEpoch epoch, Offset offset);

  // ---- what waits: completed when the high watermark moves, data arrives, or leadership changes.
  Watchers& append_watchers() { return append_watchers_; }
  Watchers& fetch_watchers() { return fetch_watchers_; }

 private:
  LogOffsets offsets() const REQUIRES(mu_);
  bool is_alive(BrokerId id) const;
  // Takes the replica offline when `error` is the disk's.
  void note_error(const Error& error) REQUIRES(mu_);
  void drain();
  void carry_out(Effect& effect);
  void on_alter_partition_answer(const IsrProposal& proposal, const AlterPartitionAnswer& answer);
  FollowerPosition position() const REQUIRES(mu_);

  // Fixed at construction
  const TopicPartition tp_;
  const Parts parts_;

  Watchers append_watchers_;
  Watchers fetch_watchers_;

  mutable Mutex mu_;
  ReplicaCore core_ GUARDED_BY(mu_);
  std::shared_ptr<log::Log> log_ GUARDED_BY(mu_);
  Uuid topic_id_ GUARDED_BY(mu_);
  bool offline_ GUARDED_BY(mu_) = false;
  Effects outbox_ GUARDED_BY(mu_);
  bool draining_ GUARDED_BY(mu_) = false;
};

}  // namespace barnabas::replica
