// The command line of kafka-consumer-groups, checked.
//
// Threads  free functions.
// Failure  OptionError: the message alone; UsageError: the message and the help.
// Source   Kafka 3.9, ConsumerGroupCommandOptions.java
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin/tool.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

OptionParser consumer_group_option_parser();

// Refuses options that only make sense beside others which are missing. Before anything else.
void check_available_group_options(const Options& options);

// Warns on standard error of a --reset-offsets that will change nothing.
void check_consumer_group_options(const Options& options);

// "Stable,empty" as Kafka spells them; empty: any.
std::vector<std::string> parse_group_states(std::string_view text);
std::vector<std::string> parse_group_types(std::string_view text);

// `topic:0,1`. The caller knows that there is a colon.
std::vector<TopicPartition> parse_topic_with_partitions(std::string_view text);

// What --reset-offsets without a scenario is answered.
std::string missing_scenario();

}  // namespace barnabas::admin
