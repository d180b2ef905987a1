// The metadata cache as the controller looks at it.
//
// Threads  as replica::MetadataCache.
#pragma once

#include <string_view>

#include "broker/controller/core/metadata_view.h"
#include "broker/protocol/ids.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::server {

class CachedMetadata final : public controller::MetadataView {
 public:
  // `cache` outlives this.
  explicit CachedMetadata(const replica::MetadataCache& cache) : cache_(cache) {}

  bool has_topic(std::string_view topic) const override {
    return cache_.snapshot()->topic(topic) != nullptr;
  }
  BrokerId leader(const TopicPartition& partition) const override {
    const auto snapshot = cache_.snapshot();
    const auto* known = snapshot->partition(partition.topic, partition.partition);
    return known ? known->leader : kNoBroker;
  }

 private:
  const replica::MetadataCache& cache_;
};

}  // namespace barnabas::server
