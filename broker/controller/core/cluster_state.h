// What the controller knows of brokers and partitions, as values.
//
// Threads  value types.
// Source   Kafka 3.9, kafka/api/LeaderAndIsr.scala, kafka/controller/KafkaController.scala
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/uuid.h"
#include "broker/controller/core/requests.h"
#include "broker/protocol/ids.h"

namespace barnabas::controller {

using BrokerIds = std::vector<BrokerId>;

inline bool contains(const BrokerIds& ids, BrokerId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// `ids` without those for which `drop` is true; the order stays.
template <typename Drop>
BrokerIds without(const BrokerIds& ids, Drop drop) {
  BrokerIds kept;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(kept),
               [&](BrokerId id) { return !drop(id); });
  return kept;
}

// A live broker, as its registration znode says.
struct BrokerInfo {
  BrokerId id{-1};
  BrokerEpoch epoch = kNoBrokerEpoch;  // czxid of the registration
  std::vector<Endpoint> endpoints;
  std::optional<std::string> rack;
  bool operator==(const BrokerInfo&) const = default;
};

// Leadership of a partition. partition_epoch is the data version of its state znode.
struct LeaderAndIsr {
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch{0};
  BrokerIds isr;  // in its own order, which elections do not heed
  LeaderRecoveryState recovery_state = LeaderRecoveryState::kRecovered;
  PartitionEpoch partition_epoch{0};
  bool operator==(const LeaderAndIsr&) const = default;

  // The same but for partition_epoch: what one writer would write.
  bool same_content(const LeaderAndIsr& other) const {
    return leader == other.leader && leader_epoch == other.leader_epoch && isr == other.isr &&
           recovery_state == other.recovery_state;
  }
};

// Leadership as a state znode holds it: with the epoch of the controller that wrote it.
struct Leadership {
  LeaderAndIsr state;
  ControllerEpoch controller_epoch{0};
  bool operator==(const Leadership&) const = default;
};

// `replicas` is the assignment (AR): its order is the preference for leaders. While a partition is
// being reassigned it holds target and old replicas.
struct ReplicaAssignment {
  BrokerIds replicas;
  BrokerIds adding;
  BrokerIds removing;
  bool operator==(const ReplicaAssignment&) const = default;

  BrokerIds target() const {
    return without(replicas, [&](BrokerId id) { return contains(removing, id); });
  }
};

using TopicAssignment = std::map<PartitionId, ReplicaAssignment>;

struct TopicSnapshot {
  std::string name;
  Uuid id;
  TopicAssignment assignment;
};

// The cluster as ZooKeeper had it when this controller was elected.
struct ClusterSnapshot {
  std::map<BrokerId, BrokerInfo> brokers;
  std::vector<TopicSnapshot> topics;
  std::map<TopicPartition, Leadership> leaderships;  // absent: no state znode
  std::vector<std::string> topics_to_delete;         // children of /admin/delete_topics
};

}  // namespace barnabas::controller
