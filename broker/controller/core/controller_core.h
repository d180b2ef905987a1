// The rules of an active controller: what happens in the cluster goes in, what is to be done comes
// out. One object is one term, from election to resignation.
//
// Events are handled one after another and never wait: a write to ZooKeeper is an effect, its
// answer a later event. Between the two the change is proposed, not committed, and nobody is told
// of it. Invariants  No broker is told of a leadership before ZooKeeper holds it. One write in
// flight per
//             partition. Leader epochs only rise.
// Threads     externally synchronized (the shell's executor).
// Failure     A refused write is decided anew (PartitionUpdates). The shell ends the term when the
//             fencing check fails; this object then just goes away.
// Source      Kafka 3.9, kafka/controller/KafkaController.scala
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/controller/core/controller_context.h"
#include "broker/controller/core/effects.h"
#include "broker/controller/core/partition_updates.h"
#include "broker/controller/core/topic_deletion.h"

namespace barnabas::controller {

struct ControllerCoreOptions {
  bool delete_topic_enable = true;
  int leader_imbalance_per_broker_percentage = 10;
  bool leader_recovery_supported = true;  // brokers can be told that a leader is RECOVERING
};

using PartitionErrors = std::vector<std::pair<TopicPartition, ErrorCode>>;

class ControllerCore {
 public:
  ControllerCore(ControllerCoreOptions options, ControllerEpoch epoch);

  // ---- The cluster, as ZooKeeper tells it ------------------------------------------------------

  // First event of the term.
  void on_elected(const ClusterSnapshot& snapshot, Effects& out);
  // All of /brokers/ids.
  void on_brokers_read(const std::map<BrokerId, BrokerInfo>& current, Effects& out);
  // The registration of a broker has vanished, before the rest of /brokers/ids was read.
  void on_broker_gone(BrokerId id, Effects& out);
  // The children of /brokers/topics. Asks for those that are new.
  void on_topics_listed(const std::set<std::string>& names, Effects& out);
  // Topic znodes: new topics, or known ones with partitions added.
  void on_topics_read(const std::vector<TopicSnapshot>& topics, Effects& out);
  // The children of /admin/delete_topics.
  void on_deletions_listed(const std::set<std::string>& names, Effects& out);
  // DeleteTopicNodes was carried out.
  void on_topic_deleted(const std::string& topic, Effects& out);
  // These brokers have reported a failed log directory.
  void on_log_dir_failure(const std::set<BrokerId>& brokers, Effects& out);
  // The topic's config allows unclean elections now.
  void on_unclean_election_enabled(const std::string& topic, Effects& out);

  void on_state_written(const TopicPartition& partition, WriteResult result,
                        PartitionEpoch new_version, Effects& out);
  void on_state_read(const TopicPartition& partition, const std::optional<Leadership>& read,
                     Effects& out);
  void on_unclean_flag_read(const std::string& topic, bool unclean, Effects& out);

  // ---- Answers of brokers ----------------------------------------------------------------------

  void on_leader_and_isr_answered(BrokerId broker, BrokerEpoch epoch, ErrorCode error,
                                  const PartitionErrors& errors, Effects& out);
  void on_stop_replica_answered(BrokerId broker, BrokerEpoch epoch, const StopReplicaData& sent,
                                ErrorCode error, const PartitionErrors& errors, Effects& out);

  // ---- Requests --------------------------------------------------------------------------------

  void alter_partition(Token token, AlterPartition request, Effects& out);
  void controlled_shutdown(Token token, BrokerId broker, BrokerEpoch epoch, Effects& out);
  // Answered when the elections have been written, or have failed.
  void elect_leaders(Token token, ElectionType type, const std::vector<TopicPartition>& partitions,
                     Effects& out);
  // Time to look whether leaders are where they should be.
  void on_leader_balance_tick(Effects& out);

  const ControllerContext& context() const { return context_; }
  // NONE: this is the broker as registered now. BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH.
  ErrorCode check_broker(BrokerId broker, BrokerEpoch epoch) const;

 private:
  // What is owed when a round has finished.
  struct AlterPartitionRound {
    Token token;
    AlterPartitionAnswer answer;
  };
  struct ShutdownRound {
    Token token;
    BrokerId broker;
  };
  struct ElectionRound {
    Token token;
    ElectionType type;
    ElectLeadersAnswer settled;
  };
  using Owed = std::variant<AlterPartitionRound, ShutdownRound, ElectionRound>;

  // Closes `round`, and answers what has finished.
  void close(RoundId round, Effects& out);
  void answer_finished(Effects& out);
  void answer(AlterPartitionRound owed, const FinishedRound& round, Effects& out);
  void answer(ShutdownRound owed, const FinishedRound& round, Effects& out);
  void answer(ElectionRound owed, const FinishedRound& round, Effects& out);

  void on_broker_startup(const std::vector<BrokerId>& brokers, Effects& out);
  void on_broker_failure(const std::vector<BrokerId>& brokers, Effects& out);
  // Registered no more, or on a failed directory.
  void on_replicas_offline(const std::vector<std::pair<BrokerId, TopicPartition>>& replicas,
                           Effects& out);
  void add_partitions(const std::vector<TopicPartition>& partitions, Effects& out);
  bool needs_leader(const TopicPartition& partition) const;
  bool needs_update(const TopicPartition& partition) const;
  std::vector<TopicPartition> partitions_without_leader() const;

  const ControllerCoreOptions options_;
  ControllerContext context_;
  PartitionUpdates updates_;
  TopicDeletion deletion_;
  std::map<RoundId, Owed> owed_;
  std::set<std::string> topics_being_read_;
};

}  // namespace barnabas::controller
