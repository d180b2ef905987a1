#include "broker/controller/core/controller_context.h"

#include <utility>

namespace barnabas::controller {

bool Partition::move_to(PartitionState next) {
  if (!is_valid_transition(state, next)) return false;
  state = next;
  return true;
}

bool Partition::move_replica_to(BrokerId id, ReplicaState next) {
  if (!is_valid_transition(replica_state(id), next)) return false;
  if (next == ReplicaState::kNonExistent) {
    replica_states.erase(id);
  } else {
    replica_states[id] = next;
  }
  return true;
}

const BrokerInfo* ControllerContext::broker(BrokerId id) const {
  const auto found = brokers_.find(id);
  return found == brokers_.end() ? nullptr : &found->second;
}

void ControllerContext::put_broker(BrokerInfo broker) {
  const BrokerId id = broker.id;
  brokers_.insert_or_assign(id, std::move(broker));
}

void ControllerContext::remove_broker(BrokerId id) {
  brokers_.erase(id);
  shutting_down_.erase(id);
  offline_dirs_.erase(id);
}

const std::set<TopicPartition>& ControllerContext::replicas_on_offline_dirs(BrokerId id) const {
  static const std::set<TopicPartition> kNone;
  const auto found = offline_dirs_.find(id);
  return found == offline_dirs_.end() ? kNone : found->second;
}

void ControllerContext::set_replica_on_offline_dir(BrokerId id, const TopicPartition& partition,
                                                   bool offline) {
  if (offline) {
    offline_dirs_[id].insert(partition);
  } else if (const auto found = offline_dirs_.find(id); found != offline_dirs_.end()) {
    found->second.erase(partition);
  }
}

bool ControllerContext::is_replica_online(BrokerId id, const TopicPartition& partition,
                                          bool include_shutting_down) const {
  const bool broker_online = include_shutting_down ? is_registered(id) : is_live(id);
  return broker_online && !replicas_on_offline_dirs(id).contains(partition);
}

ReplicaLiveness ControllerContext::liveness(const TopicPartition& partition,
                                            const BrokerIds& failed) const {
  return {
      .online =
          [this, partition, failed](BrokerId id) {
            return !contains(failed, id) && is_replica_online(id, partition);
          },
      .online_or_shutting_down =
          [this, partition, failed](BrokerId id) {
            return !contains(failed, id) && is_replica_online(id, partition, true);
          },
      .shutting_down = [this](BrokerId id) { return is_shutting_down(id); },
  };
}

bool ControllerContext::is_replica_dead(BrokerId id, const TopicPartition& tp) const {
  if (!is_replica_online(id, tp, true)) return true;
  const Partition* known = partition(tp);
  return known && known->replica_state(id) == ReplicaState::kOffline;
}

Topic* ControllerContext::topic(std::string_view name) {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

const Topic* ControllerContext::topic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

std::optional<std::string> ControllerContext::topic_name(const Uuid& id) const {
  const auto found = topic_names_.find(id);
  if (found == topic_names_.end()) return std::nullopt;
  return found->second;
}

Uuid ControllerContext::topic_id(std::string_view name) const {
  const Topic* found = topic(name);
  return found ? found->id : Uuid{};
}

void ControllerContext::add_topic(const std::string& name, const Uuid& id) {
  topics_[name].id = id;
  if (!id.is_zero()) topic_names_[id] = name;
}

void ControllerContext::remove_topic(const std::string& name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return;
  for (auto& [id, offline] : offline_dirs_) {
    std::erase_if(offline, [&](const TopicPartition& tp) { return tp.topic == name; });
  }
  topic_names_.erase(found->second.id);
  topics_.erase(found);
  topics_to_be_deleted.erase(name);
  topics_with_deletion_started.erase(name);
  topics_ineligible_for_deletion.erase(name);
}

Partition* ControllerContext::partition(const TopicPartition& tp) {
  return const_cast<Partition*>(std::as_const(*this).partition(tp));
}

const Partition* ControllerContext::partition(const TopicPartition& tp) const {
  const Topic* known = topic(tp.topic);
  if (!known) return nullptr;
  const auto found = known->partitions.find(tp.partition);
  return found == known->partitions.end() ? nullptr : &found->second;
}

const Leadership* ControllerContext::leadership(const TopicPartition& tp) const {
  const Partition* known = partition(tp);
  return known && known->leadership ? &*known->leadership : nullptr;
}

std::vector<TopicPartition> ControllerContext::all_partitions() const {
  std::vector<TopicPartition> all;
  for (const auto& [name, topic] : topics_) {
    for (const auto& [id, partition] : topic.partitions) all.push_back({name, id});
  }
  return all;
}

std::vector<TopicPartition> ControllerContext::partitions_of(std::string_view name) const {
  std::vector<TopicPartition> all;
  if (const Topic* known = topic(name)) {
    for (const auto& [id, partition] : known->partitions) all.push_back({std::string(name), id});
  }
  return all;
}

std::vector<TopicPartition> ControllerContext::partitions_on(BrokerId id) const {
  std::vector<TopicPartition> on;
  for (const auto& [name, topic] : topics_) {
    for (const auto& [number, partition] : topic.partitions) {
      if (contains(partition.assignment.replicas, id)) on.push_back({name, number});
    }
  }
  return on;
}

std::vector<TopicPartition> ControllerContext::partitions_led_by(BrokerId id) const {
  std::vector<TopicPartition> led;
  for (const auto& [name, topic] : topics_) {
    if (is_queued_for_deletion(name)) continue;
    for (const auto& [number, partition] : topic.partitions) {
      if (partition.leadership && partition.leadership->state.leader == id &&
          partition.assignment.replicas.size() > 1) {
        led.push_back({name, number});
      }
    }
  }
  return led;
}

}  // namespace barnabas::controller
