// Requests to brokers over some connections to each, every connection with one request at a time,
// as a Kafka client has it for commits and heartbeats.
//
// Threads  one; answers arrive in run(). Whatever fails ends the program: this is a measurement.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/protocol/api_key.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/payload.h"

namespace barnabas::bench {

[[noreturn]] inline void fail(const std::string& what) {
  std::fprintf(stderr, "barnabas_group_load: %s\n", what.c_str());
  std::exit(1);
}

class WireClient {
 public:
  explicit WireClient(int connections_per_broker);
  ~WireClient();
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  // The brokers that answer from now on, by their ports on this host. Connections to others are
  // closed; nothing may be under way.
  void use(const std::vector<int>& ports);
  bool uses(int port) const;
  int connections_per_broker() const { return connections_; }

  // Sent over the next idle connection; `done` may make further calls. The response is a view into
  // the frame and gone after `done`.
  template <typename Response, typename Request, typename Done>
  void call(int port, const Request& request, std::int16_t version, Done done) {
    enqueue(port, {.api = Request::kApiKey,
                   .version = version,
                   .body = request.encode(version),
                   .done = [version, done = std::move(done)](BytesView body) {
                     const auto response = Response::decode(body, version);
                     if (!response) fail("a response is malformed: " + response.error().detail);
                     done(*response);
                   }});
  }

  // Until every call has been answered.
  void run();

 private:
  struct Call {
    protocol::ApiKey api;
    std::int16_t version = 0;
    protocol::Payload body;
    std::function<void(BytesView)> done;
  };
  struct Connection;
  struct Broker {
    std::vector<std::unique_ptr<Connection>> connections;
    std::vector<Connection*> idle;
    std::deque<Call> waiting;
  };

  void enqueue(int port, Call call);
  void send(Connection& connection, Call call);
  void on_readable(Connection& connection);

  const int connections_;
  const int epoll_;
  std::map<int, Broker> brokers_;
  std::size_t unanswered_ = 0;
};

}  // namespace barnabas::bench
