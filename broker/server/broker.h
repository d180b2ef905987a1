// A broker process: reactors, sockets, log directories and a ZooKeeper session around a Node.
//
// Threads     start and stop: the main thread. The rest of the process: num.network.threads
//             reactors, one more for the control plane where it has a listener, the coordination
//             executor and the background executor.
// Failure     start() tells why the broker cannot run, naming key, port, directory or id; the
//             process then exits. The broker may be destroyed without stop() after that.
// Source      Kafka 3.9, kafka/server/KafkaServer.scala
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/base/thread_executor.h"
#include "broker/log/file_log_manager.h"
#include "broker/net/reactor.h"
#include "broker/net/socket_server.h"
#include "broker/net/tcp_transport.h"
#include "broker/server/node.h"
#include "broker/server/session_keeper.h"
#include "config/broker_config.h"
#include "zkclient/reaper/reaping_session_closer.h"
#include "zkclient/session/zookeeper_session.h"

namespace barnabas::server {

class Broker {
 public:
  // `config` outlives the broker.
  explicit Broker(const config::BrokerConfig& config);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  // Returns when the broker is registered and accepts connections.
  Result<void> start();
  // The controlled shutdown. Only after start() has succeeded.
  void stop();

  BrokerId id() const { return id_; }

 private:
  Result<void> connect_to_zookeeper();
  Result<std::string> settle_identity();
  Result<void> open_logs();
  Result<std::vector<Endpoint>> bind_listeners();
  // Ends what start() has begun, as far as it came, in the order that the parts ask for.
  void tear_down();

  const config::BrokerConfig& config_;
  const SystemClock clock_;
  Random random_ = Random::from_system();  // coordination executor only, once that runs
  BrokerId id_;

  std::vector<std::unique_ptr<net::Reactor>> reactors_;
  std::unique_ptr<net::Reactor> control_plane_reactor_;  // with control.plane.listener.name
  ThreadExecutor coordination_{"coordination"};
  ThreadExecutor background_{"background"};
  net::TcpTransport transport_;
  std::unique_ptr<zk::ReapingSessionCloser> session_closer_;
  std::unique_ptr<zk::ZooKeeperSession> session_;
  std::unique_ptr<SessionKeeper> session_keeper_;
  std::shared_ptr<log::FileLogManager> logs_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<net::SocketServer> sockets_;
  // What the controller sends never waits behind the data: it has a thread of its own.
  std::unique_ptr<net::SocketServer> control_plane_sockets_;
  bool torn_down_ = false;
};

}  // namespace barnabas::server
