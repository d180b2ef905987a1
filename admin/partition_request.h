// Requests about partitions name them by topic.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string_view>

#include "broker/protocol/ids.h"

namespace barnabas::admin {

// Names the partition of each item in `request`, topics in the order in which they first come.
// `partition_of(item)` is its TopicPartition; `fill(item, entry)` writes what is asked of it. The
// items outlive the request, which has views of their topics' names.
template <typename Request, typename Items, typename PartitionOf, typename Fill>
void add_partitions(Request& request, const Items& items, PartitionOf partition_of, Fill fill) {
  std::map<std::string_view, std::size_t> topics;
  for (const auto& item : items) {
    const TopicPartition& partition = std::invoke(partition_of, item);
    const auto [at, is_new] = topics.emplace(partition.topic, request.topics.size());
    if (is_new) request.topics.emplace_back().name = partition.topic;
    auto& entry = request.topics[at->second].partitions.emplace_back();
    entry.partition_index = partition.partition.value();
    fill(item, entry);
  }
}

}  // namespace barnabas::admin
