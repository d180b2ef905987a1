// Answers to clients that wait until this broker's metadata shows what was done.
//
// Threads  externally synchronized (ControllerCore).
// Source   Kafka 3.9, DelayedCreatePartitions.scala, DelayedDeleteTopics.scala,
//          DelayedElectLeader.scala
#pragma once

#include <map>
#include <set>
#include <string>

#include "broker/controller/core/effects.h"
#include "broker/controller/core/metadata_view.h"

namespace barnabas::controller {

class DelayedOperations {
 public:
  // Until partitions 0 to n - 1 of each topic have a leader.
  void await_created(Token token, std::map<std::string, std::int32_t> partition_counts);
  // Until none of the topics is known any more.
  void await_deleted(Token token, std::set<std::string> topics);
  // Until the partitions are led by these; `settled` is answered with them.
  void await_leaders(Token token, std::map<TopicPartition, BrokerId> expected,
                     ElectLeadersAnswer settled);

  // Answers those that are fulfilled; called when the metadata changed.
  void check(const MetadataView& metadata, Effects& out);
  // The client waits no longer: what is not there yet is answered REQUEST_TIMED_OUT. A token that
  // was answered already is ignored.
  void expire(Token token, const MetadataView& metadata, Effects& out);

 private:
  struct LeaderWait {
    std::map<TopicPartition, BrokerId> expected;
    ElectLeadersAnswer settled;
  };
  using TopicResults = std::map<std::string, ErrorCode>;
  static TopicResults look(const MetadataView& metadata,
                           const std::map<std::string, std::int32_t>& created);
  static TopicResults look(const MetadataView& metadata, const std::set<std::string>& deleted);
  static ElectLeadersAnswer look(const MetadataView& metadata, const LeaderWait& wait);

  std::map<Token, std::map<std::string, std::int32_t>> created_;
  std::map<Token, std::set<std::string>> deleted_;
  std::map<Token, LeaderWait> leaders_;
};

}  // namespace barnabas::controller
