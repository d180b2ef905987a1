// The queues of requests to the brokers, one per broker.
//
// Invariants  Requests of a broker leave in the order of send(), one in flight, each again and
//             again until it is answered or the broker is removed. No broker waits for another.
// Threads     bound to the executor given. `understood` is called on it, never from inside send().
// Failure     A lost connection, a timeout, an answer that cannot be read: the same request again
//             after the back-off.
// Source      Kafka 3.9, kafka/controller/ControllerChannelManager.scala
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "broker/base/executor.h"
#include "broker/controller/core/cluster_state.h"
#include "broker/protocol/transport.h"

namespace barnabas::controller {

class ControllerChannelManager {
 public:
  struct Options {
    BrokerId controller{-1};
    std::string listener;  // of the brokers
    Duration request_timeout = seconds(30);
    Duration retry_backoff = milliseconds(100);
  };
  // Told the answer; false: it makes no sense, ask again.
  using Understood = std::function<bool(BytesView body)>;

  ControllerChannelManager(protocol::Transport& transport, Executor& executor, Options options);
  ~ControllerChannelManager();
  ControllerChannelManager(const ControllerChannelManager&) = delete;
  ControllerChannelManager& operator=(const ControllerChannelManager&) = delete;

  // A broker that is known already keeps its queue and gets a new connection when its endpoint is
  // another.
  void add_broker(const BrokerInfo& broker);
  void remove_broker(BrokerId broker);
  void remove_all() { peers_.clear(); }
  // Dropped when the broker is not known.
  void send(BrokerId broker, protocol::ApiKey api, std::int16_t version, protocol::Payload body,
            Understood understood);

 private:
  struct Item {
    protocol::ApiKey api;
    std::int16_t version;
    protocol::Payload body;
    Understood understood;
  };
  struct Peer {
    BrokerId id{-1};
    Endpoint endpoint;
    bool reachable = false;  // it has the listener
    std::unique_ptr<protocol::Channel> channel;
    std::uint64_t connection = 0;  // counts channels: answers of an old one are not ours
    std::deque<Item> queue;        // the front is in flight when `busy`
    bool busy = false;             // in flight, or waiting for the back-off
    bool failing = false;          // said in the log
  };
  void pump(Peer& peer);
  void on_answer(Peer& peer, const Result<protocol::ResponseFrame>& answer);
  void try_again(Peer& peer, const std::string& why);
  static void drop_channel(Peer& peer);

  protocol::Transport& transport_;
  Executor& executor_;
  const Options options_;
  std::map<BrokerId, std::shared_ptr<Peer>> peers_;  // callbacks hold weak pointers
};

}  // namespace barnabas::controller
