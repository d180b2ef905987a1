#include "admin/topic_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "admin/java_text.h"
#include "config/config_key.h"
#include "config/topic_config.h"

namespace barnabas::admin {
namespace {

std::string config_names() {
  std::string names;
  for (const config::ConfigKey& key : config::topic_keys()) {
    names += fmt::format("\t{}\n", key.name);
  }
  return names;
}

// The actions of a line that is allowed only with some of them.
std::vector<std::string> actions_but(const std::vector<std::string>& allowed) {
  std::vector<std::string> others{"alter", "create", "delete", "describe", "list"};
  std::erase_if(others, [&](const std::string& action) {
    return std::ranges::find(allowed, action) != allowed.end();
  });
  return others;
}

std::map<std::string, std::string> parse_configs(const std::vector<std::string>& lines) {
  config::Properties properties;
  for (const std::string& line : lines) {
    const auto parts = java_split(line, '=');
    if (parts.size() != 2) {
      throw std::runtime_error(
          "requirement failed: Invalid topic config: all configs to be added must be in the format "
          "\"key=val\".");
    }
    properties[std::string(java_trim(parts[0]))] = java_trim(parts[1]);
  }
  if (const auto problem = config::validate_topic_configs(properties)) {
    throw std::runtime_error(*problem);
  }
  return {properties.begin(), properties.end()};
}

}  // namespace

OptionParser topic_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"bootstrap-server", "REQUIRED: the brokers to ask first, host:port separated by commas.",
       required, "String", "server to connect to"},
      {"command-config", "A properties file with settings of the admin client.", required, "String",
       "command config property file"},
      {"list", "List the topics."},
      {"create", "Create a topic."},
      {"delete", "Delete topics."},
      {"alter", "Add partitions to topics."},
      {"describe", "Describe topics and their partitions."},
      {"topic",
       "The topic. Unless it is to be created, a regular expression that the whole name matches; "
       "put it in quotes.",
       required, "String", "topic"},
      {"topic-id", "The id of the topic to describe.", required, "String", "topic-id"},
      {"config",
       "A config of the topic to be created; may be repeated. The names are:\n" + config_names() +
           "To change the configs of a topic use kafka-configs.",
       required, "String", "name=value"},
      {"delete-config", "Refused: use kafka-configs.", required, "String", "name"},
      {"partitions",
       "How many partitions the topic has; the cluster's default if it is created without.",
       required, "Integer", "# of partitions"},
      {"replication-factor",
       "How many replicas each partition of a new topic has; default: the cluster's.", required,
       "Integer", "replication factor"},
      {"replica-assignment",
       "The brokers of each partition, those that are there first; partitions separated by commas.",
       required, "String",
       "broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , "
       "broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ..."},
      {"under-replicated-partitions",
       "Describe only partitions with fewer in-sync replicas than replicas."},
      {"unavailable-partitions", "Describe only partitions without a live leader."},
      {"under-min-isr-partitions",
       "Describe only partitions with fewer in-sync replicas than min.insync.replicas."},
      {"at-min-isr-partitions",
       "Describe only partitions with just min.insync.replicas in-sync replicas."},
      {"topics-with-overrides",
       "Describe only topics with configs other than the defaults, without their partitions."},
      {"if-exists", "A missing topic is no error when describing, deleting or altering."},
      {"if-not-exists", "An existing topic is no error when creating."},
      {"exclude-internal", "Leave out Kafka's own topics when listing or describing."},
      {"partition-size-limit-per-response", "How many partitions a broker may describe at a time.",
       required, "Integer", "maximum number of partitions in one response."},
  });
}

