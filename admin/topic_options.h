// The command line of kafka-topics, checked.
//
// Threads  free functions.
// Source   Kafka 3.9, TopicCommand.java
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/cluster_model.h"
#include "admin/tool.h"
#include "admin/topic_describe.h"

namespace barnabas::admin {

OptionParser topic_option_parser();

// Throws UsageError for what Kafka answers with the help, std::runtime_error for what it answers
// with the message alone.
void check_topic_options(const Options& options);

DescribeFilters describe_filters(const Options& options);

// `0:1,1:2`: the brokers of each partition, the preferred leader first.
// Throws std::runtime_error.
std::vector<std::vector<BrokerId>> parse_replica_assignment(std::string_view text);
// That of --replica-assignment; as in Kafka's tool, an empty one is none.
std::optional<std::vector<std::vector<BrokerId>>> given_assignment(const Options& options);

// The topic that --create describes. Throws std::runtime_error.
NewTopic new_topic(const Options& options);

}  // namespace barnabas::admin
