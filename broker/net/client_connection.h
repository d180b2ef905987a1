// Our connection to one peer, as it lives on a reactor: the machinery under a protocol::Channel.
//
//   send() --connected--> OutputQueue -> socket         in flight, oldest first
//      \---not yet------> waiting, until resolve + connect have ended
//   socket -> FrameReader -> response header -> callback of the oldest in flight
//
// Invariants  Answers are matched in order; one of another correlation id ends the connection.
// Threads     reactor-bound; resolving a host name happens on the resolver.
// Failure     Loss or a failed connect: every request fails with NETWORK_EXCEPTION. A request over
//             its time fails with REQUEST_TIMED_OUT, and the connection with it, because what the
//             peer would still answer has no place any more. The next send connects anew.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/file_range.h"
#include "broker/net/address.h"
#include "broker/net/frame_reader.h"
#include "broker/net/output_queue.h"
#include "broker/net/reactor.h"
#include "broker/protocol/transport.h"

namespace barnabas::net {

struct ClientOptions {
  Duration connect_timeout = seconds(10);  // socket.connection.setup.timeout.ms
  std::int32_t send_buffer_bytes = -1;     // -1: the system's
  std::int32_t receive_buffer_bytes = -1;
};

class ClientConnection final : public Reactor::TurnEndHook,
                               public std::enable_shared_from_this<ClientConnection> {
 public:
  using Callback = protocol::Channel::Callback;

  ClientConnection(Reactor& reactor, Executor& resolver, std::string host, std::int32_t port,
                   std::string client_id, const ClientOptions& options);

  void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration timeout,
            Callback callback);
  // Closes for good; callbacks are dropped uncalled.
  void abandon();

 private:
  enum class State { kClosed, kResolving, kConnecting, kConnected, kAbandoned };

  struct InFlight {
    protocol::ApiKey api;
    std::int16_t version;
    std::int32_t correlation_id;
    Time deadline;
    Callback callback;
  };

  void resolve_host();
  void connect_next(std::string reason);
  void on_connect_ready();
  void connected();
  void on_readable();
  void on_turn_end() override;
  // False when the connection has ended meanwhile.
  bool handle_response(FrameReader::Frame& frame);
  void flush();
  void schedule_turn_end();
  void arm_timer(Time deadline);
  void on_timer();
  void close_socket();
  // Ends the connection and fails all requests, the ones past their deadline as timed out.
  void fail(std::string reason);

  // Fixed at construction
  Reactor& reactor_;
  Executor& resolver_;
  const std::string host_;
  const std::int32_t port_;
  const std::string client_id_;
  const ClientOptions options_;

  // Reactor thread only
  State state_ = State::kClosed;
  std::uint64_t attempt_ = 0;  // tells an answer of the resolver to a former attempt
  std::vector<Address> addresses_;
  std::size_t next_address_ = 0;
  FileDescriptor socket_{-1};
  std::unique_ptr<FdWatch> readable_;
  std::unique_ptr<FdWatch> writable_;
  std::vector<std::unique_ptr<FdWatch>> retired_;  // go at the end of the turn
  FrameReader reader_;
  OutputQueue output_;
  std::deque<InFlight> in_flight_;
  std::int32_t next_correlation_id_ = 0;
  bool turn_end_scheduled_ = false;
  TimerId timer_;
  Time timer_due_ = Time::max();
  Time connect_deadline_ = Time::max();
};

}  // namespace barnabas::net
