// What this broker has been told of the cluster by the controller: live brokers, topics, leaders.
//
// A MetadataSnapshot is immutable; an update makes a new one that shares the untouched topics.
// Invariants  A topic in `topics` has at least one partition. `topic_ids` names only such topics.
// Threads     MetadataCache: thread-safe. MetadataSnapshot: immutable.
// Source      Kafka 3.9, kafka/server/metadata/ZkMetadataCache.scala
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/mutex.h"
#include "broker/base/uuid.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

struct BrokerMetadata {
  BrokerId id{-1};
  std::vector<Endpoint> endpoints;
  std::optional<std::string> rack;

  // Null: the broker does not listen there.
  const Endpoint* endpoint(std::string_view listener) const;
};

struct PartitionMetadata {
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  ControllerEpoch controller_epoch{0};
  PartitionEpoch partition_epoch{0};
  std::vector<BrokerId> isr;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> offline_replicas;
};

struct TopicMetadata {
  std::string name;
  Uuid topic_id;  // zero: none known
  std::map<PartitionId, PartitionMetadata> partitions;
};

struct MetadataSnapshot {
  BrokerId controller_id = kNoBroker;
  std::map<BrokerId, BrokerMetadata> brokers;  // the live ones
  std::map<std::string, std::shared_ptr<const TopicMetadata>, std::less<>> topics;
  std::unordered_map<Uuid, std::shared_ptr<const TopicMetadata>> topic_ids;

  bool has_alive_broker(BrokerId id) const { return brokers.contains(id); }
  const BrokerMetadata* broker(BrokerId id) const;
  const TopicMetadata* topic(std::string_view name) const;
  const TopicMetadata* topic(const Uuid& id) const;
  const PartitionMetadata* partition(std::string_view topic, PartitionId partition) const;
};

// What one UpdateMetadata request says.
struct MetadataUpdate {
  BrokerId controller_id = kNoBroker;
  std::vector<BrokerMetadata> live_brokers;  // replaces the whole list
  struct Partition {
    std::string topic;
    Uuid topic_id;  // zero: not told
    PartitionId partition{0};
    PartitionMetadata state;  // leader kLeaderDuringDelete removes the partition
  };
  std::vector<Partition> partitions;  // merged
};

class MetadataCache {
 public:
  // Never null; empty before the first update.
  std::shared_ptr<const MetadataSnapshot> snapshot() const;

  // Returns the partitions that the update removed.
  std::vector<TopicPartition> update(const MetadataUpdate& update);

 private:
  mutable Mutex mu_;
  std::shared_ptr<const MetadataSnapshot> snapshot_ GUARDED_BY(mu_) =
      std::make_shared<const MetadataSnapshot>();
};

}  // namespace barnabas::replica
