// What can go wrong in a simulated cluster, chosen by the seed: kills and restarts, pauses, clean
// stops, expired sessions, cut links, lost connections. Every fault mends itself after a while.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/ids.h"
#include "tests/sim/cluster.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/trace.h"

namespace barnabas::sim {

class Faults {
 public:
  Faults(Scheduler& scheduler, Random& random, Trace& trace, Cluster& cluster,
         std::vector<TopicPartition> partitions);

  // Does one thing to one broker, or finds that there is nothing to be done to it; returns when the
  // next one may come.
  Duration inject();
  // No fault mends itself from now on; the cluster is healed by its owner.
  void finish() { ++round_; }
  // Those that took effect.
  std::size_t injected() const { return injected_; }

 private:
  // Runs `mend` later, unless the faults are over by then.
  void later(Duration delay, Task mend);
  Duration between(std::int64_t min_ms, std::int64_t max_ms);
  // The controller, a leader or any broker.
  SimBroker& victim();
  SimBroker& other_than(const SimBroker& broker);
  // What a broker gets that was to end and has ended already: not a fault.
  bool start_again(SimBroker& broker);

  // Each says whether it took effect.
  bool kill(SimBroker& broker);
  bool kill_all(SimBroker& first);
  bool stop(SimBroker& broker);
  bool pause(SimBroker& broker);
  bool expire_session(SimBroker& broker);
  bool cut_link(SimBroker& broker);
  bool isolate(SimBroker& broker);
  bool cut_from_zookeeper(SimBroker& broker);
  bool reset_zookeeper_connection(SimBroker& broker);
  bool reset_connections(SimBroker& broker);
  bool remove_controller_znode(SimBroker& broker);

  Scheduler& scheduler_;
  Random& random_;
  Trace& trace_;
  Cluster& cluster_;
  const std::vector<TopicPartition> partitions_;
  std::size_t injected_ = 0;
  std::size_t round_ = 0;
};

}  // namespace barnabas::sim
