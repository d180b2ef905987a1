// kafka-consumer-groups at work: one action on a cluster, told as Kafka's tool tells it.
//
// Threads  externally synchronized; run() blocks.
// Failure  GroupCommandError and ResetError: what ends the command, in Java's words; UsageError:
// the
//          message and the help.
// Source   Kafka 3.9, ConsumerGroupCommand.java
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "admin/group_client.h"
#include "admin/reset_plan.h"
#include "admin/tool.h"

namespace barnabas::admin {

class GroupCommandError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class GroupCommand {
 public:
  GroupCommand(const Options& options, GroupClient& client) : options_(options), client_(client) {}

  // Prints its results on standard output.
  void run();

 private:
  void list();
  void describe();
  void delete_groups();
  void reset_offsets();
  void delete_offsets();

  // In the order of the hash map that Kafka's tool collects the answers in; each once.
  std::vector<std::string> chosen_groups();
  std::vector<GroupListing> listed_groups(const std::vector<std::string>& states,
                                          const std::vector<std::string>& types,
                                          std::string_view wrapped);
  GroupDescription described_group(const std::string& group, std::string_view wrapped);
  CommittedOffsets committed(const std::string& group);
  OffsetMap offsets_at(const std::vector<TopicPartition>& partitions, std::int64_t timestamp);

  std::vector<TopicPartition> partitions_to_reset(const std::string& group);
  PlannedOffsets plan_reset(const std::string& group,
                            const std::vector<TopicPartition>& partitions);
  PlannedOffsets plan_to_current(const std::string& group,
                                 const std::vector<TopicPartition>& partitions);
  PlannedOffsets plan_to_time(const std::vector<TopicPartition>& partitions,
                              std::int64_t timestamp);
  PlannedOffsets plan_from_file(const std::string& group);
  PlannedOffsets in_log(const PlannedOffsets& requested);

  const Options& options_;
  GroupClient& client_;
};

}  // namespace barnabas::admin
