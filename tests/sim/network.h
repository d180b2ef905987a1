// The simulated network: connections between processes that carry whole requests and answers.
//
// A link delays, and keeps TCP's order within a connection and none across connections. A cut link
// holds what is under way until it is healed. A killed process resets its connections; a paused
// one answers nothing. Requests reach the production dispatcher of the receiving broker.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/request.h"
#include "broker/protocol/transport.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"

namespace barnabas::sim {

// Brokers have their ids as addresses; clients have numbers of their own.
using Address = std::int32_t;

inline std::string host_of(Address address) {
  return "host-" + std::to_string(address);
}

class Connection;

class Network {
 public:
  Network(Scheduler& scheduler, Random& random) : scheduler_(scheduler), random_(random) {}

  // Requests for `address` go to `handler`, on `process`, until the process is gone.
  void listen(Address address, Process& process, protocol::RequestHandler& handler);
  // The process at `address` ended: its connections are reset, nobody listens there any more.
  void close(Address address);

  // What a process at `address` uses to reach others. The port of an endpoint is the address.
  std::unique_ptr<protocol::Transport> transport(Address address);

  // Faults between two addresses, in both directions.
  void cut(Address a, Address b) { cut_.insert(std::minmax(a, b)); }
  void heal(Address a, Address b);
  void heal_all();
  // Resets every connection between the two.
  void reset(Address a, Address b);

 private:
  friend class Connection;
  friend class SimChannel;

  struct Server {
    Process* process;
    protocol::RequestHandler* handler;
  };

  bool is_cut(Address a, Address b) const { return cut_.contains(std::minmax(a, b)); }
  Duration latency();

  Scheduler& scheduler_;
  Random& random_;
  std::map<Address, Server> servers_;
  std::set<std::pair<Address, Address>> cut_;
  std::vector<std::weak_ptr<Connection>> connections_;
};

}  // namespace barnabas::sim
