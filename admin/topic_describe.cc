#include "admin/topic_describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "admin/java_hash.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

// While a reassignment is under way the replicas being added do not count. One that has completed
// since it was asked for is not in the replicas any more and is ignored.
std::size_t replication_factor(const PartitionInfo& partition, const Reassignment* reassignment) {
  if (reassignment == nullptr) return partition.replicas.size();
  const auto changing = [&](BrokerId replica) {
    return std::ranges::find(reassignment->adding, replica) != reassignment->adding.end() ||
           std::ranges::find(reassignment->removing, replica) != reassignment->removing.end();
  };
  if (std::ranges::none_of(partition.replicas, changing)) return partition.replicas.size();
  return reassignment->replicas.size() - reassignment->adding.size();
}

std::size_t min_isr(const TopicConfigEntries& configs) {
  std::size_t value = 1;
  const auto entry =
      std::ranges::find(configs, std::string_view("min.insync.replicas"), &TopicConfigEntry::name);
  if (entry != configs.end() && entry->value) {
    std::from_chars(entry->value->data(), entry->value->data() + entry->value->size(), value);
  }
  return value;
}

bool passes(const PartitionInfo& partition, const TopicConfigEntries& configs,
            const Reassignment* reassignment, const ClusterView& cluster,
            const DescribeFilters& filters) {
  if (!filters.any_partition_filter()) return true;
  const std::size_t isr = partition.isr.size();
  return (filters.under_replicated && replication_factor(partition, reassignment) > isr) ||
         (filters.unavailable &&
          (!partition.leader || !cluster.live_brokers.contains(*partition.leader))) ||
         (filters.under_min_isr && (!partition.leader || isr < min_isr(configs))) ||
         (filters.at_min_isr && isr == min_isr(configs));
}

std::string configs_text(const TopicConfigEntries& configs) {
  const auto ordered = in_java_hash_order(
      configs, [](const TopicConfigEntry& entry) { return protocol::java_hash_code(entry.name); });
  std::vector<std::string> set;
  for (const TopicConfigEntry& entry : ordered) {
    if (!entry.is_default) {
      set.push_back(fmt::format("{}={}", entry.name, entry.value.value_or("null")));
    }
  }
  return fmt::format("{}", fmt::join(set, ","));
}

std::string topic_line(const TopicInfo& topic, const TopicConfigEntries& configs,
                       const Reassignment* first_reassignment) {
  std::string line = fmt::format("Topic: {}", topic.name);
  if (!topic.topic_id.is_zero()) line += fmt::format("\tTopicId: {}", topic.topic_id.to_string());
  const std::size_t factor = topic.partitions.empty()
                                 ? 0
                                 : replication_factor(topic.partitions.front(), first_reassignment);
  line += fmt::format("\tPartitionCount: {}\tReplicationFactor: {}\tConfigs: {}\n",
                      topic.partitions.size(), factor, configs_text(configs));
  return line;
}

std::string partition_line(const std::string& topic, const PartitionInfo& partition,
                           const Reassignment* reassignment) {
  std::string line = fmt::format("\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}",
                                 topic, partition.partition,
                                 partition.leader ? fmt::format("{}", *partition.leader) : "none",
                                 fmt::join(partition.replicas, ","), fmt::join(partition.isr, ","));
  if (reassignment != nullptr) {
    line +=
        fmt::format("\tAdding Replicas: {}\tRemoving Replicas: {}",
                    fmt::join(reassignment->adding, ","), fmt::join(reassignment->removing, ","));
  }
  // Eligible leader replicas are KRaft's; Kafka 3.9 prints the columns everywhere.
  line += "\tElr: N/A\tLastKnownElr: N/A\n";
  return line;
}

}  // namespace

std::vector<TopicInfo> in_description_order(std::vector<TopicInfo> topics) {
  // Three maps one after another: the futures, their copy, and the descriptions.
  const auto hash = [](const TopicInfo& topic) { return protocol::java_hash_code(topic.name); };
  const std::size_t count = topics.size();
  topics = in_java_hash_order(std::move(topics), hash, java_table_size_for(count));
  topics = in_java_hash_order(std::move(topics), hash, java_copy_table_size(count));
  return in_java_hash_order(std::move(topics), hash, java_table_size_for(count));
}

std::string describe_topics(const std::vector<TopicInfo>& topics, const ClusterView& cluster,
                            const DescribeFilters& filters) {
  static const TopicConfigEntries kNoConfigs;
  std::string out;
  for (const TopicInfo& topic : topics) {
    const auto found = cluster.configs.find(topic.name);
    const TopicConfigEntries& configs = found == cluster.configs.end() ? kNoConfigs : found->second;
    const auto reassignment_of = [&](PartitionId partition) -> const Reassignment* {
      const auto at = cluster.reassignments.find({topic.name, partition});
      return at == cluster.reassignments.end() ? nullptr : &at->second;
    };

    const bool overridden = std::ranges::any_of(
        configs, [](const TopicConfigEntry& entry) { return !entry.is_default; });
    if (!filters.any_partition_filter() && (!filters.topics_with_overrides || overridden)) {
      out += topic_line(
          topic, configs,
          topic.partitions.empty() ? nullptr : reassignment_of(topic.partitions[0].partition));
    }
    if (filters.topics_with_overrides) continue;
    for (const PartitionInfo& partition : topic.partitions) {
      const Reassignment* reassignment = reassignment_of(partition.partition);
      if (passes(partition, configs, reassignment, cluster, filters)) {
        out += partition_line(topic.name, partition, reassignment);
      }
    }
  }
  return out;
}

}  // namespace barnabas::admin
