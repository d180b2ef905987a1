#include "broker/replica/metadata_cache.h"

#include <utility>

namespace barnabas::replica {

const Endpoint* BrokerMetadata::endpoint(std::string_view listener) const {
  for (const Endpoint& endpoint : endpoints) {
    if (endpoint.listener == listener) return &endpoint;
  }
  return nullptr;
}

const BrokerMetadata* MetadataSnapshot::broker(BrokerId id) const {
  const auto found = brokers.find(id);
  return found == brokers.end() ? nullptr : &found->second;
}

const TopicMetadata* MetadataSnapshot::topic(std::string_view name) const {
  const auto found = topics.find(name);
  return found == topics.end() ? nullptr : found->second.get();
}

const TopicMetadata* MetadataSnapshot::topic(const Uuid& id) const {
  const auto found = topic_ids.find(id);
  return found == topic_ids.end() ? nullptr : found->second.get();
}

const PartitionMetadata* MetadataSnapshot::partition(std::string_view topic_name,
                                                     PartitionId partition) const {
  const TopicMetadata* found = topic(topic_name);
  if (!found) return nullptr;
  const auto state = found->partitions.find(partition);
  return state == found->partitions.end() ? nullptr : &state->second;
}

std::shared_ptr<const MetadataSnapshot> MetadataCache::snapshot() const {
  MutexLock lock(mu_);
  return snapshot_;
}

std::vector<TopicPartition> MetadataCache::update(const MetadataUpdate& update) {
  auto next = std::make_shared<MetadataSnapshot>(*snapshot());
  next->controller_id = update.controller_id;
  next->brokers.clear();
  for (const BrokerMetadata& broker : update.live_brokers) next->brokers[broker.id] = broker;

  std::vector<TopicPartition> removed;
  // Copies of the topics that change, one each.
  std::map<std::string, std::shared_ptr<TopicMetadata>, std::less<>> changed;
  for (const MetadataUpdate::Partition& partition : update.partitions) {
    auto& topic = changed[partition.topic];
    if (!topic) {
      const TopicMetadata* known = next->topic(partition.topic);
      topic = known ? std::make_shared<TopicMetadata>(*known) : std::make_shared<TopicMetadata>();
      topic->name = partition.topic;
    }
    if (!partition.topic_id.is_zero() && partition.topic_id != topic->topic_id) {
      // Made anew while this broker was not told of the end of the former one.
      if (!topic->topic_id.is_zero()) topic->partitions.clear();
      topic->topic_id = partition.topic_id;
    }
    if (partition.state.leader == kLeaderDuringDelete) {
      topic->partitions.erase(partition.partition);
      removed.push_back({partition.topic, partition.partition});
    } else {
      topic->partitions[partition.partition] = partition.state;
    }
  }
  for (auto& [name, topic] : changed) {
    // The name may have had another id before: a topic deleted and created again.
    if (const TopicMetadata* known = next->topic(name); known && !known->topic_id.is_zero()) {
      next->topic_ids.erase(known->topic_id);
    }
    if (topic->partitions.empty()) {
      next->topics.erase(name);
      continue;
    }
    if (!topic->topic_id.is_zero()) next->topic_ids[topic->topic_id] = topic;
    next->topics[name] = std::move(topic);
  }

  MutexLock lock(mu_);
  snapshot_ = std::move(next);
  return removed;
}

}  // namespace barnabas::replica
