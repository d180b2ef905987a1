// Questions and orders to a cluster, asked as Kafka's own Admin client asks them.
//
// Any broker answers questions; orders go to the controller, which is looked up again when it has
// moved. Each call speaks the newest version that both sides know and is tried again, at another
// broker if there is one, until default.api.timeout.ms.
// Threads  externally synchronized; every call blocks. Not to be called on the transport's
// executor. Failure  a Result: the broker's code with its message (Kafka's text where it sent
// none), or
//          REQUEST_TIMED_OUT in the words of Kafka's client.
// Source   Kafka 3.9, KafkaAdminClient.java
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admin/admin_config.h"
#include "admin/cluster_model.h"
#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/transport.h"

namespace barnabas::admin {

class ClusterClient;

class AdminClient {
 public:
  // `home` is the executor on which the transport's channels live.
  AdminClient(AdminConfig config, protocol::Transport& transport, Executor& home,
              const Clock& clock);
  ~AdminClient();

  // For what is not asked here: consumer groups (group_client.h).
  ClusterClient& cluster() { return *cluster_; }

  Result<std::vector<TopicListing>> list_topics();
  // In the order of `topics`. Error: one of them does not exist.
  Result<std::vector<TopicInfo>> describe_topics(const std::vector<std::string>& topics);
  Result<TopicInfo> describe_topic(const Uuid& topic_id);
  // By topic.
  Result<std::map<std::string, TopicConfigEntries>> describe_topic_configs(
      const std::vector<std::string>& topics);
  // Of one topic, of one broker, or of all brokers (an empty name), with their synonyms.
  Result<std::vector<ResourceConfigEntry>> describe_configs(ConfigResource type,
                                                            const std::string& name);
  Result<std::set<BrokerId>> live_brokers();
  // None when the cluster does not know the question, as Kafka's tool takes it.
  Result<Reassignments> list_reassignments(const std::vector<TopicPartition>& partitions);

  Result<void> create_topic(const NewTopic& topic);
  // The first error, if there is one; the other topics get their partitions all the same.
  Result<void> create_partitions(const std::vector<NewPartitions>& topics);
  Result<void> alter_topic_configs(const std::string& topic,
                                   const std::map<std::string, std::string>& set,
                                   const std::vector<std::string>& deleted);
  // The first error, if there is one; the other topics are deleted all the same.
  Result<void> delete_topics(const std::vector<std::string>& topics);
  // `partitions` nullopt: all of the cluster; those that needed no election are left out then.
  Result<std::vector<ElectionResult>> elect_leaders(
      ElectionType type, const std::optional<std::vector<TopicPartition>>& partitions);

 private:
  std::unique_ptr<ClusterClient> cluster_;
};

}  // namespace barnabas::admin
