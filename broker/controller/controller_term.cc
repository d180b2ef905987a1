#include "broker/controller/controller_term.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/base/logging.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::controller {

ControllerTerm::ControllerTerm(zk::ZooKeeper& zookeeper, protocol::Transport& transport,
                               Executor& executor, Random& random, const ControllerOptions& options,
                               ControllerEpoch epoch, std::int32_t epoch_version,
                               std::function<void()> moved, std::function<void()> failed)
    : zookeeper_(zookeeper),
      executor_(executor),
      options_(options),
      epoch_(epoch),
      sender_{options.broker_id, epoch, options.inter_broker_listener, options.versions},
      moved_(std::move(moved)),
      failed_(std::move(failed)),
      writer_(zookeeper, epoch_version, alive_.guard([this] { moved_(); })),
      reader_(zookeeper, writer_, random),
      channels_(transport, executor,
                {options.broker_id, options.control_plane_listener, options.request_timeout,
                 options.retry_backoff}),
      producer_ids_(
          zookeeper,
          [this](zk::Op op, auto done) { writer_.write(std::move(op), std::move(done)); }),
      core_({options.delete_topic_enable, options.leader_imbalance_per_broker_percentage,
             leader_recovery_supported(options.versions)},
            epoch) {}

ControllerTerm::~ControllerTerm() = default;

void ControllerTerm::start() {
  set_up_feature_node();
  drop_notifications(zk::paths::kLogDirEventNotification);
  drop_notifications(zk::paths::kIsrChangeNotification);
  reader_.read_cluster(alive_.guard([this](const std::optional<ClusterSnapshot>& snapshot) {
    if (snapshot) return on_loaded(*snapshot);
    log_error("[Controller id={}] Cannot read the cluster from ZooKeeper", options_.broker_id);
    failed_();
  }));
}

void ControllerTerm::on_loaded(const ClusterSnapshot& snapshot) {
  log_info(
      "[Controller id={}] Ready to serve as the new controller with epoch {}: {} brokers, {} "
      "topics",
      options_.broker_id, epoch_, snapshot.brokers.size(), snapshot.topics.size());
  loaded_ = true;
  step([&](ControllerCore& core, Effects& out) { core.on_elected(snapshot, out); });
  handle_preferred_election();
  for (const auto& [event, path] : std::exchange(early_events_, {})) {
    if (stopped_) return;
    on_watch_event(event, path);
  }
  for (const std::function<void()>& call : std::exchange(when_loaded_, {})) call();
  if (!stopped_ && options_.auto_leader_rebalance) schedule_leader_balance(seconds(5));
}

void ControllerTerm::stop() {
  if (std::exchange(stopped_, true)) return;
  alive_.renew();
  outbox_.clear();
  channels_.remove_all();
  producer_ids_.stop();
  for (const auto& [token, done] : std::exchange(alter_partitions_, {})) {
    done({ErrorCode::kNotController, {}});
  }
  for (const auto& [token, done] : std::exchange(shutdowns_, {})) {
    done({ErrorCode::kStaleControllerEpoch, {}});
  }
  for (const auto& [token, done] : std::exchange(elections_, {})) {
    ElectionOutcome none;
    for (const TopicPartition& tp : election_partitions_[token]) {
      none.settled[tp].code = ErrorCode::kNotController;
    }
    done(std::move(none));
  }
  for (const std::function<void()>& call : std::exchange(when_loaded_, {})) call();
}

void ControllerTerm::when_loaded(std::function<void()> call) {
  if (loaded_ || stopped_) {
    call();
  } else {
    when_loaded_.push_back(std::move(call));
  }
}

// ---- Events and effects ------------------------------------------------------------------------

void ControllerTerm::drain() {
  if (std::exchange(draining_, true)) return;
  while (!outbox_.empty() && !stopped_) {
    for (Effect& effect : std::exchange(outbox_, {})) {
      if (stopped_) break;
      carry_out(std::move(effect));
    }
  }
  draining_ = false;
  partitions_nodes_made_.clear();
}

void ControllerTerm::carry_out(Effect effect) {
  std::visit([this](auto& one) { do_effect(std::move(one)); }, effect);
}

