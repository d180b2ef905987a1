// All replicas of this broker: takes the controller's orders, appends, fetches, and keeps the
// delayed operations, the followers' fetchers and the high watermark checkpoint going.
//
// Decides nothing itself: the rules are in core/, one ReplicaCore per Partition.
// Threads  append, fetch and the look-ups: any thread. become_leader_or_follower, stop_replicas and
//          update_metadata: the coordination executor (they may wait for the disk).
//          Lock order: README.md.
// Life     The destructor cancels all timers; callbacks still queued on executors find the object
//          gone and do nothing. Call it when none of its executors runs a task of ours: they are
//          stopped, or it is the one thread of them all.
// Source   Kafka 3.9, kafka/server/ReplicaManager.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/log/log_manager.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"
#include "broker/replica/alter_partition_sender.h"
#include "broker/replica/core/leader_and_isr.h"
#include "broker/replica/delayed_operations.h"
#include "broker/replica/leader_watch.h"
#include "broker/replica/leadership_observer.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/operations.h"
#include "broker/replica/partition.h"
#include "broker/replica/replica_fetcher_manager.h"
#include "broker/replica/topic_configs.h"

namespace barnabas::replica {

struct ReplicaManagerConfig {
  BrokerId broker_id{0};
  std::string inter_broker_listener = "PLAINTEXT";
  std::string controller_listener = "PLAINTEXT";        // where the controller is reached
  Duration replica_lag_time_max = milliseconds(30000);  // replica.lag.time.max.ms
  Duration high_watermark_checkpoint_interval = milliseconds(5000);  // replica.high.watermark....
  Duration initial_task_delay = milliseconds(30000);                 // log.initial.task.delay.ms
  Duration retention_check_interval = milliseconds(300000);  // log.retention.check.interval.ms
  bool select_replica_by_rack = false;                       // replica.selector.class
  FetcherConfig fetcher;
};

// Everything outlives the replica manager.
struct ReplicaManagerParts {
  const Clock& clock;
  Executor& coordination;                // controller requests, AlterPartition, ISR expiration
  Executor& background;                  // checkpoints, retention
  Executor& timers;                      // expiry of delayed operations
  std::vector<Executor*> fetcher_homes;  // reactors; a source broker's fetcher lives on one
  protocol::Transport& transport;
  log::LogManager& logs;
  MetadataCache& metadata;
  TopicConfigs& topic_configs;
};

// Who sends, and with which epochs; the same for the three requests of a controller.
struct ControllerStamp {
  BrokerId controller_id{-1};
  ControllerEpoch controller_epoch{0};
  BrokerEpoch broker_epoch = kNoBrokerEpoch;  // the receiver's, as the controller knows it
};

struct LeaderAndIsrOrder {
  TopicPartition tp;
  Uuid topic_id;  // zero: not given
  LeaderAndIsr state;
};

struct StopReplicaOrder {
  TopicPartition tp;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;  // kNoLeaderEpoch, kEpochDuringDelete: no check
  bool delete_partition = false;
};

class ReplicaManager {
 public:
  ReplicaManager(ReplicaManagerConfig config, ReplicaManagerParts parts);
  ~ReplicaManager();
  ReplicaManager(const ReplicaManager&) = delete;
  ReplicaManager& operator=(const ReplicaManager&) = delete;

  // Before start(). The observer outlives the last order of a controller.
  void set_leadership_observer(LeadershipObserver* observer) { observer_ = observer; }
  // Starts the timers of ISR expiration and retention. The checkpoint starts with the first
  // LeaderAndIsr.
  void start();
  // Stops fetchers and retention and writes the high watermarks once more. Part of a clean
  // shutdown; on the coordination executor.
  void shutdown();

  // The czxid of our registration; told after each (re-)registration.
  void set_broker_epoch(BrokerEpoch epoch) { broker_epoch_.store(epoch.value()); }
  BrokerEpoch broker_epoch() const { return BrokerEpoch{broker_epoch_.load()}; }
  // A controller's broker epoch for us that is older than our registration (checked too by the
  // other requests that carry one).
  bool is_broker_epoch_stale(BrokerEpoch epoch) const;

  // ---- the controller's orders. Error: STALE_BROKER_EPOCH, STALE_CONTROLLER_EPOCH for the whole;
  // else one code per order, in their order. The topics' configs must be loaded.
  Result<std::vector<ErrorCode>> become_leader_or_follower(
      const ControllerStamp& stamp, const std::vector<LeaderAndIsrOrder>& orders);
  Result<std::vector<ErrorCode>> stop_replicas(const ControllerStamp& stamp,
                                               const std::vector<StopReplicaOrder>& orders);
  Result<void> update_metadata(const ControllerStamp& stamp, const MetadataUpdate& update);

  // A log directory has failed: its replicas go offline. On the coordination executor.
  void on_log_dir_failure();

