// What the checkers look at: one moment of the whole cluster, read from the brokers' own objects
// and from ZooKeeper.
//
// Threads  a value type; the logs are borrowed from the brokers' disks.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

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

struct ClusterSnapshot {
  std::set<BrokerId> live_brokers;
  std::vector<ReplicaView> replicas;           // hosted by living processes, paused ones too
  std::map<TopicPartition, StateView> states;  // from ZooKeeper
  ControllerEpoch controller_epoch;            // likewise
  std::int64_t controller_epoch_mzxid = 0;
  std::map<TopicPartition, std::vector<BrokerId>> assignment;
  // Every broker's disk, dead brokers' too.
  std::map<TopicPartition, std::map<BrokerId, const log::Log*>> logs;
};

}  // namespace barnabas::sim
