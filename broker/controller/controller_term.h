// One term as the active controller: loads the cluster, then feeds the ControllerCore with what
// ZooKeeper, brokers and clients say, and carries out its effects.
//
// Invariants  Effects are carried out in the order in which the core gave them, also when one leads
//             to another event. While the cluster is being loaded, requests wait and watch events
//             are kept for later.
// Threads     bound to the executor of the ZooKeeper session.
// Lifetime    stop() ends the term at once: callbacks are silenced, whoever waits is answered
//             NOT_CONTROLLER. The object may be destroyed later, never from inside its own call.
// Failure     `moved` is told when the term is over: fenced, or a later controller was seen.
//             `failed` is told when it cannot begin: the cluster cannot be read.
// Source      Kafka 3.9, KafkaController.onControllerFailover, onControllerResignation
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/executor.h"
#include "broker/controller/alive.h"
#include "broker/controller/cluster_reader.h"
#include "broker/controller/controller.h"
#include "broker/controller/controller_channel_manager.h"
#include "broker/controller/core/controller_core.h"
#include "broker/controller/fenced_writer.h"
#include "broker/controller/producer_id_blocks.h"
#include "broker/controller/request_encoding.h"

namespace barnabas::controller {

class ControllerTerm {
 public:
  template <typename Answer>
  using Callback = std::function<void(Answer)>;

  ControllerTerm(zk::ZooKeeper& zookeeper, protocol::Transport& transport, Executor& executor,
                 Random& random, const ControllerOptions& options, ControllerEpoch epoch,
                 std::int32_t epoch_version, std::function<void()> moved,
                 std::function<void()> failed);
  ~ControllerTerm();

  void start();
  void stop();

  ControllerEpoch epoch() const { return epoch_; }
  void on_watch_event(zk::WatchEvent event, const std::string& path);

  void alter_partition(AlterPartition request, Callback<AlterPartitionAnswer> done);
  void controlled_shutdown(BrokerId broker, BrokerEpoch epoch,
                           Callback<ControlledShutdownAnswer> done);
  void allocate_producer_ids(BrokerId broker, BrokerEpoch epoch,
                             Callback<Result<ProducerIdBlock>> done);
  // Answers when the elections have been written, or have failed.
  void elect_leaders(ElectionType type, std::vector<TopicPartition> partitions,
                     Callback<ElectionOutcome> done);
  void on_unclean_election_enabled(const std::string& topic);

  // Runs `call` when the cluster is loaded; also at the end of the term, if that comes first.
  void when_loaded(std::function<void()> call);
  bool is_stopped() const { return stopped_; }
  // Empty while loading.
  const ControllerContext& context() const { return core_.context(); }

 private:
  // One event of the core: event(core, effects).
  template <typename Event>
  void step(Event event) {
    if (stopped_) return;
    event(core_, outbox_);
    drain();
  }
  void drain();
  void carry_out(Effect effect);

  void do_effect(WritePartitionState effect);
  void do_effect(ReadPartitionState effect);
  void do_effect(ReadUncleanFlag effect);
  void do_effect(ReadTopics effect);
  void do_effect(DeleteTopicNodes effect);
  void do_effect(DropDeletionRequests effect);
  void do_effect(RestoreAssignment effect);
  void do_effect(Resign effect);
  void do_effect(SendLeaderAndIsr effect);
  void do_effect(SendUpdateMetadata effect);
  void do_effect(SendStopReplica effect);
  void do_effect(AddBroker effect);
  void do_effect(RemoveBroker effect);
  void do_effect(AnswerAlterPartition effect);
  void do_effect(AnswerControlledShutdown effect);
  void do_effect(AnswerElectLeaders effect);
  void do_effect(LogLine effect);

  void on_loaded(const ClusterSnapshot& snapshot);
  void set_up_feature_node();
  void drop_notifications(std::string_view parent);
  void refresh_brokers();
  void on_broker_children(const std::vector<std::string>& children);
  void refresh_topics();
  void refresh_deletions();
  void handle_log_dir_events();
  void handle_preferred_election();
  void schedule_leader_balance(Duration delay);
  Token next_token() { return ++last_token_; }

  template <typename Answer>
  static void answer(std::map<Token, Callback<Answer>>& waiting, Token token, Answer value);

  // Fixed at construction
  zk::ZooKeeper& zookeeper_;
  Executor& executor_;
  const ControllerOptions& options_;
  const ControllerEpoch epoch_;
  const RequestSender sender_;
  const std::function<void()> moved_;
  const std::function<void()> failed_;

  Alive alive_;
  FencedWriter writer_;
  ClusterReader reader_;
  ControllerChannelManager channels_;
  ProducerIdBlocks producer_ids_;
  ControllerCore core_;

  std::vector<Effect> outbox_;
  bool draining_ = false;
  bool loaded_ = false;
  bool stopped_ = false;
  std::vector<std::function<void()>> when_loaded_;
  std::vector<std::pair<zk::WatchEvent, std::string>> early_events_;

  // A look at all brokers that is under way, and those that vanished since it began.
  bool refreshing_brokers_ = false;
  bool refresh_brokers_again_ = false;
  std::set<BrokerId> vanished_;

  // The topics whose /partitions was made for an effect of this drain(); later it may have gone.
  std::set<std::string> partitions_nodes_made_;

  Token last_token_ = 0;
  std::map<Token, Callback<AlterPartitionAnswer>> alter_partitions_;
  std::map<Token, Callback<ControlledShutdownAnswer>> shutdowns_;
  std::map<Token, Callback<ElectionOutcome>> elections_;
  std::map<Token, std::vector<TopicPartition>> election_partitions_;
};

}  // namespace barnabas::controller