void check_topic_options(const Options& options) {
  std::size_t actions = 0;
  for (const char* action : {"create", "list", "alter", "describe", "delete"}) {
    actions += options.has(action);
  }
  if (actions != 1) {
    throw UsageError(
        "Command must include exactly one action: --list, --describe, --create, --alter or "
        "--delete");
  }
  if (!options.has("bootstrap-server")) {
    throw std::runtime_error("--bootstrap-server must be specified");
  }
  if (options.has("describe") && options.has("if-exists")) {
    if (!options.has("topic") && !options.has("topic-id")) {
      throw UsageError("--topic or --topic-id is required to describe a topic");
    }
    if (options.has("topic") && options.has("topic-id")) {
      fmt::print(
          "Only topic id will be used when both --topic and --topic-id are specified and topicId "
          "is not Uuid.ZERO_UUID\n");
    }
  }
  if (!options.has("list") && !options.has("describe")) require_options(options, {"topic"});
  if (options.has("alter")) {
    if (options.has("config")) {
      throw UsageError(
          "Option combination \"[[bootstrap-server], [config]]\" can't be used with option "
          "\"[alter]\" (the kafka-configs CLI supports altering topic configs with a "
          "--bootstrap-server option)");
    }
    require_options(options, {"partitions"});
  }

  refuse_together(options, "config", actions_but({"alter", "create"}));
  refuse_together(options, "delete-config", {"bootstrap-server"});
  refuse_together(options, "partitions", actions_but({"alter", "create"}));
  refuse_together(options, "replication-factor", actions_but({"create"}));
  refuse_together(options, "replica-assignment", actions_but({"alter", "create"}));
  if (options.has("create")) {
    refuse_together(options, "replica-assignment", {"partitions", "replication-factor"});
  }
  for (const char* filter : {"under-replicated-partitions", "under-min-isr-partitions",
                             "at-min-isr-partitions", "unavailable-partitions"}) {
    auto others = actions_but({"describe"});
    others.push_back("topics-with-overrides");
    refuse_together(options, filter, others);
  }
  refuse_together(options, "topics-with-overrides", actions_but({"describe"}));
  refuse_together(options, "if-exists", actions_but({"alter", "delete", "describe"}));
  refuse_together(options, "if-not-exists", actions_but({"create"}));
  refuse_together(options, "exclude-internal", actions_but({"list", "describe"}));
}

DescribeFilters describe_filters(const Options& options) {
  return {.under_replicated = options.has("under-replicated-partitions"),
          .unavailable = options.has("unavailable-partitions"),
          .under_min_isr = options.has("under-min-isr-partitions"),
          .at_min_isr = options.has("at-min-isr-partitions"),
          .topics_with_overrides = options.has("topics-with-overrides")};
}

std::vector<std::vector<BrokerId>> parse_replica_assignment(std::string_view text) {
  std::vector<std::vector<BrokerId>> assignment;
  for (const std::string_view partition : java_split(text, ',')) {
    std::vector<BrokerId> replicas;
    std::set<std::int32_t> duplicates;
    for (std::string_view replica : java_split(partition, ':')) {
      replica = java_trim(replica);
      std::int32_t id = 0;
      const auto parsed = std::from_chars(replica.data(), replica.data() + replica.size(), id);
      if (parsed.ec != std::errc{} || parsed.ptr != replica.data() + replica.size()) {
        throw std::runtime_error(fmt::format("For input string: \"{}\"", replica));
      }
      if (std::ranges::find(replicas, BrokerId(id)) != replicas.end()) duplicates.insert(id);
      replicas.emplace_back(id);
    }
    if (!duplicates.empty()) {
      throw std::runtime_error(
          fmt::format("Partition replica lists may not contain duplicate entries: {}",
                      fmt::join(duplicates, ",")));
    }
    assignment.push_back(std::move(replicas));
    if (assignment.back().size() != assignment.front().size()) {
      throw std::runtime_error(fmt::format("Partition {} has different replication factor: [{}]",
                                           assignment.size() - 1,
                                           fmt::join(assignment.back(), ", ")));
    }
  }
  return assignment;
}

std::optional<std::vector<std::vector<BrokerId>>> given_assignment(const Options& options) {
  const auto text = options.value("replica-assignment");
  if (!text || text->empty()) return std::nullopt;
  return parse_replica_assignment(*text);
}

NewTopic new_topic(const Options& options) {
  NewTopic topic;
  topic.name = *options.value("topic");
  topic.partitions = options.int_value("partitions");
  const auto factor = options.int_value("replication-factor");
  if (auto assignment = given_assignment(options)) topic.assignment = std::move(*assignment);
  topic.configs = parse_configs(options.values("config"));
  constexpr std::int32_t kMaxFactor = std::numeric_limits<std::int16_t>::max();
  if (factor && (*factor < 1 || *factor > kMaxFactor)) {
    throw std::runtime_error(
        fmt::format("The replication factor must be between 1 and {} inclusive", kMaxFactor));
  }
  if (factor) topic.replication_factor = static_cast<std::int16_t>(*factor);
  if (topic.partitions && *topic.partitions < 1) {
    throw std::runtime_error("The partitions must be greater than 0");
  }
  return topic;
}

}  // namespace barnabas::admin
