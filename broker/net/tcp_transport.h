// protocol::Transport over TCP: channels whose connections live on the reactors.
//
// A channel whose home is one of the reactors lives there whole, without a hop; for any other home
// its connection is given to one of the reactors, and calls and answers are posted across.
// Threads  open: any thread. A Channel: its home.
// Life     The reactors outlive the transport and its channels; a channel may end after the threads
//          of its reactor and its home have stopped, on any thread then.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/thread_executor.h"
#include "broker/net/client_connection.h"
#include "broker/net/reactor.h"
#include "broker/protocol/transport.h"

namespace barnabas::net {

class TcpTransport final : public protocol::Transport {
 public:
  TcpTransport(std::vector<Reactor*> reactors, ClientOptions options);

  std::unique_ptr<protocol::Channel> open(std::string host, std::int32_t port,
                                          std::string client_id, Executor& home) override;

 private:
  // Fixed at construction
  const std::vector<Reactor*> reactors_;
  const ClientOptions options_;

  std::atomic<std::size_t> next_reactor_{0};
  ThreadExecutor resolver_;  // waits for DNS
};

}  // namespace barnabas::net
