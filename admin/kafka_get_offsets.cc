// kafka-get-offsets: the offsets of partitions, at their ends or by time.
//
// Source  Kafka 3.9, GetOffsetShell.java
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "admin/admin_client.h"
#include "admin/admin_session.h"
#include "admin/error_text.h"
#include "admin/log_client.h"
#include "admin/offset_query.h"
#include "admin/tool.h"
#include "admin/topic_filter.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kOffsetsPurpose =
    "An interactive shell for getting topic-partition offsets.";

OptionParser get_offsets_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"broker-list", "DEPRECATED, the former name of --bootstrap-server, which ranks above it.",
       required, "String", "HOST1:PORT1,...,HOST3:PORT3"},
      {.name = "bootstrap-server",
       .description = "REQUIRED. The brokers to ask first, host:port separated by commas.",
       .argument = required,
       .type = "String",
       .argument_name = "HOST1:PORT1,...,HOST3:PORT3",
       .required_unless = "broker-list"},
      {"topic-partitions",
       "Which partitions, separated by commas: a regular expression for the topic (none: any), "
       "then "
       "perhaps ':' and a number, or a range NUMBER-NUMBER whose end is not in it, NUMBER- or "
       "-NUMBER.",
       required, "String", "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3"},
      {"topic",
       "The topic, or a regular expression for topics; default: all. Not with --topic-partitions.",
       required, "String", "topic"},
      {"partitions",
       "Partition ids separated by commas; default: all. Not with --topic-partitions.", required,
       "String", "partition ids"},
      {.name = "time",
       .description = "The offset of the first record that is not older than this, or one of the "
                      "questions. A partition without such a record is left out.",
       .argument = required,
       .type = "String",
       .argument_name = "<timestamp> / -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or "
                        "earliest-local / -5 or latest-tiered",
       .default_value = "latest"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "config file"},
      {"exclude-internal-topics", "Leave out Kafka's own topics."},
  });
}

PartitionSelection selection_of(const Options& options) {
  const auto patterns = options.value("topic-partitions");
  if (!patterns) {
    return PartitionSelection::from_topic(options.value("topic"), options.value("partitions"));
  }
  if (options.has("topic") || options.has("partitions")) {
    throw std::runtime_error("--topic-partitions cannot be used with --topic or --partitions");
  }
  return PartitionSelection::from_patterns(*patterns);
}

std::vector<TopicPartition> selected_partitions(AdminClient& client,
                                                const PartitionSelection& selection,
                                                bool exclude_internal) {
  const auto topics = client.list_topics();
  if (!topics) throw std::runtime_error(execution_error(topics.error()));
  std::vector<std::string> names;
  for (const TopicListing& topic : *topics) {
    if (exclude_internal && topic.internal) continue;
    if (selection.may_match(topic.name)) names.push_back(topic.name);
  }
  std::vector<TopicPartition> partitions;
  if (names.empty()) return partitions;
  const auto infos = client.describe_topics(names);
  if (!infos) throw std::runtime_error(execution_error(infos.error()));
  for (const TopicInfo& topic : *infos) {
    for (const PartitionInfo& partition : topic.partitions) {
      TopicPartition found{topic.name, partition.partition};
      if (selection.matches(found)) partitions.push_back(std::move(found));
    }
  }
  return partitions;
}

int get_offsets(const Options& options) {
  const std::string servers =
      options.value("bootstrap-server").value_or(options.value("broker-list").value_or(""));
  require_host_ports(servers);
  const std::int64_t time = parse_offset_time(*options.value("time"));
  const PartitionSelection selection = selection_of(options);
  AdminSession session(options.value("command-config"), servers, {});
  const auto partitions =
      selected_partitions(session.client(), selection, options.has("exclude-internal-topics"));
  if (partitions.empty()) {
    throw std::runtime_error("Could not match any topic-partitions with the specified filters");
  }
  // By the text "topic-partition": t-10 before t-2.
  std::map<std::string, std::string> lines;
  const PartitionOffsets offsets =
      LogClient(session.client().cluster()).list_offsets(partitions, time);
  for (const auto& [partition, offset] : offsets) {
    const std::string name = fmt::format("{}", partition);
    if (!offset) {
      fmt::print(stderr, "Skip getting offsets for topic-partition {} due to error: {}\n", name,
                 execution_error(offset.error()));
    } else if (*offset >= 0) {
      lines[name] = fmt::format("{}:{}:{}\n", partition.topic, partition.partition, *offset);
    }
  }
  for (const auto& [name, line] : lines) fmt::print("{}", line);
  return 0;
}

}  // namespace

int kafka_get_offsets(const Arguments& arguments) {
  const OptionParser parser = get_offsets_option_parser();
  if (arguments.empty()) return print_usage(parser, kOffsetsPurpose);
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(parser, arguments, options, kOffsetsPurpose)) {
      return *done;
    }
    return get_offsets(options);
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "Error occurred: {}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
