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
    const auto leader =
        std::find_if(cluster.replicas.begin(), cluster.replicas.end(), [&](const ReplicaView& r) {
          return r.status.tp == tp && r.broker == view.state.leader && r.status.is_leader &&
                 r.status.leader_epoch == view.state.leader_epoch;
        });
    if (leader == cluster.replicas.end()) {
      return fmt::format("broker {} does not know it leads {}", view.state.leader, tp);
    }
    // A new leader's high watermark lags until its followers have fetched.
    if (leader->status.high_watermark != leader->status.log_end_offset) {
      return fmt::format("{} has committed {} of {}", tp, leader->status.high_watermark,
                         leader->status.log_end_offset);
    }
  }
  return {};
}

}  // namespace barnabas::sim
