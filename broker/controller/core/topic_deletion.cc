#include "broker/controller/core/topic_deletion.h"

#include "broker/controller/core/request_batch.h"

namespace barnabas::controller {
namespace {

template <typename Visit>  // Visit(TopicPartition, Partition&, BrokerId)
void for_each_replica(ControllerContext& context, const std::string& name, Visit visit) {
  Topic* topic = context.topic(name);
  if (!topic) return;
  for (auto& [id, partition] : topic->partitions) {
    for (BrokerId replica : partition.assignment.replicas) {
      visit(TopicPartition{name, id}, partition, replica);
    }
  }
}

}  // namespace

bool TopicDeletion::all_replicas_in(const std::string& topic, ReplicaState state) const {
  bool all = true;
  for_each_replica(context_, topic, [&](const TopicPartition&, Partition& partition, BrokerId id) {
    all = all && partition.replica_state(id) == state;
  });
  return all;
}

bool TopicDeletion::any_replica_in(const std::string& topic, ReplicaState state) const {
  bool any = false;
  for_each_replica(context_, topic, [&](const TopicPartition&, Partition& partition, BrokerId id) {
    any = any || partition.replica_state(id) == state;
  });
  return any;
}

void TopicDeletion::enqueue(const std::set<std::string>& topics, Effects& out) {
  // Before the names are queued: those of topics that have gone may come again.
  std::erase_if(removing_nodes_,
                [&](const std::string& topic) { return !context_.is_queued_for_deletion(topic); });
  context_.topics_to_be_deleted.insert(topics.begin(), topics.end());
  resume(out);
}

void TopicDeletion::start(const std::set<std::string>& topics, Effects& out) {
  context_.topics_to_be_deleted.insert(topics.begin(), topics.end());
  for (const std::string& topic : topics) {
    for_each_replica(context_, topic, [&](const TopicPartition& tp, Partition&, BrokerId id) {
      if (!context_.is_replica_online(id, tp)) {
        context_.topics_ineligible_for_deletion.insert(topic);
      }
    });
  }
  resume(out);
}

void TopicDeletion::on_replicas_online(const std::set<std::string>& topics, Effects& out) {
  bool any = false;
  for (const std::string& topic : topics) {
    if (!context_.is_queued_for_deletion(topic)) continue;
    context_.topics_ineligible_for_deletion.erase(topic);
    any = true;
  }
  if (any) resume(out);
}

void TopicDeletion::fail_replicas(BrokerId broker, const std::vector<TopicPartition>& partitions,
                                  Effects& out) {
  bool any = false;
  for (const TopicPartition& tp : partitions) {
    Partition* partition = context_.partition(tp);
    if (!partition || !context_.is_queued_for_deletion(tp.topic)) continue;
    partition->move_replica_to(broker, ReplicaState::kDeletionIneligible);
    context_.topics_ineligible_for_deletion.insert(tp.topic);
    any = true;
  }
  if (any) resume(out);
}

void TopicDeletion::complete_replicas(BrokerId broker,
                                      const std::vector<TopicPartition>& partitions, Effects& out) {
  for (const TopicPartition& tp : partitions) {
    Partition* partition = context_.partition(tp);
    if (partition && context_.is_queued_for_deletion(tp.topic)) {
      partition->move_replica_to(broker, ReplicaState::kDeletionSuccessful);
    }
  }
  resume(out);
}

void TopicDeletion::resume(Effects& out) {
  std::set<std::string> to_retry;
  std::set<std::string> to_begin;
  for (const std::string& topic : context_.topics_to_be_deleted) {
    if (removing_nodes_.contains(topic)) continue;
    if (all_replicas_in(topic, ReplicaState::kDeletionSuccessful)) {
      removing_nodes_.insert(topic);
      out.push_back(DeleteTopicNodes{topic});
      continue;
    }
    if (any_replica_in(topic, ReplicaState::kDeletionStarted)) continue;
    if (any_replica_in(topic, ReplicaState::kDeletionIneligible)) to_retry.insert(topic);
    if (!context_.topics_ineligible_for_deletion.contains(topic)) {
      out.push_back(LogLine{LogLine::Level::kInfo, "Deletion of topic " + topic + " (re)started"});
      to_begin.insert(topic);
    }
  }
  if (!to_retry.empty()) retry_ineligible_replicas(to_retry, out);
  if (!to_begin.empty()) begin(to_begin, out);
}

void TopicDeletion::retry_ineligible_replicas(const std::set<std::string>& topics, Effects& out) {
  RequestBatch batch;
  for (const std::string& topic : topics) {
    for_each_replica(context_, topic,
                     [&](const TopicPartition& tp, Partition& partition, BrokerId id) {
                       if (partition.replica_state(id) != ReplicaState::kDeletionIneligible) return;
                       partition.move_replica_to(id, ReplicaState::kOffline);
                       batch.add_stop_replica(context_, id, tp, false);
                     });
  }
  batch.send(context_, out);
}

void TopicDeletion::begin(const std::set<std::string>& topics, Effects& out) {
  RequestBatch forget;
  RequestBatch stop;
  RequestBatch remove;
  for (const std::string& name : topics) {
    if (context_.topics_with_deletion_started.insert(name).second) {
      for (auto& [id, partition] : context_.topic(name)->partitions) {
        partition.move_to(PartitionState::kOffline);
        partition.move_to(PartitionState::kNonExistent);
      }
    }
    forget.add_update_metadata(context_, context_.partitions_of(name));

    for_each_replica(context_, name,
                     [&](const TopicPartition& tp, Partition& partition, BrokerId id) {
                       if (!context_.is_replica_online(id, tp)) {
                         partition.move_replica_to(id, ReplicaState::kDeletionIneligible);
                         context_.topics_ineligible_for_deletion.insert(name);
                         return;
                       }
                       if (partition.replica_state(id) == ReplicaState::kDeletionSuccessful) return;
                       if (partition.move_replica_to(id, ReplicaState::kOffline)) {
                         stop.add_stop_replica(context_, id, tp, false);
                       }
                       if (partition.move_replica_to(id, ReplicaState::kDeletionStarted)) {
                         remove.add_stop_replica(context_, id, tp, true);
                       }
                     });
  }
  forget.send(context_, out);
  stop.send(context_, out);
  remove.send(context_, out);
}

}  // namespace barnabas::controller
