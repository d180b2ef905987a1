#include "broker/replica/replica_manager.h"

#include <algorithm>
#include <set>
#include <utility>

#include "broker/base/logging.h"

namespace barnabas::replica {

ReplicaManager::ReplicaManager(ReplicaManagerConfig config, ReplicaManagerParts parts)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      alive_(std::make_shared<ReplicaManager*>(this)),
      delayed_(parts_.clock, parts_.timers),
      leader_watch_(parts_.clock, parts_.metadata, delayed_, parts_.fetcher_homes),
      alter_partition_({.broker_id = config_.broker_id,
                        .listener = config_.controller_listener,
                        .version = config_.fetcher.versions.alter_partition},
                       parts_.coordination, parts_.transport, parts_.metadata, broker_epoch_),
      fetchers_(config_.fetcher, config_.broker_id, broker_epoch_, parts_.fetcher_homes,
                parts_.transport, parts_.clock, leader_watch_) {}

ReplicaManager::~ReplicaManager() {
  *alive_ = nullptr;
  parts_.coordination.cancel(isr_expiration_);
  parts_.coordination.cancel(checkpoint_timer_);
  parts_.coordination.cancel(retention_timer_);
  // Waiting operations hold their partitions and are held by them.
  delayed_.clear();
  leader_watch_.clear();
  for (const auto& partition : partitions()) {
    partition->append_watchers().clear();
    partition->fetch_watchers().clear();
    partition->delete_watchers().clear();
  }
}

void ReplicaManager::start() {
  schedule_isr_expiration();
  schedule_retention(config_.initial_task_delay);
}

void ReplicaManager::shutdown() {
  log_info("[ReplicaManager broker={}] Shutting down", config_.broker_id);
  fetchers_.close();
  parts_.coordination.cancel(std::exchange(isr_expiration_, {}));
  parts_.coordination.cancel(std::exchange(checkpoint_timer_, {}));
  parts_.coordination.cancel(std::exchange(retention_timer_, {}));
  {
    MutexLock lock(retention_mu_);
    retention_stopped_ = true;
  }
  if (checkpointing_) checkpoint_high_watermarks();
  checkpointing_ = false;
}

// ---- timers

void ReplicaManager::schedule_isr_expiration() {
  isr_expiration_ =
      parts_.coordination.run_after(config_.replica_lag_time_max / 2, [alive = alive_] {
        if (*alive) (*alive)->expire_isrs();
      });
}

void ReplicaManager::expire_isrs() {
  for (const auto& partition : partitions()) partition->maybe_shrink_isr();
  schedule_isr_expiration();
}

void ReplicaManager::schedule_retention(Duration delay) {
  retention_timer_ = parts_.coordination.run_after(delay, [alive = alive_] {
    if (!*alive) return;
    (*alive)->parts_.background.post([alive] {
      if (!*alive) return;
      ReplicaManager& self = **alive;
      self.delete_old_segments();
      self.parts_.coordination.post([alive] {
        if (*alive) (*alive)->schedule_retention((*alive)->config_.retention_check_interval);
      });
    });
  });
}

void ReplicaManager::delete_old_segments() {
  for (const auto& partition : partitions()) {
    MutexLock lock(retention_mu_);
    if (retention_stopped_) return;
    partition->delete_old_segments();
  }
}

void ReplicaManager::schedule_checkpoint() {
  checkpoint_timer_ =
      parts_.coordination.run_after(config_.high_watermark_checkpoint_interval, [alive = alive_] {
        if (!*alive) return;
        ReplicaManager& self = **alive;
        self.parts_.background.post([alive] {
          if (*alive) (*alive)->checkpoint_high_watermarks();
        });
        self.schedule_checkpoint();
      });
}

void ReplicaManager::checkpoint_high_watermarks() {
  std::map<TopicPartition, Offset> high_watermarks;
  for (const auto& partition : partitions()) {
    if (partition->is_offline()) continue;
    high_watermarks[partition->topic_partition()] = partition->high_watermark();
  }
  if (auto written = parts_.logs.checkpoint_high_watermarks(high_watermarks); !written) {
    log_error("[ReplicaManager broker={}] Could not write the high watermarks: {}",
              config_.broker_id, written.error().detail);
  }
}

// ---- the controller's orders

bool ReplicaManager::is_broker_epoch_stale(BrokerEpoch epoch) const {
  return check_controller_request(epoch, broker_epoch(), ControllerEpoch{0}, ControllerEpoch{0}) ==
         ErrorCode::kStaleBrokerEpoch;
}

Result<void> ReplicaManager::check_stamp(const ControllerStamp& stamp) {
  const ErrorCode error = check_controller_request(
      stamp.broker_epoch, broker_epoch(), stamp.controller_epoch, highest_controller_epoch_);
  if (error != ErrorCode::kNone) {
    log_warn("[ReplicaManager broker={}] Refusing controller {} with epoch {}, broker epoch {}: {}",
             config_.broker_id, stamp.controller_id, stamp.controller_epoch, stamp.broker_epoch,
             error_name(error));
    return error;
  }
  highest_controller_epoch_ = stamp.controller_epoch;
  return {};
}

// What one LeaderAndIsr request changes besides the partitions.
struct ReplicaManager::FollowerStart {
  std::vector<TopicPartition> stop;
  std::vector<ReplicaFetcherManager::Start> start;
};

Result<std::vector<ErrorCode>> ReplicaManager::become_leader_or_follower(
    const ControllerStamp& stamp, const std::vector<LeaderAndIsrOrder>& orders) {
  TRY_VOID(check_stamp(stamp));
  const auto metadata = parts_.metadata.snapshot();
  std::vector<ErrorCode> answers;
  answers.reserve(orders.size());
  std::vector<std::shared_ptr<Partition>> changed;
  FollowerStart fetching;
  for (const LeaderAndIsrOrder& order : orders) {
    answers.push_back(apply(order, *metadata, changed, fetching));
  }
  fetchers_.remove(fetching.stop);
  // Whatever waits for the old leader is answered before the new one is fetched from.
  for (const auto& partition : changed) partition->carry_out_effects();
  for (const auto& partition : changed) tell_leadership(*partition);
  fetchers_.add(fetching.start);
  fetchers_.shutdown_idle();
  if (!checkpointing_) {
    checkpointing_ = true;
    schedule_checkpoint();
  }
  return answers;
}

ErrorCode ReplicaManager::apply(const LeaderAndIsrOrder& order, const MetadataSnapshot& metadata,
                                std::vector<std::shared_ptr<Partition>>& changed,
                                FollowerStart& fetching) {
  const LeaderAndIsr& state = order.state;
  std::shared_ptr<Partition> partition = find(order.tp.topic, order.tp.partition);
  if (partition && partition->is_offline()) return ErrorCode::kKafkaStorageError;
  // A partition that no LeaderAndIsr has named yet may have a log, and with it a topic id.
  const Uuid local_id = partition ? partition->topic_id() : parts_.logs.topic_id(order.tp);
  const LeaderAndIsrDecision decision =
      decide_leader_and_isr(config_.broker_id, state, order.topic_id,
                            partition ? partition->leader_epoch() : kNoLeaderEpoch, local_id);
  using Action = LeaderAndIsrDecision::Action;
  if (decision.action == Action::kRefuse) return decision.error;

  if (!partition) partition = create(order.tp);
  if (!state.is_new && parts_.logs.may_be_in_failed_directory(order.tp)) {
    log_error(
        "[ReplicaManager broker={}] Can not create log for {} because a log directory is offline",
        config_.broker_id, order.tp);
    partition->go_offline();
    return ErrorCode::kKafkaStorageError;
  }
  const log::LogConfig config = parts_.topic_configs.get(order.tp.topic);
  if (auto opened = partition->open_log(order.topic_id, config); !opened) {
    log_error("[ReplicaManager broker={}] No log for {}: {}", config_.broker_id, order.tp,
              opened.error().detail);
    return opened.error().code;
  }
  if (decision.action == Action::kStoreTopicId) return decision.error;

  if (state.leader == config_.broker_id) {
    fetching.stop.push_back(order.tp);
    changed.push_back(partition);
    return partition->make_leader(state).code_or(ErrorCode::kNone);
  }
  const BrokerMetadata* leader = metadata.broker(state.leader);
  if (!follower_has_live_leader(state, leader != nullptr)) {
    log_warn("[ReplicaManager broker={}] Cannot follow {} for {}: not alive by the metadata",
             config_.broker_id, state.leader, order.tp);
    return ErrorCode::kNone;
  }
  changed.push_back(partition);
  const auto begins = partition->make_follower(state);
  if (!begins) return begins.error().code;
  if (!*begins) return ErrorCode::kNone;
  const Endpoint* endpoint = leader->endpoint(config_.inter_broker_listener);
  if (!endpoint) {
    log_error("[ReplicaManager broker={}] Leader {} of {} has no listener {}", config_.broker_id,
              state.leader, order.tp, config_.inter_broker_listener);
    fetching.stop.push_back(order.tp);
    return ErrorCode::kNone;
  }
  fetching.start.push_back({{partition, partition->topic_id(), state.leader_epoch},
                            state.leader,
                            endpoint->host,
                            endpoint->port});
  return ErrorCode::kNone;
}

void ReplicaManager::tell_leadership(const Partition& partition) {
  if (observer_ == nullptr) return;
  if (partition.is_leader()) {
    // A leader that stays gets a new epoch whenever a broker of its ISR dies.
    observer_->on_leader(partition.topic_partition(), partition.leader_since());
  } else {
    observer_->on_not_leader(partition.topic_partition(), partition.leader_epoch());
  }
}

Result<std::vector<ErrorCode>> ReplicaManager::stop_replicas(
    const ControllerStamp& stamp, const std::vector<StopReplicaOrder>& orders) {
  TRY_VOID(check_stamp(stamp));
  std::vector<ErrorCode> answers;
  answers.reserve(orders.size());
  for (const StopReplicaOrder& order : orders) answers.push_back(stop(order));
  fetchers_.shutdown_idle();
  return answers;
}

ErrorCode ReplicaManager::stop(const StopReplicaOrder& order) {
  const std::shared_ptr<Partition> partition = find(order.tp.topic, order.tp.partition);
  if (partition) {
    if (partition->is_offline()) return ErrorCode::kKafkaStorageError;
    const ErrorCode error = check_stop_replica(order.leader_epoch, partition->leader_epoch());
    if (error != ErrorCode::kNone) return error;
  }
  log_info("[ReplicaManager broker={}] Stopping replica {}{}", config_.broker_id, order.tp,
           order.delete_partition ? " and deleting its log" : "");
  if (observer_ != nullptr) observer_->on_not_leader(order.tp, std::nullopt);
  fetchers_.remove({order.tp});
  if (!order.delete_partition) {
    // It stays what it is, without fetching, until LeaderAndIsr says otherwise.
    if (partition) partition->wake_all();
    return ErrorCode::kNone;
  }
  if (partition) {
    {
      MutexLock lock(mu_);
      partitions_.erase(order.tp);
    }
    partition->close();
  }
  // Also a log that no LeaderAndIsr has named since the start.
  return parts_.logs.remove(order.tp).code_or(ErrorCode::kNone);
}

Result<void> ReplicaManager::update_metadata(const ControllerStamp& stamp,
                                             const MetadataUpdate& update) {
  TRY_VOID(check_stamp(stamp));
  const auto before = parts_.metadata.snapshot();
  const auto removed = parts_.metadata.update(update);
  const auto after = parts_.metadata.snapshot();
  leader_watch_.on_metadata_updated();
  for (const TopicPartition& tp : removed) {
    if (!after->topic(tp.topic)) parts_.topic_configs.forget(tp.topic);
  }
  auto live = std::make_shared<std::vector<BrokerId>>();
  for (const auto& [id, broker] : after->brokers) live->push_back(id);
  if (*live != *live_) {
    live_ = std::move(live);
    for (const auto& partition : partitions()) partition->on_live_brokers(live_);
  }
  if (before->controller_id != after->controller_id) alter_partition_.on_controller_changed();
  if (observer_ != nullptr) observer_->on_metadata_update(*after, removed);
  return {};
}

void ReplicaManager::on_topic_config_changed(const std::string& topic) {
  const log::LogConfig config = parts_.topic_configs.get(topic);
  parts_.logs.set_config(topic, config);
  for (const auto& partition : partitions()) {
    if (partition->topic_partition().topic == topic) partition->on_config(config);
  }
}

std::shared_ptr<Partition> ReplicaManager::create(const TopicPartition& tp) {
  auto partition = std::make_shared<Partition>(
      tp, ReplicaCoreConfig{config_.broker_id, config_.replica_lag_time_max},
      Partition::Parts{parts_.clock, parts_.logs, alter_partition_});
  partition->on_live_brokers(live_);
  MutexLock lock(mu_);
  return partitions_.emplace(tp, std::move(partition)).first->second;
}

// ---- log directories

std::vector<LogDirInfo> ReplicaManager::describe_log_dirs() const {
  std::vector<LogDirInfo> infos;
  for (log::LogDirDescription& dir : parts_.logs.describe_log_dirs()) {
    LogDirInfo& info = infos.emplace_back();
    info.path = std::move(dir.path);
    info.error = dir.error;
    info.total_bytes = dir.total_bytes;
    info.usable_bytes = dir.usable_bytes;
    for (log::LogDirDescription::Replica& replica : dir.replicas) {
      const auto partition = find(replica.tp.topic, replica.tp.partition);
      const auto lag = partition ? partition->offset_lag(replica.log_end) : std::nullopt;
      info.replicas.push_back({std::move(replica.tp), replica.size_bytes, lag.value_or(-1)});
    }
  }
  return infos;
}

void ReplicaManager::on_log_dir_failure() {
  std::vector<TopicPartition> offline;
  for (const auto& partition : partitions()) {
    const TopicPartition& tp = partition->topic_partition();
    if (!parts_.logs.may_be_in_failed_directory(tp)) continue;
    partition->go_offline();
    partition->carry_out_effects();
    partition->wake_all();
    if (observer_ != nullptr) observer_->on_not_leader(tp, std::nullopt);
    offline.push_back(tp);
  }
  fetchers_.remove(offline);
  fetchers_.shutdown_idle();
  log_warn("[ReplicaManager broker={}] {} replicas are offline because of a failed log directory",
           config_.broker_id, offline.size());
}

// ---- look-ups

std::shared_ptr<Partition> ReplicaManager::find(std::string_view topic,
                                                PartitionId partition) const {
  MutexLock lock(mu_);
  const auto found = partitions_.find(Key{topic, partition});
  return found == partitions_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<Partition>> ReplicaManager::partition_or_error(std::string_view topic,
                                                                      PartitionId partition) const {
  if (auto hosted = find(topic, partition)) return hosted;
  // Known to the cluster but not hosted: the client's metadata are old.
  if (parts_.metadata.snapshot()->partition(topic, partition)) {
    return ErrorCode::kNotLeaderOrFollower;
  }
  return ErrorCode::kUnknownTopicOrPartition;
}

LeaderIdAndEpoch ReplicaManager::current_leader(std::string_view topic,
                                                PartitionId partition) const {
  if (const auto hosted = find(topic, partition)) return hosted->leader();
  const auto metadata = parts_.metadata.snapshot();
  const PartitionMetadata* known = metadata->partition(topic, partition);
  return known ? LeaderIdAndEpoch{known->leader, known->leader_epoch} : LeaderIdAndEpoch{};
}

std::vector<std::shared_ptr<Partition>> ReplicaManager::partitions() const {
  std::vector<std::shared_ptr<Partition>> all;
  {
    MutexLock lock(mu_);
    all.reserve(partitions_.size());
    for (const auto& [tp, partition] : partitions_) all.push_back(partition);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a->topic_partition() < b->topic_partition();
  });
  return all;
}

std::size_t ReplicaManager::leader_count() const {
  const auto all = partitions();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& p) { return p->is_leader(); }));
}

}  // namespace barnabas::replica
