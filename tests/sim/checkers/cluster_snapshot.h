// What the checkers look at: one moment of the whole cluster, read from the brokers' own objects
// and from ZooKeeper.
//
// Threads  a value type; the logs are borrowed from the brokers' disks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "broker/coordinator/group/shard.h"
#include "broker/log/log.h"
#include "broker/protocol/ids.h"
#include "broker/replica/partition.h"
#include "zkclient/documents.h"

namespace barnabas::sim {

struct ReplicaView {
  BrokerId broker;
  std::uint32_t incarnation = 0;  // of the broker's process
  replica::PartitionStatus status;
};

struct StateView {
  zk::PartitionStateZnode state;
  PartitionEpoch partition_epoch;
  std::int64_t mzxid = 0;  // when it was written
};

// The coordinator in office of one partition of __consumer_offsets: the leader in ZooKeeper, if it
// knows that it is.
struct CoordinatorView {
  BrokerId broker;
  std::shared_ptr<const group::Shard> shard;
};

struct ClusterSnapshot {
  std::set<BrokerId> live_brokers;
  std::vector<ReplicaView> replicas;           // hosted by living processes, paused ones too
  std::map<TopicPartition, StateView> states;  // from ZooKeeper
  std::map<PartitionId, CoordinatorView> coordinators;
  ControllerEpoch controller_epoch;  // from ZooKeeper
  std::int64_t controller_epoch_mzxid = 0;
  std::map<TopicPartition, std::vector<BrokerId>> assignment;
  // Every broker's disk, dead brokers' too.
  std::map<TopicPartition, std::map<BrokerId, const log::Log*>> logs;
};

}  // namespace barnabas::sim