  // TopicConfigs has read the topic's config anew: its replicas and their logs go by it. On the
  // coordination executor.
  void on_topic_config_changed(const std::string& topic);

  // ---- the data plane. The sink may be answered inside the call.
  void append(std::vector<AppendEntry> entries, Acks acks, Duration timeout,
              log::AppendOrigin origin, std::unique_ptr<AppendSink> sink);
  void fetch(FetchParams params, std::vector<FetchEntry> entries, std::unique_ptr<FetchSink> sink);
  // The topics' configs must be loaded.
  void delete_records(const std::vector<DeleteRecordsEntry>& entries, Duration timeout,
                      std::unique_ptr<DeleteRecordsSink> sink);
  // A snapshot of the metadata; not at once if it names a leader that has probably just died.
  void tell_metadata(MetadataQuery query, std::unique_ptr<MetadataSink> sink) {
    leader_watch_.tell_metadata(std::move(query), std::move(sink));
  }
  // No value: nothing found; offset, timestamp and epoch are -1.
  Result<log::TimestampAndOffset> list_offsets(const ListOffsetsQuery& query) const;
  // As version 0 of ListOffsets asks. `max_offsets` is not negative.
  Result<std::vector<Offset>> offsets_before(const ListOffsetsQuery& query,
                                             std::int32_t max_offsets) const;
  Result<log::EpochEndOffset> end_offset_for_leader_epoch(const EndOffsetQuery& query) const;

  // The log directories and their replicas. May wait for the disk.
  std::vector<LogDirInfo> describe_log_dirs() const;

  // ---- look-ups.
  // The replica hosted here, or null.
  std::shared_ptr<Partition> find(std::string_view topic, PartitionId partition) const;
  // Error: NOT_LEADER_OR_FOLLOWER known but not hosted here, UNKNOWN_TOPIC_OR_PARTITION. One that
  // is offline is found and answers for itself.
  Result<std::shared_ptr<Partition>> partition_or_error(std::string_view topic,
                                                        PartitionId partition) const;
  // What we know best of a partition's leader: as its replica, else from the metadata.
  LeaderIdAndEpoch current_leader(std::string_view topic, PartitionId partition) const;
  std::vector<std::shared_ptr<Partition>> partitions() const;  // in the order of their names
  std::size_t leader_count() const;

  const ReplicaManagerConfig& config() const { return config_; }

 private:
  struct Key {
    std::string_view topic;
    PartitionId partition;
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(const TopicPartition& tp) const {
      return (*this)(Key{tp.topic, tp.partition});
    }
    std::size_t operator()(const Key& key) const {
      return std::hash<std::string_view>{}(key.topic) * 31 +
             static_cast<std::size_t>(key.partition.value());
    }
  };
  struct KeyEqual {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.partition == b.partition && std::string_view(a.topic) == std::string_view(b.topic);
    }
  };
  struct FollowerStart;

  std::optional<BrokerId> preferred_read_replica(const FetchParams& params, const FetchEntry& entry,
                                                 const Partition& partition) const;
  Result<void> check_stamp(const ControllerStamp& stamp);
  ErrorCode apply(const LeaderAndIsrOrder& order, const MetadataSnapshot& metadata,
                  std::vector<std::shared_ptr<Partition>>& changed, FollowerStart& fetching);
  ErrorCode stop(const StopReplicaOrder& order);
  std::shared_ptr<Partition> create(const TopicPartition& tp);
  void tell_leadership(const Partition& partition);
  void expire_isrs();
  void schedule_isr_expiration();
  void schedule_retention(Duration delay);
  void delete_old_segments();
  void schedule_checkpoint();
  void checkpoint_high_watermarks();

  // Fixed at construction
  const ReplicaManagerConfig config_;
  const ReplicaManagerParts parts_;
  std::shared_ptr<ReplicaManager*> alive_;
  std::atomic<std::int64_t> broker_epoch_{kNoBrokerEpoch.value()};

  // Coordination executor only
  LeadershipObserver* observer_ = nullptr;
  ControllerEpoch highest_controller_epoch_{0};
  LiveBrokers live_ = std::make_shared<const std::vector<BrokerId>>();
  bool checkpointing_ = false;
  TimerId isr_expiration_;
  TimerId checkpoint_timer_;
  TimerId retention_timer_;

  // Thread-safe
  DelayedOperations delayed_;
  LeaderWatch leader_watch_;
  AlterPartitionSender alter_partition_;
  ReplicaFetcherManager fetchers_;

  // Held while one partition's old segments are deleted: after a shutdown nobody writes any more.
  Mutex retention_mu_;
  bool retention_stopped_ GUARDED_BY(retention_mu_) = false;

  mutable Mutex mu_;
  std::unordered_map<TopicPartition, std::shared_ptr<Partition>, KeyHash, KeyEqual> partitions_
      GUARDED_BY(mu_);
};

}  // namespace barnabas::replica
