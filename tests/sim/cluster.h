// A simulated cluster: three brokers, ZooKeeper and the network between them, and what can be seen
// of it at one moment.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/coordinator/group/shard.h"
#include "tests/sim/checkers/cluster_snapshot.h"
#include "tests/sim/network.h"
#include "tests/sim/process.h"
#include "tests/sim/sim_broker.h"
#include "tests/sim/trace.h"
#include "tests/sim/zookeeper_model.h"
#include "zkclient/documents.h"

namespace barnabas::sim {

class Cluster {
 public:
  Cluster(Scheduler& scheduler, Random& random, Trace& trace, std::int32_t broker_count);

  void start_all();
  // No fault is left: links healed, paused brokers resumed, dead ones started.
  void heal_all();

  std::vector<std::unique_ptr<SimBroker>>& brokers() { return brokers_; }
  SimBroker& broker(std::size_t index) { return *brokers_[index]; }
  std::vector<Address> addresses() const;
  // Of the broker's process, counted from 1.
  std::uint32_t incarnation(BrokerId id) const;
  Network& network() { return network_; }
  ZooKeeperModel& zookeeper() { return zookeeper_; }

  // The broker that /controller names; nullptr: none, or it has no process.
  SimBroker* controller();
  // The leader of a partition as ZooKeeper has it; nullptr likewise.
  SimBroker* leader(const TopicPartition& tp);
  // Under which leader epoch a broker is a group's coordinator in office; kNoLeaderEpoch: it is
  // none, or does not know it.
  LeaderEpoch coordinator_epoch(BrokerId broker, const std::string& group) const;
  // Whether such a coordinator has committed everything that it loaded.
  bool coordinator_has_committed(BrokerId broker, const std::string& group) const;

  ClusterSnapshot snapshot();

 private:
  SimBroker* find(BrokerId id) const;
  std::optional<zk::PartitionStateZnode> state(const TopicPartition& tp) const;
  // The broker's coordinator of a partition, if its office is of this epoch; null: none.
  std::shared_ptr<group::Shard> coordinator(BrokerId broker, PartitionId partition,
                                            LeaderEpoch epoch) const;
  void read_topics(ClusterSnapshot& snapshot) const;

  Random& random_;
  Network network_;
  Process ensemble_;  // ZooKeeper's
  ZooKeeperModel zookeeper_;
  World world_;
  std::vector<std::unique_ptr<SimBroker>> brokers_;
};

}  // namespace barnabas::sim
