// A Transport whose brokers are functions (answers by port, no network), and a client of theirs.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "admin/admin_config.h"
#include "broker/protocol/transport.h"

namespace barnabas::admin {

// Answers of brokers by port; a port without an entry is a broker that is down.
class FakeCluster final : public protocol::Transport {
 public:
  // Gives the body of the answer.
  using Handler =
      std::function<protocol::Payload(protocol::ApiKey, std::int16_t version, BytesView body)>;

  std::unique_ptr<protocol::Channel> open(std::string, std::int32_t port, std::string,
                                          Executor& home) override {
    return std::make_unique<FakeChannel>(*this, port, home);
  }

  std::map<std::int32_t, Handler> brokers;
  std::vector<std::pair<std::int32_t, protocol::ApiKey>> requests;  // port and API, in order

 private:
  class FakeChannel final : public protocol::Channel {
   public:
    FakeChannel(FakeCluster& cluster, std::int32_t port, Executor& home)
        : cluster_(cluster), port_(port), home_(home) {}

    void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration,
              Callback callback) override {
      cluster_.requests.emplace_back(port_, api);
      const auto broker = cluster_.brokers.find(port_);
      Result<protocol::ResponseFrame> answer(ErrorCode::kNetworkException);
      if (broker != cluster_.brokers.end()) {
        const BufferPtr request = flatten(body);
        const BufferPtr frame = flatten(broker->second(api, version, request->view()));
        answer = protocol::ResponseFrame{frame, frame->view()};
      }
      home_.post([callback = std::move(callback), answer] { callback(answer); });
    }

   private:
    static BufferPtr flatten(const protocol::Payload& payload) {
      auto buffer = Buffer::allocate(static_cast<std::size_t>(payload.size_bytes()));
      std::uint8_t* at = buffer->data();
      for (const protocol::Piece& piece : payload.pieces) {
        const BytesView bytes = std::get<protocol::BytesPiece>(piece).bytes;
        at = std::copy(bytes.begin(), bytes.end(), at);
      }
      return buffer;
    }

    FakeCluster& cluster_;
    const std::int32_t port_;
    Executor& home_;
  };
};

// A client of the broker at `port` that tries again at once.
inline AdminConfig quick_config(std::int32_t port) {
  AdminConfig config;
  config.bootstrap_servers = {{"127.0.0.1", port}};
  config.default_api_timeout = seconds(20);
  config.retry_backoff = milliseconds(1);
  config.retry_backoff_max = milliseconds(1);
  config.reconnect_backoff = milliseconds(1);
  config.reconnect_backoff_max = milliseconds(1);
  return config;
}

}  // namespace barnabas::admin
