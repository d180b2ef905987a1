// The group coordinator of one broker: the groups of those partitions of __consumer_offsets that it
// leads, each partition a Shard.
//
// Which broker coordinates a group is decided by the group's name alone, so the number of
// partitions has to be the topic's own; until it is known nobody is coordinated.
//
// Threads  thread-safe: requests come from any reactor. Callbacks come once, on any thread, under
//          no lock, maybe inside the call. What the LeadershipObserver is told, start and shutdown:
//          the coordination executor.
// Errors   of every request, before the group is looked at: INVALID_GROUP_ID,
//          COORDINATOR_NOT_AVAILABLE (not started), COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR.
// Life     Callbacks of requests that still wait are dropped uncalled by the destructor.
// Source   Kafka 3.9, kafka/coordinator/group/GroupCoordinator.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/coordinator/group/core/group_config.h"
#include "broker/coordinator/group/core/requests.h"
#include "broker/coordinator/group/shard.h"
#include "broker/protocol/ids.h"
#include "broker/replica/leadership_observer.h"
#include "zkclient/zookeeper.h"

namespace barnabas::group {

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

struct GroupCoordinatorOptions {
  BrokerId broker_id{-1};
  GroupConfig groups{};
  StoreOptions store{};
  milliseconds expiration_check_interval{600000};  // offsets.retention.check.interval.ms
};

// Everything outlives the coordinator.
struct GroupCoordinatorParts {
  const Clock& clock;
  Random& random;  // used by the constructor only
  Executor& coordination;
  Executor& timers;      // deadlines of members and rebalances
  Executor& background;  // loading
  replica::ReplicaManager& replicas;
  zk::ZooKeeper& zookeeper;  // where the number of partitions is written
};

class GroupCoordinator final : public replica::LeadershipObserver {
 public:
  template <typename Answer>
  using Callback = std::function<void(Answer)>;

  GroupCoordinator(GroupCoordinatorOptions options, GroupCoordinatorParts parts);
  ~GroupCoordinator() override;
  GroupCoordinator(const GroupCoordinator&) = delete;
  GroupCoordinator& operator=(const GroupCoordinator&) = delete;

  // Nothing is coordinated before.
  void start();
  // Gives all groups up: whoever waits is told NOT_COORDINATOR.
  void shutdown();

  // How many partitions __consumer_offsets has; 0: not known.
  std::int32_t partition_count() const { return partition_count_.load(std::memory_order_relaxed); }
  void set_partition_count(std::int32_t count) { partition_count_.store(count); }
  // Which partition a group belongs to; nullopt: the count is not known.
  std::optional<PartitionId> partition_for(std::string_view group) const;

  // ---- membership. `id` and `new_id_suffix` of the requests are filled in here.
  void join(JoinRequest request, Callback<JoinAnswer> done);
  void sync(SyncRequest request, Callback<SyncAnswer> done);
  ErrorCode heartbeat(std::string_view group, const MemberIdentity& member,
                      GenerationId generation);
  // One code per member.
  Result<std::vector<ErrorCode>> leave(std::string_view group,
                                       const std::vector<LeavingMember>& members);

  // ---- offsets
  // One code per partition. Answered when the offsets are committed in the log.
  void commit_offsets(OffsetCommitRequest request, Callback<std::vector<ErrorCode>> done);
  Result<std::vector<FetchedOffset>> fetch_offsets(
      std::string_view group, const std::optional<std::vector<TopicPartition>>& partitions,
      bool require_stable) const;
  Result<std::vector<ErrorCode>> delete_offsets(std::string_view group,
                                                const std::vector<TopicPartition>& partitions);

  // ---- administration
  Result<GroupDescription> describe(std::string_view group) const;
  struct Listing {
    ErrorCode error = ErrorCode::kNone;  // COORDINATOR_LOAD_IN_PROGRESS: not all of them
    std::vector<GroupOverview> groups;
  };
  Listing list() const;
  ErrorCode delete_group(std::string_view group);

  // ---- replica::LeadershipObserver
  void on_leader(const TopicPartition& tp, LeaderEpoch epoch) override;
  void on_not_leader(const TopicPartition& tp, std::optional<LeaderEpoch> epoch) override;
  void on_metadata_update(const replica::MetadataSnapshot& metadata,
                          const std::vector<TopicPartition>& removed) override;

  // For judges: what of a partition is coordinated here; null: nothing.
  std::shared_ptr<Shard> shard(PartitionId partition) const;

 private:
  // `may_be_empty`: of a consumer that commits without a group's name, as very old ones do.
  Result<std::shared_ptr<Shard>> shard_for(std::string_view group, bool may_be_empty) const;
  std::vector<std::shared_ptr<Shard>> shards() const;
  std::string new_id_suffix();
  void schedule_expiration();
  // From ZooKeeper, if the topic is there and its count not known.
  void learn_partition_count();
  bool is_offsets_topic(const std::optional<Uuid>& topic_id) const;

  // Fixed at construction
  const GroupCoordinatorOptions options_;
  const GroupCoordinatorParts parts_;
  std::shared_ptr<GroupCoordinator*> alive_;

  std::atomic<bool> active_{false};
  std::atomic<std::int32_t> partition_count_{0};
  // Coordination executor only
  TimerId expiration_;
  // The topic's id by the metadata, which may be zero; nullopt: there is no topic.
  std::optional<Uuid> offsets_topic_;
  bool learning_partition_count_ = false;

  mutable Mutex mu_;  // innermost
  std::map<PartitionId, std::shared_ptr<Shard>> shards_ GUARDED_BY(mu_);
  Random random_ GUARDED_BY(mu_);
};

}  // namespace barnabas::group
