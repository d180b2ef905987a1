#include "broker/controller/controller_channel_manager.h"

#include <utility>

#include "broker/base/logging.h"
#include "broker/controller/request_encoding.h"

namespace barnabas::controller {

ControllerChannelManager::ControllerChannelManager(protocol::Transport& transport,
                                                   Executor& executor, Options options)
    : transport_(transport), executor_(executor), options_(std::move(options)) {}

ControllerChannelManager::~ControllerChannelManager() = default;

void ControllerChannelManager::add_broker(const BrokerInfo& broker) {
  std::shared_ptr<Peer>& peer = peers_[broker.id];
  if (!peer) {
    peer = std::make_shared<Peer>();
    peer->id = broker.id;
  }
  const Endpoint* endpoint = find_endpoint(broker, options_.listener);
  if (!endpoint) {
    log_error("[Controller id={}] Broker {} has no listener {}", options_.controller, broker.id,
              options_.listener);
    peer->reachable = false;
    drop_channel(*peer);
    return;
  }
  if (peer->reachable && peer->endpoint == *endpoint) return;
  peer->endpoint = *endpoint;
  peer->reachable = true;
  drop_channel(*peer);
  pump(*peer);
}

void ControllerChannelManager::remove_broker(BrokerId broker) {
  peers_.erase(broker);
}

void ControllerChannelManager::send(BrokerId broker, protocol::ApiKey api, std::int16_t version,
                                    protocol::Payload body, Understood understood) {
  const auto found = peers_.find(broker);
  if (found == peers_.end()) return;
  found->second->queue.push_back({api, version, std::move(body), std::move(understood)});
  pump(*found->second);
}

void ControllerChannelManager::drop_channel(Peer& peer) {
  peer.channel.reset();
  ++peer.connection;
  peer.busy = false;
}

void ControllerChannelManager::pump(Peer& peer) {
  if (peer.busy || peer.queue.empty() || !peer.reachable) return;
  if (!peer.channel) {
    peer.channel = transport_.open(peer.endpoint.host, peer.endpoint.port,
                                   fmt::format("{}", options_.controller), executor_);
  }
  peer.busy = true;
  const Item& item = peer.queue.front();
  std::weak_ptr<Peer> weak = peers_.at(peer.id);
  // Answers are handled in a turn of their own: what they lead to may drop this very channel.
  peer.channel->send(item.api, item.version, item.body, options_.request_timeout,
                     [this, &executor = executor_, weak,
                      connection = peer.connection](Result<protocol::ResponseFrame> answer) {
                       executor.post([this, weak, connection, answer = std::move(answer)] {
                         const std::shared_ptr<Peer> alive = weak.lock();
                         if (alive && alive->connection == connection) on_answer(*alive, answer);
                       });
                     });
}

void ControllerChannelManager::on_answer(Peer& peer,
                                         const Result<protocol::ResponseFrame>& answer) {
  if (!answer) {
    try_again(peer, answer.error().detail);
    return;
  }
  if (std::exchange(peer.failing, false)) {
    log_info("[Controller id={}] Broker {} answers again", options_.controller, peer.id);
  }
  Understood understood = peer.queue.front().understood;
  std::weak_ptr<Peer> weak = peers_.at(peer.id);
  const std::uint64_t connection = peer.connection;
  if (!understood(answer->body)) {
    try_again(peer, "an answer that cannot be read");
    return;
  }
  const std::shared_ptr<Peer> alive = weak.lock();  // the answer may have removed the broker
  if (!alive || alive->connection != connection) return;
  alive->queue.pop_front();
  alive->busy = false;
  pump(*alive);
}

void ControllerChannelManager::try_again(Peer& peer, const std::string& why) {
  if (!std::exchange(peer.failing, true)) {
    log_warn("[Controller id={}] Broker {} ({}:{}) does not answer, trying again: {}",
             options_.controller, peer.id, peer.endpoint.host, peer.endpoint.port, why);
  }
  std::weak_ptr<Peer> weak = peers_.at(peer.id);
  executor_.run_after(options_.retry_backoff, [this, weak, connection = peer.connection] {
    const std::shared_ptr<Peer> alive = weak.lock();
    if (!alive || alive->connection != connection) return;
    alive->busy = false;
    pump(*alive);
  });
}

}  // namespace barnabas::controller
