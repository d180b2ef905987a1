#include "broker/controller/core/metadata_view.h"

namespace barnabas::controller {

void MetadataView::apply(const UpdateMetadataData& update) {
  for (const PartitionStateEntry& entry : update.partitions) {
    const BrokerId leader = entry.leadership.state.leader;
    if (leader != kLeaderDuringDelete) {
      leaders_[entry.partition.topic][entry.partition.partition] = leader;
    } else if (auto topic = leaders_.find(entry.partition.topic); topic != leaders_.end()) {
      topic->second.erase(entry.partition.partition);
      if (topic->second.empty()) leaders_.erase(topic);
    }
  }
}

BrokerId MetadataView::leader(const TopicPartition& partition) const {
  const auto topic = leaders_.find(partition.topic);
  if (topic == leaders_.end()) return kNoBroker;
  const auto found = topic->second.find(partition.partition);
  return found == topic->second.end() ? kNoBroker : found->second;
}

}  // namespace barnabas::controller