void ControllerTerm::do_effect(WritePartitionState effect) {
  const zk::PartitionStateZnode znode{
      effect.state.leader, effect.state.leader_epoch, effect.state.isr, epoch_,
      effect.state.recovery_state == LeaderRecoveryState::kRecovering};
  const TopicPartition tp = effect.partition;
  std::string path = zk::paths::topic_partition_state(tp);
  const bool create = effect.create;
  zk::Op op = zk::Op::set_data(path, znode.encode(), effect.state.partition_epoch.value());
  if (create) {
    // All at once: they are carried out in order, and those that are there already stay.
    if (partitions_nodes_made_.insert(tp.topic).second) {
      writer_.write(zk::Op::create(zk::paths::topic_partitions(tp.topic), {}));
    }
    writer_.write(zk::Op::create(zk::paths::topic_partition(tp.topic, tp.partition), {}));
    op = zk::Op::create(std::move(path), znode.encode());
  }
  writer_.write(std::move(op), alive_.guard([this, tp, create](const FencedWriter::Answer& answer) {
    WriteResult result = WriteResult::kFailed;
    if (answer.ok()) result = WriteResult::kOk;
    if (answer.error == zk::ZkError::kBadVersion) result = WriteResult::kBadVersion;
    if (answer.error == zk::ZkError::kNodeExists) result = WriteResult::kBadVersion;
    if (answer.error == zk::ZkError::kNoNode) result = WriteResult::kNoNode;
    if (result == WriteResult::kFailed) {
      log_error("[Controller id={}] Cannot write the state of {}: {}", options_.broker_id, tp,
                zk::to_string(answer.error));
    }
    const PartitionEpoch version(create ? 0 : answer.stat.version);
    step([&](ControllerCore& core, Effects& out) {
      core.on_state_written(tp, result, version, out);
    });
  }));
}

void ControllerTerm::do_effect(ReadPartitionState effect) {
  const TopicPartition tp = effect.partition;
  reader_.read_states(
      {tp}, alive_.guard([this, tp](const std::map<TopicPartition, Leadership>& states) {
        std::optional<Leadership> read;
        if (const auto found = states.find(tp); found != states.end()) read = found->second;
        step([&](ControllerCore& core, Effects& out) { core.on_state_read(tp, read, out); });
      }));
}

void ControllerTerm::do_effect(ReadUncleanFlag effect) {
  const std::string topic = effect.topic;
  reader_.read_topic_config(topic, alive_.guard([this, topic](const auto& overrides) {
    // What cannot be read allows no loss of records.
    const bool unclean = overrides && options_.allows_unclean_election &&
                         options_.allows_unclean_election(*overrides);
    step([&](ControllerCore& core, Effects& out) {
      core.on_unclean_flag_read(topic, unclean, out);
    });
  }));
}

void ControllerTerm::do_effect(ReadTopics effect) {
  std::map<std::string, Uuid> known_ids;
  for (const std::string& topic : effect.topics) {
    const Uuid id = core_.context().topic_id(topic);
    if (!id.is_zero()) known_ids.emplace(topic, id);
  }
  reader_.read_topics(
      std::move(effect.topics), known_ids,
      alive_.guard([this](const std::vector<TopicSnapshot>& topics) {
        step([&](ControllerCore& core, Effects& out) { core.on_topics_read(topics, out); });
        // One that was asked to be deleted before it was known.
        refresh_deletions();
      }));
}

void ControllerTerm::do_effect(DeleteTopicNodes effect) {
  const std::string topic = effect.topic;
  reader_.read_subtree(
      zk::paths::topic(topic), alive_.guard([this, topic](std::vector<std::string> nodes) {
        auto refused = std::make_shared<bool>(false);
        for (std::string& node : nodes) {
          writer_.write(zk::Op::remove(std::move(node)), [refused](const auto& answer) {
            if (answer.error == zk::ZkError::kNotEmpty) *refused = true;
          });
        }
        writer_.write(zk::Op::remove(zk::paths::topic_config(topic)));
        writer_.write(
            zk::Op::remove(zk::paths::delete_topic(topic)),
            alive_.guard([this, topic, refused](const FencedWriter::Answer&) {
              // A node came between our look and our hand: once more.
              if (*refused) return do_effect(DeleteTopicNodes{topic});
              step([&](ControllerCore& core, Effects& out) { core.on_topic_deleted(topic, out); });
            }));
      }));
}

void ControllerTerm::do_effect(DropDeletionRequests effect) {
  for (const std::string& topic : effect.topics) {
    writer_.write(zk::Op::remove(zk::paths::delete_topic(topic)));
  }
}

void ControllerTerm::do_effect(RestoreAssignment effect) {
  zk::TopicZnode znode;
  znode.topic_id = effect.id;
  for (const auto& [id, assignment] : effect.assignment) {
    znode.partitions[id] = assignment.replicas;
    if (!assignment.adding.empty()) znode.adding_replicas[id] = assignment.adding;
    if (!assignment.removing.empty()) znode.removing_replicas[id] = assignment.removing;
  }
  writer_.write(zk::Op::set_data(zk::paths::topic(effect.topic), znode.encode(), zk::kAnyVersion));
}

void ControllerTerm::do_effect(Resign effect) {
  log_warn("[Controller id={}] Resigning: {}", options_.broker_id, effect.reason);
  moved_();
}

