#include "tests/sim/checkers/convergence.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace barnabas::sim {

std::string not_yet_converged(const ClusterSnapshot& cluster) {
  if (cluster.states.size() != cluster.assignment.size()) return "partitions without a state";
  for (const auto& [tp, view] : cluster.states) {
    const auto& replicas = cluster.assignment.at(tp);
    if (!cluster.live_brokers.contains(view.state.leader)) {
      return fmt::format("{} has the leader {}", tp, view.state.leader);
    }
    if (view.state.isr.size() != replicas.size()) {
      return fmt::format("{} has the ISR {} of {}", tp, fmt::join(view.state.isr, ","),
                         fmt::join(replicas, ","));
    }
    const bool in_office =
        std::any_of(cluster.replicas.begin(), cluster.replicas.end(), [&](const ReplicaView& r) {
          return r.status.tp == tp && r.broker == view.state.leader && r.status.is_leader &&
                 r.status.leader_epoch == view.state.leader_epoch;
        });
    if (!in_office)
      return fmt::format("broker {} does not know it leads {}", view.state.leader, tp);
  }
  return {};
}

}  // namespace barnabas::sim
