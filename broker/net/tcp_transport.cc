#include "broker/net/tcp_transport.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::net {
namespace {

// At home on the reactor of its connection.
class LocalChannel final : public protocol::Channel {
 public:
  explicit LocalChannel(std::shared_ptr<ClientConnection> connection)
      : connection_(std::move(connection)) {}
  ~LocalChannel() override { connection_->abandon(); }

  void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration timeout,
            Callback callback) override {
    connection_->send(api, version, std::move(body), timeout, std::move(callback));
  }

 private:
  const std::shared_ptr<ClientConnection> connection_;
};

// At home on another executor. The callbacks stay there; only their numbers travel.
class RemoteChannel final : public protocol::Channel {
 public:
  RemoteChannel(std::shared_ptr<ClientConnection> connection, Reactor& reactor, Executor& home)
      : connection_(std::move(connection)), reactor_(reactor), home_(home) {}
  ~RemoteChannel() override {
    reactor_.post([connection = connection_] { connection->abandon(); });
  }

  void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration timeout,
            Callback callback) override {
    const std::uint64_t number = next_++;
    callbacks_->emplace(number, std::move(callback));
    const std::weak_ptr<Callbacks> waiting = callbacks_;
    reactor_.post([connection = connection_, api, version, body = std::move(body), timeout, waiting,
                   number, &home = home_]() mutable {
      connection->send(api, version, std::move(body), timeout,
                       [waiting, number, &home](Result<protocol::ResponseFrame> answer) {
                         home.post([waiting, number, answer = std::move(answer)]() mutable {
                           deliver(waiting, number, std::move(answer));
                         });
                       });
    });
  }

 private:
  using Callbacks = std::unordered_map<std::uint64_t, Callback>;

  static void deliver(const std::weak_ptr<Callbacks>& waiting, std::uint64_t number,
                      Result<protocol::ResponseFrame> answer) {
    const auto callbacks = waiting.lock();
    if (!callbacks) return;  // the channel has gone
    auto taken = callbacks->extract(number);
    CHECK(!taken.empty(), "answered twice");
    taken.mapped()(std::move(answer));
  }

  const std::shared_ptr<ClientConnection> connection_;
  Reactor& reactor_;
  Executor& home_;
  const std::shared_ptr<Callbacks> callbacks_ = std::make_shared<Callbacks>();
  std::uint64_t next_ = 0;
};

}  // namespace

TcpTransport::TcpTransport(std::vector<Reactor*> reactors, ClientOptions options)
    : reactors_(std::move(reactors)), options_(options), resolver_("resolver") {
  CHECK(!reactors_.empty());
}

std::unique_ptr<protocol::Channel> TcpTransport::open(std::string host, std::int32_t port,
                                                      std::string client_id, Executor& home) {
  const auto local = std::find(reactors_.begin(), reactors_.end(), &home);
  Reactor& reactor =
      local != reactors_.end() ? **local : *reactors_[next_reactor_++ % reactors_.size()];
  auto connection = std::make_shared<ClientConnection>(reactor, resolver_, std::move(host), port,
                                                       std::move(client_id), options_);
  if (local != reactors_.end()) return std::make_unique<LocalChannel>(std::move(connection));
  return std::make_unique<RemoteChannel>(std::move(connection), reactor, home);
}

}  // namespace barnabas::net
