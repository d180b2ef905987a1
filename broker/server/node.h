// One broker above the interfaces: replicas, metadata, controller, groups, handlers and
// registration, wired together. Production gives it sockets, files and a ZooKeeper session; the
// simulator its doubles.
//
//   start():  former session closed -> registered -> controller started -> requests are served
//   expiry:   the controller resigns -> new session -> registered again -> stands for election
//   again stop:     controlled_shutdown() -> [sockets closed] -> shutdown()
//
// Threads     bound to the coordination executor: constructor and destructor too, unless no
//             executor runs any more. request_handler() is thread-safe.
// Life        Observes the ZooKeeper session, which has ended, or does not call any more, before
//             the node is destroyed. The executors outlive it.
// Failure     start() tells why the broker cannot be one; later nothing is given up.
// Source      Kafka 3.9, kafka/server/KafkaServer.scala
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/dispatcher.h"
#include "broker/api/producer_id_manager.h"
#include "broker/api/topic_creation.h"
#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/controller/controller.h"
#include "broker/controller/producer_id_blocks.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/log/log_manager.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"
#include "broker/replica/config_change_listener.h"
#include "broker/replica/fetch_session_cache.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/replica_manager.h"
#include "broker/replica/topic_configs.h"
#include "broker/server/cached_metadata.h"
#include "broker/server/controller_client.h"
#include "config/broker_config.h"
#include "zkclient/broker_registration.h"
#include "zkclient/session_closer.h"
#include "zkclient/zookeeper.h"

namespace barnabas::server {

// Everything outlives the node.
struct NodeParts {
  const Clock& clock;
  Random& random;
  Executor& coordination;
  Executor& background;
  Executor& timers;                      // where delayed requests expire
  std::vector<Executor*> fetcher_homes;  // a source broker's fetcher lives on one of them
  protocol::Transport& transport;
  zk::ZooKeeper& zookeeper;
  zk::SessionCloser& session_closer;
  log::LogManager& logs;
};

class Node final : public zk::ZooKeeper::Observer {
 public:
  Node(const config::BrokerConfig& config, BrokerId broker_id, std::string cluster_id,
       NodeParts parts);
  ~Node() override;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Where requests go. They may come as soon as the node is registered.
  protocol::RequestHandler& request_handler() { return dispatcher_; }

  // Registers the broker and takes part in the election of the controller.
  //   endpoints  advertised: where clients and brokers reach us
  //   former     the session that an earlier process of this broker left behind
  //   errors     DUPLICATE_BROKER_REGISTRATION, UNKNOWN_SERVER_ERROR
  void start(std::vector<Endpoint> endpoints, std::optional<zk::SessionId> former,
             std::function<void(Result<void>)> done);

  // Asks the controller to move our leaderships away, as often as
  // controlled.shutdown.max.retries says; `done` is called however that ends.
  void controlled_shutdown(std::function<void()> done);

  // Stops the fetchers, checkpoints the high watermarks and gives up the controllership. `done` is
  // called when ZooKeeper has answered. After it the session can be closed.
  void shutdown(std::function<void()> done);

  // A log directory has failed and others work: its replicas go offline and the controller is told,
  // by Kafka's znode. On the coordination executor.
  void on_log_dir_failure();

  BrokerId broker_id() const { return broker_id_; }
  replica::ReplicaManager& replicas() { return replicas_; }
  replica::MetadataCache& metadata() { return metadata_; }
  controller::Controller& controller() { return controller_; }
  group::GroupCoordinator& groups() { return groups_; }

  void on_watch_event(zk::WatchEvent, const std::string&) override {}
  void on_session_established() override;
  void on_session_expired() override;

 private:
  void register_again();
  void on_registered_again(const Result<BrokerEpoch>& epoch);
  void register_later(const Error& error);
  zk::BrokerZnode registration_entry() const;
  void fetch_producer_ids(api::ProducerIdManager::BlockCallback done);
  void on_config_change(const std::string& entity_path);
  void apply_topic_configs(const std::vector<std::string>& topics);
  void create_topics(api::AutoTopicCreation::Asking asking);
  void try_controlled_shutdown(int tries_left);
  void on_controlled_shutdown(int tries_left,
                              const Result<controller::ControlledShutdownAnswer>& answer);

  // Fixed at construction
  const config::BrokerConfig& config_;
  const BrokerId broker_id_;
  const NodeParts parts_;
  std::shared_ptr<Node*> alive_;

  // In the order of their dependencies. ZooKeeper tells its observers in the order in which they
  // are built: the controller resigns before the registration, and then the node, act.
  replica::MetadataCache metadata_;
  replica::TopicConfigs topic_configs_;
  replica::ReplicaManager replicas_;
  replica::ConfigChangeListener config_changes_;
  replica::FetchSessionCache fetch_sessions_;
  group::GroupCoordinator groups_;
  CachedMetadata cached_metadata_{metadata_};
  controller::Controller controller_;
  zk::BrokerRegistration registration_;
  ControllerClient controller_client_;
  controller::ProducerIdBlocks own_producer_ids_;  // before inter.broker.protocol.version 3.0
  api::ProducerIdManager producer_ids_;
  api::AutoTopicCreation topic_creation_;
  api::Context context_;
  api::Dispatcher dispatcher_;

  std::vector<Endpoint> endpoints_;
  bool started_ = false;  // registered once; expiry is ours to mend from then on
  bool stopping_ = false;
  TimerId retry_;  // of the registration
  TimerId shutdown_retry_;
  std::function<void()> shutdown_done_;
  Time shutdown_began_{};
};

}  // namespace barnabas::server
