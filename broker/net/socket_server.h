// The listening sockets of a broker and the connections that came in by them.
//
//   bind() ... start() -> accept on reactor 0 -> at the door -> round robin -> a Connection
//                                                ^ rate, slots, address (core/connection_quotas.h)
//
// One accepted connection of a listener waits at the door for a slot or for its time; those behind
// it wait in the backlog of the kernel.
// Threads  bind, start, stop and the destructor: one thread, none of the reactors. The connections
//          of a reactor are known to that reactor only.
// Life     The reactors and the handler outlive the server; stop() comes before the reactors stop.
// Failure  A client address with too many connections: the new one is closed. A socket that cannot
// be bound is told with its address. Out of descriptors: accepting
//          pauses for a moment, the connections that are open go on.
// Source   Kafka 3.9, kafka/network/SocketServer.scala (Acceptor)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/net/connection.h"
#include "broker/net/core/connection_quotas.h"
#include "broker/net/reactor.h"
#include "broker/net/request_budget.h"
#include "broker/protocol/request.h"

namespace barnabas::net {

struct SocketOptions {
  ConnectionLimits limits;
  QuotaOptions quotas;
  std::int32_t max_queued_requests = 500;  // queued.max.requests
  std::int64_t max_queued_bytes = -1;      // queued.max.request.bytes; <= 0: no limit
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

  Duration record_new(const std::string& listener) EXCLUDES(mu_);
  ConnectionQuotas::Admission admit(const std::string& listener, const std::string& address)
      EXCLUDES(mu_);
  void release(const std::string& listener, const std::string& address) EXCLUDES(mu_);
  bool is_over_the_maximum() const EXCLUDES(mu_);
  bool is_protected(const std::string& listener) const EXCLUDES(mu_);
  // Closes clients' connections, the one longest without a request first, from this set on.
  void close_excess(std::size_t set);

  // Fixed at construction
  const std::vector<Reactor*> reactors_;
  protocol::RequestHandler& handler_;
  const SocketOptions options_;
  std::shared_ptr<RequestBudget> budget_;
  std::vector<std::unique_ptr<ConnectionSet>> sets_;  // one per reactor

  mutable Mutex mu_;
  ConnectionQuotas quotas_ GUARDED_BY(mu_);
  bool slot_awaited_ GUARDED_BY(mu_) = false;
  bool door_closed_ GUARDED_BY(mu_) = false;  // the listeners are closed: they are told nothing

  std::vector<std::unique_ptr<Listener>> listeners_;
  bool stopped_ = false;
};

}  // namespace barnabas::net
