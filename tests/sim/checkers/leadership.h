// At most one leader per leader epoch, and epochs that never go back.
//
// Threads  one thread; the simulation's.
#pragma once

#include <map>
#include <tuple>
#include <utility>

#include "tests/sim/checkers/cluster_snapshot.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

class OneLeaderPerEpoch {
 public:
  void check(const ClusterSnapshot& cluster, Judge& judge);

 private:
  std::map<std::pair<TopicPartition, LeaderEpoch>, BrokerId> leaders_;
};

// Leader epoch and partition epoch in ZooKeeper and the leader epoch of every replica only rise,
// and a leader's high watermark does within its epoch.
class NothingGoesBack {
 public:
  void check(const ClusterSnapshot& cluster, Judge& judge);

 private:
  std::map<TopicPartition, std::pair<LeaderEpoch, PartitionEpoch>> in_zookeeper_;
  std::map<std::tuple<BrokerId, std::uint32_t, TopicPartition>, LeaderEpoch> at_replica_;
  std::map<std::tuple<BrokerId, std::uint32_t, TopicPartition, LeaderEpoch>, Offset>
      high_watermark_;
};

// The ISR in ZooKeeper contains the leader and only assigned replicas.
void check_isr_in_zookeeper(const ClusterSnapshot& cluster, Judge& judge);

// No controller writes a state after a later one was elected.
void check_controller_fencing(const ClusterSnapshot& cluster, Judge& judge);

}  // namespace barnabas::sim
