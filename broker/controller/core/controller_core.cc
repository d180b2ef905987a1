#include "broker/controller/core/controller_core.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "broker/controller/core/broker_changes.h"

namespace barnabas::controller {
namespace {

LogLine info(std::string text) {
  return {LogLine::Level::kInfo, std::move(text)};
}
LogLine warn(std::string text) {
  return {LogLine::Level::kWarn, std::move(text)};
}

std::vector<BrokerId> ids_of(const std::vector<BrokerInfo>& brokers) {
  std::vector<BrokerId> ids;
  for (const BrokerInfo& broker : brokers) ids.push_back(broker.id);
  return ids;
}

}  // namespace

ControllerCore::ControllerCore(ControllerCoreOptions options, ControllerEpoch epoch)
    : options_(options),
      context_(epoch),
      updates_(context_, options.leader_recovery_supported),
      deletion_(context_) {}

bool ControllerCore::needs_leader(const TopicPartition& tp) const {
  if (context_.is_queued_for_deletion(tp.topic)) return false;
  const Partition& partition = *context_.partition(tp);
  if (!partition.leadership || partition.state == PartitionState::kOffline) return true;
  return !context_.is_replica_online(partition.leadership->state.leader, tp);
}

bool ControllerCore::needs_update(const TopicPartition& tp) const {
  if (needs_leader(tp)) return true;
  if (context_.is_queued_for_deletion(tp.topic)) return false;
  const BrokerIds& isr = context_.leadership(tp)->state.isr;
  return std::any_of(isr.begin(), isr.end(),
                     [&](BrokerId id) { return context_.is_replica_dead(id, tp); });
}

std::vector<TopicPartition> ControllerCore::partitions_without_leader() const {
  std::vector<TopicPartition> all = context_.all_partitions();
  std::erase_if(all, [&](const TopicPartition& tp) { return !needs_leader(tp); });
  return all;
}

void ControllerCore::on_elected(const ClusterSnapshot& snapshot, Effects& out) {
  for (const auto& [id, broker] : snapshot.brokers) {
    context_.put_broker(broker);
    out.push_back(AddBroker{broker});
  }
  for (const TopicSnapshot& topic : snapshot.topics) {
    context_.add_topic(topic.name, topic.id);
    for (const auto& [id, assignment] : topic.assignment) {
      Partition& partition = context_.topic(topic.name)->partitions[id];
      partition.assignment = assignment;
      const auto found = snapshot.leaderships.find({topic.name, id});
      if (found != snapshot.leaderships.end()) partition.leadership = found->second;
    }
  }
  std::set<std::string> deletions;
  std::vector<std::string> dropped;
  for (const std::string& topic : snapshot.topics_to_delete) {
    if (!options_.delete_topic_enable) {
      dropped.push_back(topic);
    } else if (context_.topic(topic)) {
      deletions.insert(topic);
    } else {
      // The earlier controller came no further than the topic itself: its config may be left.
      out.push_back(DeleteTopicNodes{topic});
    }
  }
  if (!dropped.empty()) out.push_back(DropDeletionRequests{std::move(dropped)});
  context_.topics_to_be_deleted.insert(deletions.begin(), deletions.end());

  // Brokers must know who lives before they are told whom to follow.
  RequestBatch live_brokers;
  live_brokers.add_update_metadata(context_, {});
  live_brokers.send(context_, out);

  // What needs no write is told at once; the rest when it is written.
  RequestBatch now;
  const RoundId round = updates_.open_round();
  for (const TopicPartition& tp : context_.all_partitions()) {
    Partition& partition = *context_.partition(tp);
    if (!partition.leadership) {
      partition.state = PartitionState::kNew;
    } else {
      partition.state = context_.is_replica_online(partition.leadership->state.leader, tp)
                            ? PartitionState::kOnline
                            : PartitionState::kOffline;
    }
    BrokerIds online;
    for (BrokerId id : partition.assignment.replicas) {
      if (context_.is_replica_online(id, tp)) {
        partition.replica_states[id] = ReplicaState::kOnline;
        online.push_back(id);
      } else {
        partition.replica_states[id] = context_.is_queued_for_deletion(tp.topic)
                                           ? ReplicaState::kDeletionIneligible
                                           : ReplicaState::kOffline;
      }
    }
    const bool write = needs_update(tp);
    if (partition.leadership) {
      RequestBatch& batch = write ? updates_.batch(round) : now;
      batch.add_leader_and_isr(context_, online, tp, false);
    }
    if (write) updates_.submit(round, tp, {.kind = Update::Kind::kReconcile}, out);
  }
  now.send(context_, out);
  close(round, out);
  deletion_.start(deletions, out);
}

void ControllerCore::on_brokers_read(const std::map<BrokerId, BrokerInfo>& current, Effects& out) {
  const BrokerChanges changes = compare_brokers(context_.brokers(), current);
  if (!changes.started.empty() || !changes.bounced.empty() || !changes.dead.empty()) {
    std::vector<BrokerId> live;
    for (const auto& [id, broker] : current) live.push_back(id);
    out.push_back(info(fmt::format(
        "Newly added brokers: {}, deleted brokers: {}, bounced brokers: {}, all live brokers: {}",
        fmt::join(ids_of(changes.started), ","), fmt::join(changes.dead, ","),
        fmt::join(ids_of(changes.bounced), ","), fmt::join(live, ","))));
  }
  for (const BrokerInfo& broker : changes.started) out.push_back(AddBroker{broker});
  for (const BrokerInfo& broker : changes.bounced) {
    out.push_back(RemoveBroker{broker.id});
    out.push_back(AddBroker{broker});
  }
  for (BrokerId id : changes.dead) out.push_back(RemoveBroker{id});

  if (!changes.started.empty()) {
    for (const BrokerInfo& broker : changes.started) context_.put_broker(broker);
    on_broker_startup(ids_of(changes.started), out);
  }
  if (!changes.bounced.empty()) {
    const std::vector<BrokerId> ids = ids_of(changes.bounced);
    for (BrokerId id : ids) context_.remove_broker(id);
    on_broker_failure(ids, out);
    for (const BrokerInfo& broker : changes.bounced) context_.put_broker(broker);
    on_broker_startup(ids, out);
  }
  if (!changes.dead.empty()) {
    for (BrokerId id : changes.dead) context_.remove_broker(id);
    on_broker_failure(changes.dead, out);
  }
  if (!changes.updated.empty()) {
    for (const BrokerInfo& broker : changes.updated) {
      context_.put_broker(broker);
      out.push_back(AddBroker{broker});
    }
    RequestBatch batch;
    batch.add_update_metadata(context_, {});
    batch.send(context_, out);
  }
}

void ControllerCore::on_broker_gone(BrokerId id, Effects& out) {
  if (!context_.is_registered(id)) return;
  out.push_back(info(fmt::format("Broker {} is gone", id)));
  out.push_back(RemoveBroker{id});
  context_.remove_broker(id);
  on_broker_failure({id}, out);
}

void ControllerCore::on_broker_startup(const std::vector<BrokerId>& brokers, Effects& out) {
  const std::set<BrokerId> started(brokers.begin(), brokers.end());
  BrokerIds others;
  for (const auto& [id, broker] : context_.brokers()) {
    if (!started.contains(id)) others.push_back(id);
  }
  RequestBatch to_others;
  to_others.add_update_metadata(others, {});
  to_others.send(context_, out);

  std::vector<TopicPartition> led = context_.all_partitions();
  std::erase_if(led, [&](const TopicPartition& tp) {
    return !context_.leadership(tp) || context_.is_queued_for_deletion(tp.topic);
  });
  RequestBatch to_started;
  to_started.add_update_metadata(brokers, led);
  to_started.send(context_, out);

  // A partition that is being written was decided on before these brokers came, who may be the very
  // leader it has to do without: it is looked at again when it is written, and they hear of it
  // then.
  const RoundId round = updates_.open_round();
  std::vector<std::pair<BrokerId, TopicPartition>> to_tell;
  std::set<std::string> deletions;
  for (BrokerId id : brokers) {
    for (const TopicPartition& tp : context_.partitions_on(id)) {
      if (context_.is_queued_for_deletion(tp.topic)) deletions.insert(tp.topic);
      Partition& partition = *context_.partition(tp);
      if (partition.move_replica_to(id, ReplicaState::kOnline)) to_tell.emplace_back(id, tp);
    }
  }
  std::set<TopicPartition> to_reconcile;
  for (const TopicPartition& tp : context_.all_partitions()) {
    if (needs_leader(tp) || updates_.is_busy(tp)) to_reconcile.insert(tp);
  }
  for (const TopicPartition& tp : to_reconcile) {
    updates_.submit(round, tp, {.kind = Update::Kind::kReconcile}, out);
  }
  RequestBatch now;
  for (const auto& [id, tp] : to_tell) {
    if (to_reconcile.contains(tp)) {
      updates_.submit(round, tp, {.kind = Update::Kind::kTellReplica, .broker = id}, out);
    } else {
      now.add_leader_and_isr(context_, {id}, tp, false);
    }
  }
  now.send(context_, out);
  close(round, out);
  deletion_.on_replicas_online(deletions, out);
}

void ControllerCore::on_broker_failure(const std::vector<BrokerId>& brokers, Effects& out) {
  std::vector<std::pair<BrokerId, TopicPartition>> replicas;
  for (BrokerId id : brokers) {
    for (TopicPartition& tp : context_.partitions_on(id)) replicas.emplace_back(id, std::move(tp));
  }
  on_replicas_offline(replicas, out);
}

void ControllerCore::on_replicas_offline(
    const std::vector<std::pair<BrokerId, TopicPartition>>& replicas, Effects& out) {
  const RoundId round = updates_.open_round();
  // Though no partition may change, everybody learns who has gone.
  updates_.batch(round).add_update_metadata(context_, {});

  std::map<TopicPartition, BrokerIds> affected;  // with the replicas that failed
  for (const TopicPartition& tp : partitions_without_leader()) {
    Partition& partition = *context_.partition(tp);
    if (partition.leadership) partition.move_to(PartitionState::kOffline);
    affected.try_emplace(tp);
  }
  std::map<BrokerId, std::vector<TopicPartition>> deletions;
  for (const auto& [id, tp] : replicas) {
    if (context_.is_queued_for_deletion(tp.topic)) {
      deletions[id].push_back(tp);
      continue;
    }
    Partition& partition = *context_.partition(tp);
    partition.move_replica_to(id, ReplicaState::kOffline);
    // Reaches its broker when only a directory has failed.
    updates_.batch(round).add_stop_replica(context_, id, tp, false);
    if (partition.leadership) {
      const BrokerId offline = id;
      updates_.batch(round).add_leader_and_isr(
          context_,
          without(partition.assignment.replicas, [&](BrokerId other) { return other == offline; }),
          tp, false);
    }
    affected[tp].push_back(id);
  }
  for (auto& [tp, failed] : affected) {
    updates_.submit(round, tp, {.kind = Update::Kind::kReconcile, .failed = std::move(failed)},
                    out);
  }
  close(round, out);
  for (const auto& [id, partitions] : deletions) deletion_.fail_replicas(id, partitions, out);
}

void ControllerCore::on_topics_listed(const std::set<std::string>& names, Effects& out) {
  std::vector<std::string> removed;
  for (const auto& [name, topic] : context_.topics()) {
    if (!names.contains(name)) removed.push_back(name);
  }
  for (const std::string& name : removed) context_.remove_topic(name);

  std::vector<std::string> added;
  for (const std::string& name : names) {
    if (!context_.topic(name) && topics_being_read_.insert(name).second) added.push_back(name);
  }
  std::erase_if(topics_being_read_, [&](const std::string& name) { return !names.contains(name); });
  if (!added.empty() || !removed.empty()) {
    out.push_back(info(fmt::format("New topics: [{}], deleted topics: [{}]", fmt::join(added, ", "),
                                   fmt::join(removed, ", "))));
  }
  if (!added.empty()) out.push_back(ReadTopics{std::move(added)});
}

void ControllerCore::on_topics_read(const std::vector<TopicSnapshot>& topics, Effects& out) {
  std::vector<TopicPartition> added;
  for (const TopicSnapshot& topic : topics) {
    topics_being_read_.erase(topic.name);
    Topic* known = context_.topic(topic.name);
    if (!known) {
      context_.add_topic(topic.name, topic.id);
      known = context_.topic(topic.name);
    }
    std::vector<TopicPartition> new_partitions;
    for (const auto& [id, assignment] : topic.assignment) {
      if (!known->partitions.contains(id)) new_partitions.push_back({topic.name, id});
    }
    if (context_.is_queued_for_deletion(topic.name)) {
      if (new_partitions.empty()) continue;
      out.push_back(warn("Skipping adding partitions to topic " + topic.name +
                         " since it is currently being deleted"));
      TopicAssignment old;
      for (const auto& [id, partition] : known->partitions) old[id] = partition.assignment;
      out.push_back(RestoreAssignment{topic.name, known->id, std::move(old)});
      continue;
    }
    for (const TopicPartition& tp : new_partitions) {
      known->partitions[tp.partition].assignment = topic.assignment.at(tp.partition);
      added.push_back(tp);
    }
  }
  if (!added.empty()) add_partitions(added, out);
}

void ControllerCore::add_partitions(const std::vector<TopicPartition>& partitions, Effects& out) {
  const RoundId round = updates_.open_round();
  for (const TopicPartition& tp : partitions) {
    Partition& partition = *context_.partition(tp);
    partition.move_to(PartitionState::kNew);
    for (BrokerId id : partition.assignment.replicas) {
      partition.move_replica_to(id, ReplicaState::kNew);
      partition.move_replica_to(id, ReplicaState::kOnline);
    }
    updates_.submit(round, tp, {.kind = Update::Kind::kReconcile}, out);
  }
  close(round, out);
}

void ControllerCore::on_deletions_listed(const std::set<std::string>& names, Effects& out) {
  std::set<std::string> topics;
  std::vector<std::string> dropped;
  for (const std::string& name : names) {
    // A topic that is just being read is looked at again when it is known.
    if (topics_being_read_.contains(name)) continue;
    if (context_.topic(name) && options_.delete_topic_enable) {
      topics.insert(name);
    } else {
      dropped.push_back(name);
    }
  }
  if (!dropped.empty()) {
    out.push_back(
        warn(fmt::format("Ignoring requests to delete the topics {}", fmt::join(dropped, ","))));
    out.push_back(DropDeletionRequests{std::move(dropped)});
  }
  if (!topics.empty()) deletion_.enqueue(topics, out);
}

void ControllerCore::on_topic_deleted(const std::string& topic, Effects& out) {
  out.push_back(info("Deletion of topic " + topic + " successfully completed"));
  context_.remove_topic(topic);
}

void ControllerCore::on_log_dir_failure(const std::set<BrokerId>& brokers, Effects& out) {
  RequestBatch batch;
  for (BrokerId id : brokers) {
    for (const TopicPartition& tp : context_.partitions_on(id)) {
      Partition& partition = *context_.partition(tp);
      if (partition.move_replica_to(id, ReplicaState::kOnline) && partition.leadership) {
        batch.add_leader_and_isr(context_, {id}, tp, false);
      }
    }
  }
  batch.send(context_, out);
}

void ControllerCore::on_unclean_election_enabled(const std::string& topic, Effects& out) {
  const RoundId round = updates_.open_round();
  for (const TopicPartition& tp : context_.partitions_of(topic)) {
    if (needs_leader(tp)) updates_.submit(round, tp, {.kind = Update::Kind::kReconcile}, out);
  }
  close(round, out);
}

}  // namespace barnabas::controller
