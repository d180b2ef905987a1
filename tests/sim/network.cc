#include "tests/sim/network.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "tests/sim/connection.h"

namespace barnabas::sim {
namespace {

constexpr Duration kLeastLatency = microseconds(50);
constexpr std::uint64_t kUsualSpreadUs = 1'000;
constexpr std::uint64_t kRareSpreadUs = 60'000;
constexpr std::uint64_t kRareOneIn = 50;

}  // namespace

Duration Network::latency() {
  const std::uint64_t spread = random_.one_in(kRareOneIn) ? kRareSpreadUs : kUsualSpreadUs;
  return kLeastLatency + microseconds(static_cast<std::int64_t>(random_.below(spread)));
}

// A Channel whose calls and callbacks are on the executor of its process.
class SimChannel final : public protocol::Channel {
 public:
  SimChannel(Network& network, Address self, Address peer, std::string client_id, Executor& home)
      : network_(network),
        self_(self),
        peer_(peer),
        client_id_(std::move(client_id)),
        home_(home) {}

  ~SimChannel() override {
    if (connection_) connection_->close_by_client();
    for (auto& waiting : waiting_) home_.cancel(waiting.timer);
  }

  void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration timeout,
            Callback callback) override {
    if (!connection_ && !connect()) {
      home_.post([life = std::weak_ptr<int>(life_), callback = std::move(callback)] {
        if (!life.expired()) callback(Error{ErrorCode::kNetworkException, "connection refused"});
      });
      return;
    }
    const std::uint64_t id = next_id_++;
    const TimerId timer = home_.run_after(timeout, [this, id] { on_timeout(id); });
    waiting_.push_back({id, timer, std::move(callback)});
    connection_->send({api, version, client_id_, flatten(body)});
  }

 private:
  struct Waiting {
    std::uint64_t id;
    TimerId timer;
    Callback callback;
  };

  static BufferPtr flatten(const protocol::Payload& body) {
    auto buffer = Buffer::allocate(static_cast<std::size_t>(body.size_bytes()));
    std::uint8_t* at = buffer->data();
    for (const auto& piece : body.pieces) {
      const auto& bytes = std::get<protocol::BytesPiece>(piece).bytes;
      at = std::copy(bytes.begin(), bytes.end(), at);
    }
    return buffer;
  }

  bool connect() {
    if (!network_.servers_.contains(peer_)) return false;
    auto in_home = [this](auto action) {
      home_.post([this, life = std::weak_ptr<int>(life_), generation = generation_,
                  action = std::move(action)] {
        if (!life.expired() && generation == generation_) action();
      });
    };
    connection_ = std::make_shared<Connection>(
        network_, self_, peer_,
        Connection::Client{.on_answer =
                               [this, in_home](BufferPtr answer) {
                                 in_home([this, answer = std::move(answer)] { on_answer(answer); });
                               },
                           .on_lost =
                               [this, in_home] {
                                 in_home([this] {
                                   fail_all(ErrorCode::kNetworkException, "connection lost");
                                 });
                               }});
    network_.connections_.push_back(connection_);
    return true;
  }

  void on_answer(const BufferPtr& answer) {
    if (waiting_.empty()) return;
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    home_.cancel(first.timer);
    const BytesView body = std::as_const(*answer).view();
    first.callback(protocol::ResponseFrame{answer, body});
  }

  void on_timeout(std::uint64_t id) {
    const bool waits = std::any_of(waiting_.begin(), waiting_.end(),
                                   [id](const Waiting& w) { return w.id == id; });
    if (waits) fail_all(ErrorCode::kRequestTimedOut, "no answer in time");
  }

  void fail_all(ErrorCode code, const char* why) {
    ++generation_;
    if (connection_) connection_->close_by_client();
    connection_.reset();
    auto failed = std::exchange(waiting_, {});
    const std::weak_ptr<int> life = life_;
    for (auto& waiting : failed) home_.cancel(waiting.timer);
    for (auto& waiting : failed) {
      waiting.callback(Error{code, why});
      if (life.expired()) return;  // the callback may destroy this channel
    }
  }

  Network& network_;
  const Address self_;
  const Address peer_;
  const std::string client_id_;
  Executor& home_;
  std::shared_ptr<Connection> connection_;
  std::deque<Waiting> waiting_;
  std::uint64_t next_id_ = 0;
  std::uint64_t generation_ = 0;
  std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

namespace {

class SimTransport final : public protocol::Transport {
 public:
  SimTransport(Network& network, Address self) : network_(network), self_(self) {}

  std::unique_ptr<protocol::Channel> open(std::string, std::int32_t port, std::string client_id,
                                          Executor& home) override {
    return std::make_unique<SimChannel>(network_, self_, port, std::move(client_id), home);
  }

 private:
  Network& network_;
  const Address self_;
};

}  // namespace

void Network::listen(Address address, Process& process, protocol::RequestHandler& handler) {
  servers_[address] = {&process, &handler};
}

void Network::close(Address address) {
  servers_.erase(address);
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection && (connection->client() == address || connection->server() == address)) {
      connection->reset();
    }
  }
  std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
}

std::unique_ptr<protocol::Transport> Network::transport(Address address) {
  return std::make_unique<SimTransport>(*this, address);
}

void Network::heal(Address a, Address b) {
  cut_.erase(std::minmax(a, b));
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection &&
        std::minmax(connection->client(), connection->server()) == std::minmax(a, b)) {
      connection->on_healed();
    }
  }
}

void Network::heal_all() {
  while (!cut_.empty()) {
    const auto [a, b] = *cut_.begin();
    heal(a, b);
  }
}

void Network::reset(Address a, Address b) {
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection &&
        std::minmax(connection->client(), connection->server()) == std::minmax(a, b)) {
      connection->reset();
    }
  }
}

}  // namespace barnabas::sim
