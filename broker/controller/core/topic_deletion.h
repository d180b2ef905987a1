// Deletes topics: stops and deletes every replica, then the topic's znodes.
//
// A topic is in the queue from its znode under /admin/delete_topics until its own znodes are gone.
// It is ineligible while one of its replicas cannot be deleted, because its broker or log directory
// is down or because the broker said so; the return of the broker makes it eligible again.
// Invariants  A topic's znodes go only when every replica is known to be deleted. Brokers are told
//             to forget a topic (leader -2) before its replicas are stopped. While a topic is in
//             the queue the ISR in its state znodes is left alone: nobody will read it again.
// Threads     externally synchronized (ControllerCore).
// Source      Kafka 3.9, kafka/controller/TopicDeletionManager.scala
#pragma once

#include <set>
#include <string>
#include <vector>

#include "broker/controller/core/controller_context.h"
#include "broker/controller/core/effects.h"

namespace barnabas::controller {

class TopicDeletion {
 public:
  explicit TopicDeletion(ControllerContext& context) : context_(context) {}

  // Topics of /admin/delete_topics that exist; those in the queue already are ignored.
  void enqueue(const std::set<std::string>& topics, Effects& out);
  // At failover: the queue as found, ineligible where a replica is not online.
  void start(const std::set<std::string>& topics, Effects& out);

  // A broker started, or a directory works again: topics with replicas there are tried again.
  void on_replicas_online(const std::set<std::string>& topics, Effects& out);
  // Replicas of queued topics went down, or could not be deleted.
  void fail_replicas(BrokerId broker, const std::vector<TopicPartition>& partitions, Effects& out);
  // A broker says that it deleted these.
  void complete_replicas(BrokerId broker, const std::vector<TopicPartition>& partitions,
                         Effects& out);

 private:
  void resume(Effects& out);
  void begin(const std::set<std::string>& topics, Effects& out);
  void retry_ineligible_replicas(const std::set<std::string>& topics, Effects& out);
  bool all_replicas_in(const std::string& topic, ReplicaState state) const;
  bool any_replica_in(const std::string& topic, ReplicaState state) const;

  ControllerContext& context_;
  std::set<std::string> removing_nodes_;  // all replicas deleted, DeleteTopicNodes asked for
};

}  // namespace barnabas::controller