void ControllerTerm::do_effect(SendLeaderAndIsr effect) {
  channels_.send(effect.broker, protocol::ApiKey::kLeaderAndIsr, sender_.versions.leader_and_isr,
                 encode(sender_, effect), [this, effect](BytesView body) {
                   const auto answer = decode_leader_and_isr(sender_, body, *effect.data);
                   if (!answer) return false;
                   step([&](ControllerCore& core, Effects& out) {
                     core.on_leader_and_isr_answered(effect.broker, effect.broker_epoch,
                                                     answer->error, answer->partitions, out);
                   });
                   return true;
                 });
}

void ControllerTerm::do_effect(SendUpdateMetadata effect) {
  channels_.send(effect.broker, protocol::ApiKey::kUpdateMetadata, sender_.versions.update_metadata,
                 encode(sender_, effect), [this, broker = effect.broker](BytesView body) {
                   const auto answer = decode_update_metadata(sender_, body);
                   if (!answer) return false;
                   if (answer->error != ErrorCode::kNone) {
                     log_error("[Controller id={}] Broker {} answered UpdateMetadata with {}",
                               options_.broker_id, broker, error_name(answer->error));
                   }
                   return true;
                 });
}

void ControllerTerm::do_effect(SendStopReplica effect) {
  channels_.send(effect.broker, protocol::ApiKey::kStopReplica, sender_.versions.stop_replica,
                 encode(sender_, effect), [this, effect](BytesView body) {
                   const auto answer = decode_stop_replica(sender_, body);
                   if (!answer) return false;
                   step([&](ControllerCore& core, Effects& out) {
                     core.on_stop_replica_answered(effect.broker, effect.broker_epoch, *effect.data,
                                                   answer->error, answer->partitions, out);
                   });
                   return true;
                 });
}

void ControllerTerm::do_effect(AddBroker effect) {
  channels_.add_broker(effect.broker);
}

void ControllerTerm::do_effect(RemoveBroker effect) {
  channels_.remove_broker(effect.broker);
}

void ControllerTerm::do_effect(LogLine effect) {
  const LogLevel level = effect.level == LogLine::Level::kInfo   ? LogLevel::kInfo
                         : effect.level == LogLine::Level::kWarn ? LogLevel::kWarn
                                                                 : LogLevel::kError;
  log_at(level, "[Controller id={}] {}", options_.broker_id, effect.text);
}

// ---- Watches -----------------------------------------------------------------------------------

void ControllerTerm::on_watch_event(zk::WatchEvent event, const std::string& path) {
  if (stopped_) return;
  if (!loaded_) {
    early_events_.emplace_back(event, path);
    return;
  }
  if (path == zk::paths::kBrokerIds) return refresh_brokers();
  if (path == zk::paths::kTopics) return refresh_topics();
  if (path == zk::paths::kDeleteTopics) return refresh_deletions();
  if (path == zk::paths::kLogDirEventNotification) return handle_log_dir_events();
  if (path == zk::paths::kPreferredReplicaElection) return handle_preferred_election();

  const std::string_view parent = zk::paths::parent(path);
  if (parent == zk::paths::kBrokerIds) {
    const auto id = zk::paths::number_of(zk::paths::last_component(path));
    if (!id) return;
    if (event != zk::WatchEvent::kDeleted) return refresh_brokers();
    // The fastest way to know of a death; the children are read besides.
    vanished_.insert(BrokerId(*id));
    if (refreshing_brokers_) refresh_brokers_again_ = true;
    step([&](ControllerCore& core, Effects& out) { core.on_broker_gone(BrokerId(*id), out); });
  } else if (parent == zk::paths::kTopics && event == zk::WatchEvent::kDataChanged) {
    do_effect(ReadTopics{{std::string(zk::paths::last_component(path))}});
  }
}

void ControllerTerm::refresh_brokers() {
  if (std::exchange(refreshing_brokers_, true)) {
    refresh_brokers_again_ = true;
    return;
  }
  vanished_.clear();
  reader_.read_children(
      zk::paths::kBrokerIds, true,
      alive_.guard([this](const std::optional<std::vector<std::string>>& children) {
        if (children) {
          on_broker_children(*children);
        } else {
          refreshing_brokers_ = false;
        }
      }));
}

void ControllerTerm::on_broker_children(const std::vector<std::string>& children) {
  const std::vector<BrokerId> present = broker_ids(children);
  // The dead need no second look.
  std::vector<BrokerId> gone;
  for (const auto& [id, broker] : core_.context().brokers()) {
    if (!contains(present, id)) gone.push_back(id);
  }
  for (BrokerId id : gone) {
    step([&](ControllerCore& core, Effects& out) { core.on_broker_gone(id, out); });
  }
  reader_.read_brokers(present, alive_.guard([this](std::map<BrokerId, BrokerInfo> brokers) {
    for (BrokerId id : vanished_) brokers.erase(id);
    refreshing_brokers_ = false;
    step([&](ControllerCore& core, Effects& out) { core.on_brokers_read(brokers, out); });
    if (std::exchange(refresh_brokers_again_, false)) refresh_brokers();
  }));
}

