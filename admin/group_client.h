// Questions and orders about consumer groups, asked as Kafka's own Admin client asks them.
//
// They go to the coordinator of the group, which is looked up again when it has moved; what passes
// by waiting (a coordinator that loads, a leader that is being elected) is tried again until
// `timeout`. Threads  externally synchronized; every call blocks. Not to be called on the
// transport's executor. Failure  a Result: the broker's code with Kafka's text for it, or
// REQUEST_TIMED_OUT in the words of
//          Kafka's client.
// Source   Kafka 3.9, KafkaAdminClient.java, admin/internals/*Handler.java,
// CoordinatorStrategy.java
#pragma once

#include <map>
#include <string>
#include <vector>

#include "admin/cluster_client.h"
#include "admin/group_model.h"
#include "broker/base/clock.h"

namespace barnabas::admin {

inline constexpr std::int64_t kLatestTimestamp = -1;
inline constexpr std::int64_t kEarliestTimestamp = -2;

class GroupClient {
 public:
  // `timeout`: of each call.
  GroupClient(ClusterClient& cluster, Duration timeout) : cluster_(cluster), timeout_(timeout) {}

  Result<std::vector<BrokerEndpoint>> brokers();
  // Groups of the consumer protocol, or of none, that `brokers` coordinate. Empty filters: any.
  Result<std::vector<GroupListing>> list_groups(const std::vector<BrokerEndpoint>& brokers,
                                                const std::vector<std::string>& states,
                                                const std::vector<std::string>& types);
  // A group that does not exist is Dead.
  Result<GroupDescription> describe_group(const std::string& group);
  Result<CommittedOffsets> committed_offsets(const std::string& group);
  // Error: the first partition that was refused.
  Result<void> commit_offsets(const std::string& group,
                              const std::vector<std::pair<TopicPartition, std::int64_t>>& offsets);
  // By partition, in the order given. Error: the whole was refused.
  Result<PartitionErrors> delete_offsets(const std::string& group,
                                         const std::vector<TopicPartition>& partitions);
  Result<void> delete_group(const std::string& group);

  // What ListOffsets answers for `timestamp` (ms, or one of the two above); -1: no such record.
  // Error: one of the partitions could not be asked.
  Result<std::map<TopicPartition, std::int64_t>> list_offsets(
      const std::vector<TopicPartition>& partitions, std::int64_t timestamp);
  // Ascending. Error: the topic does not exist.
  Result<std::vector<TopicPartition>> partitions_of(const std::string& topic);

 private:
  ClusterClient::Terms terms() const { return {.until = cluster_.now() + timeout_}; }

  ClusterClient& cluster_;
  const Duration timeout_;
};

}  // namespace barnabas::admin
