// Questions and orders about partitions' logs, asked as Kafka's own Admin client asks them.
//
// Those about a partition go to its leader, which is looked up again when it has moved; what passes
// by waiting is tried again until default.api.timeout.ms.
// Threads  externally synchronized; every call blocks. Not to be called on the transport's
// executor. Failure  a Result per partition: the broker's code with Kafka's text for it, or
// REQUEST_TIMED_OUT
//          in the words of Kafka's client.
// Source   Kafka 3.9, KafkaAdminClient.java, admin/internals/DeleteRecordsHandler.java,
//          ListOffsetsHandler.java, PartitionLeaderStrategy.java
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/cluster_client.h"
#include "broker/base/result.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

using PartitionOffsets = std::map<TopicPartition, Result<std::int64_t>>;

struct LogDirReplica {
  TopicPartition partition;
  std::int64_t size_bytes = 0;
  std::int64_t offset_lag = 0;
  bool is_future = false;
};
struct LogDirReport {
  std::string path;
  ErrorCode error = ErrorCode::kNone;
  std::vector<LogDirReplica> replicas;  // as the broker sent them
};

class LogClient {
 public:
  explicit LogClient(ClusterClient& cluster) : cluster_(cluster) {}

  // Deletes the records below the offsets; answers low watermarks.
  PartitionOffsets delete_records(const std::map<TopicPartition, std::int64_t>& before_offsets);
  // What ListOffsets answers for `timestamp` (ms, or a negative question); -1: no such record.
  // Waits until default.api.timeout.ms from now, or `until`.
  PartitionOffsets list_offsets(const std::vector<TopicPartition>& partitions,
                                std::int64_t timestamp) {
    return list_offsets(partitions, timestamp, cluster_.deadline());
  }
  PartitionOffsets list_offsets(const std::vector<TopicPartition>& partitions,
                                std::int64_t timestamp, Time until);
  // Error: CLUSTER_AUTHORIZATION_FAILED also where an old broker says nothing.
  Result<std::vector<LogDirReport>> describe_log_dirs(BrokerId broker);

 private:
  using Partitions = std::vector<TopicPartition>;
  using Answers = std::vector<std::pair<TopicPartition, Result<std::int64_t>>>;
  // Asks one leader. Error: none of its partitions has an answer.
  using Ask = std::function<Result<Answers>(BrokerId leader, const Partitions&, const CallTerms&)>;
  struct Question {
    std::string_view lookup_name;
    bool unknown_topic_is_final = false;
    Ask ask;
  };

  PartitionOffsets ask_leaders(const Question& question, const Partitions& partitions, Time until);
  // Takes the partitions whose topic has a final error out of `left`, into `settled`.
  Result<std::map<BrokerId, Partitions>> leaders_of(const Question& question,
                                                    const CallTerms& terms,
                                                    std::set<TopicPartition>& left,
                                                    PartitionOffsets& settled);

  ClusterClient& cluster_;
};

}  // namespace barnabas::admin