void ControllerTerm::refresh_topics() {
  reader_.read_children(
      zk::paths::kTopics, true,
      alive_.guard([this](const std::optional<std::vector<std::string>>& children) {
        if (!children) return;
        const std::set<std::string> names(children->begin(), children->end());
        step([&](ControllerCore& core, Effects& out) { core.on_topics_listed(names, out); });
      }));
}

void ControllerTerm::refresh_deletions() {
  reader_.read_children(
      zk::paths::kDeleteTopics, true,
      alive_.guard([this](const std::optional<std::vector<std::string>>& children) {
        if (!children) return;
        const std::set<std::string> names(children->begin(), children->end());
        step([&](ControllerCore& core, Effects& out) { core.on_deletions_listed(names, out); });
      }));
}

void ControllerTerm::handle_log_dir_events() {
  reader_.read_children(
      zk::paths::kLogDirEventNotification, true,
      alive_.guard([this](const std::optional<std::vector<std::string>>& children) {
        if (!children || children->empty()) return;
        for (const std::string& child : *children) {
          const std::string path = zk::paths::join(zk::paths::kLogDirEventNotification, child);
          zookeeper_.get_data(path, false, alive_.guard([this, path](const auto& answer) {
            if (!answer.ok()) return;
            writer_.write(zk::Op::remove(path));
            const auto event = zk::LogDirEventZnode::decode(answer.data);
            if (!event) return;
            step([&](ControllerCore& core, Effects& out) {
              core.on_log_dir_failure({event->broker}, out);
            });
          }));
        }
      }));
}

// What tools of before ElectLeaders ask for by a znode, CMAK among them. It is removed when the
// elections have ended, well or not; its removal is an event, too, and has the path watched again.
void ControllerTerm::handle_preferred_election() {
  const std::string path(zk::paths::kPreferredReplicaElection);
  const auto remove = [this, path] { writer_.write(zk::Op::remove(path)); };
  const auto on_data = [this, remove](const zk::DataAnswer& answer) {
    if (!answer.ok()) return;
    const auto asked = zk::PartitionSetZnode::decode(answer.data);
    if (!asked || asked->partitions.empty()) {
      log_warn("[Controller id={}] Ignoring {}: {}", options_.broker_id,
               zk::paths::kPreferredReplicaElection,
               asked ? "no partitions" : asked.error().detail);
      return remove();
    }
    log_info("[Controller id={}] Electing the preferred leaders of {} partitions, as {} asks",
             options_.broker_id, asked->partitions.size(), zk::paths::kPreferredReplicaElection);
    elect_leaders(ElectionType::kPreferred, asked->partitions,
                  [this, remove](const ElectionOutcome&) {
                    if (!stopped_) remove();  // else the next controller takes it up
                  });
  };
  zookeeper_.exists(path, true, alive_.guard([this, path, on_data](const zk::StatAnswer& answer) {
    if (answer.ok()) zookeeper_.get_data(path, false, alive_.guard(on_data));
  }));
}

// What earlier controllers did not come to: the whole cluster is read anyway.
void ControllerTerm::drop_notifications(std::string_view parent) {
  reader_.read_children(
      parent, false,
      alive_.guard([this, parent](const std::optional<std::vector<std::string>>& children) {
        if (!children) return;
        for (const std::string& child : *children) {
          writer_.write(zk::Op::remove(zk::paths::join(parent, child)));
        }
      }));
}

void ControllerTerm::set_up_feature_node() {
  const std::string path(zk::paths::kFeature);
  zookeeper_.get_data(path, false, alive_.guard([this, path](const zk::DataAnswer& answer) {
    const std::int32_t version = options_.versions.feature_znode;
    const std::string enabled = zk::FeatureZnode{true, {}, version}.encode();
    if (answer.error == zk::ZkError::kNoNode) {
      writer_.write(zk::Op::create(path, enabled));
      return;
    }
    if (!answer.ok()) return;
    const auto features = zk::FeatureZnode::decode(answer.data);
    if (features && features->enabled && features->version == version) return;
    writer_.write(zk::Op::set_data(path, enabled, answer.stat.version));
  }));
}

void ControllerTerm::schedule_leader_balance(Duration delay) {
  executor_.run_after(delay, alive_.guard([this] {
    step([](ControllerCore& core, Effects& out) { core.on_leader_balance_tick(out); });
    schedule_leader_balance(options_.leader_imbalance_check_interval);
  }));
}

}  // namespace barnabas::controller
