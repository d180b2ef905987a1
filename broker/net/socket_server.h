// The listening sockets of a broker and the connections that came in by them.
//
//   bind() ... start() -> accept on reactor 0 -> round robin -> a Connection on its reactor
//
// Threads  bind, start, stop and the destructor: one thread, none of the reactors. The connections
//          of a reactor are known to that reactor only.
// Life     The reactors and the handler outlive the server; stop() comes before the reactors stop.
// Failure  A socket that cannot be bound is told with its address. Out of descriptors: accepting
//          pauses for a moment, the connections that are open go on.
// Source   Kafka 3.9, kafka/network/SocketServer.scala (Acceptor)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/net/connection.h"
#include "broker/net/reactor.h"
#include "broker/protocol/request.h"

namespace barnabas::net {

struct SocketOptions {
  ConnectionLimits limits;
  std::int32_t backlog = 50;               // socket.listen.backlog.size
  std::int32_t send_buffer_bytes = -1;     // socket.send.buffer.bytes; -1: the system's
  std::int32_t receive_buffer_bytes = -1;  // socket.receive.buffer.bytes; -1: the system's
};

class SocketServer {
 public:
  SocketServer(std::vector<Reactor*> reactors, protocol::RequestHandler& handler,
               SocketOptions options);
  ~SocketServer();
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

  // Binds and listens; nothing is accepted before start(). An empty host is every address.
  //   returns  the port: the one asked for, or that which the system chose for 0
  //   errors   NETWORK_EXCEPTION, the detail naming address and reason
  Result<std::int32_t> bind(const std::string& listener, const std::string& host,
                            std::int32_t port);
  void start();
  // Closes the listeners and every connection. Idempotent.
  void stop();

 private:
  class Listener;
  class ConnectionSet;

  // Fixed at construction
  const std::vector<Reactor*> reactors_;
  protocol::RequestHandler& handler_;
  const SocketOptions options_;
  std::vector<std::unique_ptr<ConnectionSet>> sets_;  // one per reactor

  std::vector<std::unique_ptr<Listener>> listeners_;
  bool stopped_ = false;
};

}  // namespace barnabas::net
