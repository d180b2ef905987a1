// The groups of one partition of __consumer_offsets, while this broker leads it: the shell around
// GroupCoordinatorCore.
//
//   start_loading -> the log is read on the background executor -> requests are served -> unload
//
// Locks, calls the core, lets go of the lock, carries out the effects: one thread at a time, in the
// core's order, so the log holds what the core decided in the order in which it did.
//
// Threads  thread-safe; the lock is never held while a callback or the replica manager is called.
// Life     shared with appends under way and with timers, which outlive its office.
// Source   Kafka 3.9, kafka/coordinator/group/GroupMetadataManager.scala
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/record_batch.h"
#include "broker/replica/operations.h"

namespace barnabas::replica {
class ReplicaManager;
}  // namespace barnabas::replica

namespace barnabas::group {

// How records of groups are kept.
struct StoreOptions {
  milliseconds commit_timeout{5000};                           // offsets.commit.timeout.ms
  replica::Acks required_acks = replica::Acks::kAll;           // offsets.commit.required.acks
  protocol::Compression codec = protocol::Compression::kNone;  // offsets.topic.compression.codec
  std::int32_t load_buffer_bytes = 5242880;                    // offsets.load.buffer.size
};

class Shard : public std::enable_shared_from_this<Shard> {
 public:
  struct Parts {
    const Clock& clock;
    Executor& timers;
    Executor& background;
    replica::ReplicaManager& replicas;
  };
  Shard(PartitionId partition, LeaderEpoch epoch, const GroupConfig& groups,
        const StoreOptions& store, Parts parts);
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  PartitionId partition() const { return tp_.partition; }
  // The leader epoch since which the partition is led here; what is appended after that leadership
  // has ended is not this shard's.
  LeaderEpoch epoch() const { return epoch_; }

  void start_loading();
  void unload();
  bool is_loading() const;

  // As of GroupCoordinatorCore; `id` is filled in here. Errors of all:
  // COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR.
  template <typename Answer>
  using Callback = std::function<void(Answer)>;
  // These three: NONE, then `done` is taken and called once; else it is left alone.
  ErrorCode join(JoinRequest request, Callback<JoinAnswer>& done);
  ErrorCode sync(SyncRequest request, Callback<SyncAnswer>& done);
  ErrorCode commit_offsets(OffsetCommitRequest request, Callback<std::vector<ErrorCode>>& done);
  ErrorCode heartbeat(std::string_view group, const MemberIdentity& member,
                      GenerationId generation);
  Result<std::vector<ErrorCode>> leave(std::string_view group,
                                       const std::vector<LeavingMember>& members);
  Result<std::vector<FetchedOffset>> fetch_offsets(
      std::string_view group, const std::optional<std::vector<TopicPartition>>& partitions,
      bool require_stable) const;
  Result<std::vector<ErrorCode>> delete_offsets(std::string_view group,
                                                const std::vector<TopicPartition>& partitions);
  Result<GroupDescription> describe(std::string_view group) const;
  Result<std::vector<GroupOverview>> overview() const;
  ErrorCode delete_group(std::string_view group);
  void on_partitions_deleted(const std::vector<TopicPartition>& partitions);
  void expire_offsets();

  // Looks at the core under the lock, if it has been loaded. For judges.
  void inspect(const std::function<void(const GroupCoordinatorCore&)>& look) const;

 private:
  class AppendSink;
  template <typename Answer>
  using Waiting = std::map<RequestId, Callback<Answer>>;

  Now now() const;
  // Calls `event` with the core under the lock; then the effects are carried out.
  template <typename Event>
  ErrorCode with_core(Event event);
  template <typename Look>
  ErrorCode look_at_core(Look look) const;
  // Gives the request to the core; `done` is called when the core answers it.
  template <typename Answer, typename Request, typename Event>
  ErrorCode later(Waiting<Answer> Shard::* waiting, Request& request, Callback<Answer>& done,
                  Event event);
  // NONE: the core is there.
  ErrorCode check_loaded() const REQUIRES(mu_);
  void load();
  void on_loaded(std::unique_ptr<GroupCoordinatorCore> core);
  void on_appended(AppendId append, ErrorCode error, Offset base_offset);
  void on_timer(Time due);
  void arm_timer() REQUIRES(mu_);

  void carry_out_effects() NO_THREAD_SAFETY_ANALYSIS;  // drain_outbox takes the lock
  void carry_out(Effect& effect);
  template <typename Answer>
  void answer(Waiting<Answer> Shard::* waiting, RequestId request, Answer& answer);
  void append(const std::vector<LogRecord>& records, std::optional<AppendId> id);

  // Fixed at construction
  const TopicPartition tp_;
  const LeaderEpoch epoch_;
  const GroupConfig groups_;
  const StoreOptions store_;
  const Parts parts_;

  mutable Mutex mu_;
  std::unique_ptr<GroupCoordinatorCore> core_ GUARDED_BY(mu_);  // null while loading
  bool unloaded_ GUARDED_BY(mu_) = false;
  Effects outbox_ GUARDED_BY(mu_);
  bool carrying_out_ GUARDED_BY(mu_) = false;
  RequestId last_request_ GUARDED_BY(mu_){0};
  Waiting<JoinAnswer> joins_ GUARDED_BY(mu_);
  Waiting<SyncAnswer> syncs_ GUARDED_BY(mu_);
  Waiting<std::vector<ErrorCode>> commits_ GUARDED_BY(mu_);
  std::optional<Time> armed_ GUARDED_BY(mu_);
};

}  // namespace barnabas::group
