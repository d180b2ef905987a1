// The lines of kafka-topics --describe.
//
// Byte for byte what Apache Kafka 3.9 prints for the same cluster, the order of topics and of
// `Configs:` included. Pure.
// Threads  free functions.
// Source   Kafka 3.9, TopicCommand.java
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "admin/cluster_model.h"

namespace barnabas::admin {

struct DescribeFilters {
  bool under_replicated = false;
  bool unavailable = false;
  bool under_min_isr = false;
  bool at_min_isr = false;
  bool topics_with_overrides = false;

  bool any_partition_filter() const {
    return under_replicated || unavailable || under_min_isr || at_min_isr;
  }
};

struct ClusterView {
  std::map<std::string, TopicConfigEntries> configs;  // by topic
  std::set<BrokerId> live_brokers;
  Reassignments reassignments;
};

// The order in which Kafka's tool describes topics it was given in alphabetical order.
std::vector<TopicInfo> in_description_order(std::vector<TopicInfo> topics);

// `topics` in the order of printing. Ends every line with a line end.
std::string describe_topics(const std::vector<TopicInfo>& topics, const ClusterView& cluster,
                            const DescribeFilters& filters);

}  // namespace barnabas::admin
