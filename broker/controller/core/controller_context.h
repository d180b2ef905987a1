// Everything the active controller knows of the cluster.
//
// Invariants  A leadership here is committed: ZooKeeper holds it, or held it when last read. What
//             is merely proposed lives in PartitionUpdates.
//             topic_name(topic_id) and the topics agree.
// Threads     externally synchronized (ControllerCore).
// Source      Kafka 3.9, kafka/controller/ControllerContext.scala
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/controller/core/cluster_state.h"
#include "broker/controller/core/election.h"
#include "broker/controller/core/state_machines.h"

namespace barnabas::controller {

struct Partition {
  ReplicaAssignment assignment;
  PartitionState state = PartitionState::kNonExistent;
  std::optional<Leadership> leadership;
  std::map<BrokerId, ReplicaState> replica_states;  // absent: kNonExistent

  ReplicaState replica_state(BrokerId id) const {
    const auto found = replica_states.find(id);
    return found == replica_states.end() ? ReplicaState::kNonExistent : found->second;
  }
  // Both change nothing and return false when the transition is not valid.
  bool move_to(PartitionState next);
  bool move_replica_to(BrokerId id, ReplicaState next);
};

struct Topic {
  Uuid id;
  std::map<PartitionId, Partition> partitions;
};

class ControllerContext {
 public:
  explicit ControllerContext(ControllerEpoch epoch) : epoch_(epoch) {}

  // The epoch of this controller's term.
  ControllerEpoch epoch() const { return epoch_; }

  // ---- Brokers ---------------------------------------------------------------------------------

  // Live or shutting down: those that are registered.
  const std::map<BrokerId, BrokerInfo>& brokers() const { return brokers_; }
  const BrokerInfo* broker(BrokerId id) const;
  void put_broker(BrokerInfo broker);
  // Also forgets that it was shutting down and which of its directories were offline.
  void remove_broker(BrokerId id);

  void set_shutting_down(BrokerId id) { shutting_down_.insert(id); }
  bool is_registered(BrokerId id) const { return brokers_.contains(id); }
  bool is_shutting_down(BrokerId id) const { return shutting_down_.contains(id); }
  bool is_live(BrokerId id) const { return is_registered(id) && !is_shutting_down(id); }

  // ---- Replicas on failed log directories ------------------------------------------------------

  const std::set<TopicPartition>& replicas_on_offline_dirs(BrokerId id) const;
  void set_replica_on_offline_dir(BrokerId id, const TopicPartition& partition, bool offline);

  // Live broker, working directory.
  bool is_replica_online(BrokerId id, const TopicPartition& partition,
                         bool include_shutting_down = false) const;
  // For the elections of one partition; valid while the context is. Of the `failed` nobody lives.
  ReplicaLiveness liveness(const TopicPartition& partition, const BrokerIds& failed = {}) const;
  // Out of work for certain: its broker is gone or was told to stop it, or its directory failed.
  bool is_replica_dead(BrokerId id, const TopicPartition& partition) const;

  // ---- Topics ----------------------------------------------------------------------------------

  const std::map<std::string, Topic, std::less<>>& topics() const { return topics_; }
  Topic* topic(std::string_view name);
  const Topic* topic(std::string_view name) const;
  std::optional<std::string> topic_name(const Uuid& id) const;
  Uuid topic_id(std::string_view name) const;  // zero: none
  void add_topic(const std::string& name, const Uuid& id);
  void remove_topic(const std::string& name);

  Partition* partition(const TopicPartition& tp);
  const Partition* partition(const TopicPartition& tp) const;
  // Null: no partition, or no leader was ever elected.
  const Leadership* leadership(const TopicPartition& tp) const;
  std::vector<TopicPartition> all_partitions() const;
  std::vector<TopicPartition> partitions_of(std::string_view topic) const;
  std::vector<TopicPartition> partitions_on(BrokerId id) const;
  // RF > 1 and not queued for deletion: what a controlled shutdown has to move.
  std::vector<TopicPartition> partitions_led_by(BrokerId id) const;

  // ---- Topic deletion --------------------------------------------------------------------------

  std::set<std::string, std::less<>> topics_to_be_deleted;
  std::set<std::string, std::less<>> topics_with_deletion_started;
  std::set<std::string, std::less<>> topics_ineligible_for_deletion;
  bool is_queued_for_deletion(std::string_view topic) const {
    return topics_to_be_deleted.contains(topic);
  }

 private:
  const ControllerEpoch epoch_;
  std::map<BrokerId, BrokerInfo> brokers_;
  std::set<BrokerId> shutting_down_;
  std::map<BrokerId, std::set<TopicPartition>> offline_dirs_;
  std::map<std::string, Topic, std::less<>> topics_;
  std::map<Uuid, std::string> topic_names_;
};

}  // namespace barnabas::controller
