// The controller as a broker holds it: takes part in the election, and while `/controller` names
// this broker runs the ControllerCore: loads the cluster from ZooKeeper, watches it, carries out
// the core's effects and serves the requests that only the controller may answer.
//
// Invariants  Every write while active is fenced by the version of /controller_epoch; a write that
//             finds another version ends the term. Whoever /controller names acts or resigns: a
//             term that cannot be carried on gives /controller up.
// Threads     bound to the executor of the ZooKeeper session (the coordination executor): all calls
//             and callbacks are there. A callback may be called from inside the call.
// Lifetime    Observes the ZooKeeper session: the session has ended before the Controller is
//             destroyed. Callbacks of unfinished requests are dropped uncalled then.
// Failure     Nothing is given up while active: what ZooKeeper or a broker does not answer is
//             awaited or sent again. Not active: NOT_CONTROLLER; but a request that has been
//             carried out goes on waiting for this broker's metadata when the controller resigns.
// Source      Kafka 3.9, kafka/controller/KafkaController.scala
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/controller/core/metadata_view.h"
#include "broker/controller/core/requests.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/inter_broker_versions.h"
#include "broker/protocol/transport.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

struct ControllerOptions {
  BrokerId broker_id{-1};
  std::string inter_broker_listener = "PLAINTEXT";  // where brokers find their leaders
  // Where the controller reaches the brokers: control.plane.listener.name, else the one above.
  std::string control_plane_listener = "PLAINTEXT";
  protocol::InterBrokerVersions versions = {};  // of inter.broker.protocol.version
  Duration request_timeout = seconds(30);       // controller.socket.timeout.ms
  Duration retry_backoff = milliseconds(100);   // between tries of a request to a broker

  bool auto_leader_rebalance = true;  // auto.leader.rebalance.enable
  Duration leader_imbalance_check_interval =
      seconds(300);                                 // leader.imbalance.check.interval.seconds
  int leader_imbalance_per_broker_percentage = 10;  // leader.imbalance.per.broker.percentage
  bool delete_topic_enable = true;                  // delete.topic.enable
  std::int32_t default_num_partitions = 1;          // num.partitions
  std::int16_t default_replication_factor = 1;      // default.replication.factor
  // unclean.leader.election.enable of a topic that has these configs of its own; empty: false.
  std::function<bool(const std::map<std::string, std::string>&)> allows_unclean_election{};
  // Says what is wrong with a new topic's configs, in Kafka's words; empty: nothing is checked.
  std::function<Result<void>(const std::map<std::string, std::string>&)> validate_topic_configs{};
};

class Controller final : public zk::ZooKeeper::Observer {
 public:
  template <typename Answer>
  using Callback = std::function<void(Answer)>;

  // Adds itself to the observers of `zookeeper`.
  //   metadata  of this broker; outlives the controller
  Controller(zk::ZooKeeper& zookeeper, protocol::Transport& transport, Executor& executor,
             const Clock& clock, Random& random, const MetadataView& metadata,
             ControllerOptions options);
  ~Controller() override;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Watches /controller and stands for election. Called when the broker is registered, once for
  // each session.
  void startup();
  // Gives /controller up if it is ours, and takes no further part in elections. `done` is called
  // when ZooKeeper has answered.
  void shutdown(std::function<void()> done);

  bool is_active() const;
  // Of our term when active, else the highest one seen; 0 before.
  ControllerEpoch controller_epoch() const;
  // The broker that /controller names, as last read; kNoBroker: none.
  BrokerId active_controller() const;

  // ---- Requests of brokers ---------------------------------------------------------------------

  void alter_partition(AlterPartition request, Callback<AlterPartitionAnswer> done);
  // Errors: STALE_CONTROLLER_EPOCH (not active), STALE_BROKER_EPOCH, BROKER_NOT_AVAILABLE.
  // `epoch` kNoBrokerEpoch: not checked.
  void controlled_shutdown(BrokerId broker, BrokerEpoch epoch,
                           Callback<ControlledShutdownAnswer> done);
  // Errors: NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED, STALE_BROKER_EPOCH, UNKNOWN_SERVER_ERROR.
  void allocate_producer_ids(BrokerId broker, BrokerEpoch epoch,
                             Callback<Result<ProducerIdBlock>> done);

  // ---- Requests of clients ---------------------------------------------------------------------

  // Answers when every partition has a leader in this broker's own metadata, or with
  // REQUEST_TIMED_OUT; one answer per topic, in order. timeout <= 0: creates, and answers so at
  // once.
  void create_topics(std::vector<NewTopic> topics, Duration timeout, bool validate_only,
                     Callback<std::vector<NewTopicAnswer>> done);
  // Answers when the topics have gone from this broker's own metadata, or with REQUEST_TIMED_OUT.
  void delete_topics(std::vector<TopicReference> topics, Duration timeout,
                     Callback<std::vector<DeleteTopicAnswer>> done);
  // Answers when every partition of the topics, old and new, has a leader in this broker's own
  // metadata, or with REQUEST_TIMED_OUT; one answer per topic, in order. timeout <= 0: writes, and
  // answers so at once.
  void create_partitions(std::vector<NewPartitions> topics, Duration timeout, bool validate_only,
                         Callback<std::vector<Error>> done);
  // Answers when this broker's own metadata shows the new leaders, or with REQUEST_TIMED_OUT for
  // those that it does not show.
  void elect_leaders(ElectionType type, std::vector<TopicPartition> partitions, Duration timeout,
                     Callback<ElectLeadersAnswer> done);

  // This broker's own metadata has changed, whichever controller has told it.
  void on_metadata_updated();

  // The topic's config allows unclean elections now: its leaderless partitions are looked at again.
  void on_unclean_election_enabled(const std::string& topic);

  // ---- zk::ZooKeeper::Observer -----------------------------------------------------------------

  void on_watch_event(zk::WatchEvent event, const std::string& path) override;
  void on_session_established() override;
  void on_session_expired() override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace barnabas::controller
