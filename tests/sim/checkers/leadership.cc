#include "tests/sim/checkers/leadership.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace barnabas::sim {
namespace {

bool contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

}  // namespace

void OneLeaderPerEpoch::check(const ClusterSnapshot& cluster, Judge& judge) {
  for (const ReplicaView& replica : cluster.replicas) {
    if (!replica.status.is_leader) continue;
    const auto [known, is_new] =
        leaders_.emplace(std::pair(replica.status.tp, replica.status.leader_epoch), replica.broker);
    if (!is_new && known->second != replica.broker) {
      judge.violation("{} has two leaders in epoch {}: {} and {}", replica.status.tp,
                      replica.status.leader_epoch, known->second, replica.broker);
    }
  }
}

void NothingGoesBack::check(const ClusterSnapshot& cluster, Judge& judge) {
  for (const auto& [tp, view] : cluster.states) {
    const std::pair now(view.state.leader_epoch, view.partition_epoch);
    auto& before = in_zookeeper_.emplace(tp, now).first->second;
    if (now.first < before.first || now.second < before.second) {
      judge.violation("the state of {} went from leader epoch {}, version {} to {}, {}", tp,
                      before.first, before.second, now.first, now.second);
    }
    before = now;
  }
  for (const ReplicaView& replica : cluster.replicas) {
    const auto& status = replica.status;
    auto& epoch = at_replica_
                      .emplace(std::tuple(replica.broker, replica.incarnation, status.tp),
                               status.leader_epoch)
                      .first->second;
    if (status.leader_epoch < epoch) {
      judge.violation("broker {} went back from leader epoch {} of {} to {}", replica.broker, epoch,
                      status.tp, status.leader_epoch);
    }
    epoch = status.leader_epoch;
    if (!status.is_leader) continue;
    auto& high_watermark =
        high_watermark_
            .emplace(std::tuple(replica.broker, replica.incarnation, status.tp, epoch),
                     status.high_watermark)
            .first->second;
    if (status.high_watermark < high_watermark) {
      judge.violation("leader {} of {} lowered its high watermark from {} to {} in epoch {}",
                      replica.broker, status.tp, high_watermark, status.high_watermark, epoch);
    }
    high_watermark = status.high_watermark;
  }
}

void check_isr_in_zookeeper(const ClusterSnapshot& cluster, Judge& judge) {
  for (const auto& [tp, view] : cluster.states) {
    const auto& isr = view.state.isr;
    if (isr.empty()) judge.violation("the ISR of {} is empty", tp);
    if (view.state.leader != kNoBroker && !contains(isr, view.state.leader)) {
      judge.violation("leader {} of {} is not in the ISR", view.state.leader, tp);
    }
    const auto assigned = cluster.assignment.find(tp);
    if (assigned == cluster.assignment.end()) continue;
    for (const BrokerId broker : isr) {
      if (!contains(assigned->second, broker)) {
        judge.violation("broker {} in the ISR of {} is no replica of it", broker, tp);
      }
    }
  }
}

void check_controller_fencing(const ClusterSnapshot& cluster, Judge& judge) {
  for (const auto& [tp, view] : cluster.states) {
    if (view.mzxid > cluster.controller_epoch_mzxid &&
        view.state.controller_epoch != cluster.controller_epoch) {
      judge.violation("the state of {} was written in controller epoch {} after the epoch was {}",
                      tp, view.state.controller_epoch, cluster.controller_epoch);
    }
  }
}

}  // namespace barnabas::sim
