#include "admin/group_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

#include "admin/consumer_group_options.h"
#include "admin/error_text.h"
#include "admin/group_table.h"
#include "admin/java_hash.h"
#include "admin/tool_log.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kLogger = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
// Where Kafka's tool shows the failure of a future inside of another exception.
constexpr std::string_view kWrapped = "java.util.concurrent.ExecutionException: ";
constexpr std::string_view kBare = "";

template <typename T>
T value_or_fail(Result<T> result, std::string_view prefix) {
  if (!result)
    throw GroupCommandError(fmt::format("{}{}", prefix, execution_error(result.error())));
  return std::move(*result);
}

std::vector<TopicPartition> partitions_of(const CommittedOffsets& offsets) {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, offset] : offsets) partitions.push_back(partition);
  return partitions;
}

PlannedOffsets taken_from(const OffsetMap& offsets, const std::vector<TopicPartition>& partitions) {
  PlannedOffsets plan;
  for (const TopicPartition& partition : partitions) {
    plan.emplace_back(partition, offsets.at(partition));
  }
  return planned(std::move(plan));
}

void print(const GroupText& text) {
  fmt::print("{}", text.out);
  std::fflush(stdout);
  fmt::print(stderr, "{}", text.notes);
  if (text.failure) throw GroupCommandError(*text.failure);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw GroupCommandError("java.io.IOException: Unable to read file " + path);
  return text;
}

}  // namespace

void GroupCommand::run() {
  if (options_.has("list")) return list();
  if (options_.has("describe")) return describe();
  if (options_.has("delete")) return delete_groups();
  if (options_.has("reset-offsets")) return reset_offsets();
  delete_offsets();
}

void GroupCommand::list() {
  const bool types = options_.has("type");
  const bool states = options_.has("state");
  const auto groups = listed_groups(parse_group_states(options_.value("state").value_or("")),
                                    parse_group_types(options_.value("type").value_or("")),
                                    types || states ? kBare : kWrapped);
  fmt::print("{}", group_list(groups, types, states));
}

void GroupCommand::describe() {
  std::vector<std::string> names = chosen_groups();
  std::vector<GroupDescription> groups;
  for (const std::string& name : names) groups.push_back(described_group(name, kBare));
  std::ranges::sort(groups, {}, &GroupDescription::group);
  std::vector<GroupText> texts;
  for (const GroupDescription& group : groups) {
    GroupText& text = texts.emplace_back();
    if (options_.has("members")) {
      describe_members(group, options_.has("verbose"), text);
    } else if (options_.has("state")) {
      describe_state(group, text);
    } else {
      const CommittedOffsets offsets = committed(group.group);
      std::vector<TopicPartition> partitions = partitions_of(offsets);
      for (const GroupMember& member : group.members) {
        partitions.insert(partitions.end(), member.partitions.begin(), member.partitions.end());
      }
      const OffsetMap ends = offsets_at(partitions, kLatestTimestamp);
      describe_offsets(group, offset_rows(group, offsets, ends), text);
    }
  }
  for (const GroupText& text : texts) print(text);
}

void GroupCommand::delete_groups() {
  std::vector<std::pair<std::string, std::optional<std::string>>> outcomes;
  for (const std::string& group : chosen_groups()) {
    const auto deleted = client_.delete_group(group);
    outcomes.emplace_back(group,
                          deleted ? std::nullopt : std::optional(execution_error(deleted.error())));
  }
  fmt::print("{}", deletion_report(outcomes));
}

void GroupCommand::reset_offsets() {
  // Dry run is what Kafka does when neither is said.
  const bool execute = options_.has("execute") && !options_.has("dry-run");
  GroupPlans plans;
  for (const std::string& group : chosen_groups()) {
    const std::string state = described_group(group, kWrapped).state;
    if (state != "Empty" && state != "Dead") {
      fmt::print(
          "\nError: Assignments can only be reset if the group '{}' is inactive, but the current "
          "state is {}.\n",
          group, state);
      plans.emplace_back(group, PlannedOffsets{});
      continue;
    }
    PlannedOffsets plan = plan_reset(group, partitions_to_reset(group));
    if (execute) {
      const auto done = client_.commit_offsets(group, plan);
      if (!done) {
        throw GroupCommandError(fmt::format("{}{}", kWrapped, execution_error(done.error())));
      }
    }
    plans.emplace_back(group, std::move(plan));
  }
  if (options_.has("export")) {
    fmt::print("{}\n", reset_csv(plans, options_.values("group").size() != 1));
  } else {
    fmt::print("{}", reset_table(plans));
  }
}

void GroupCommand::delete_offsets() {
  const std::string group = *options_.value("group");
  const std::vector<std::string> topics = options_.values("topic");
  std::vector<OffsetDeletion> deletions;
  std::vector<TopicPartition> partitions;
  for (const std::string& topic : topics) {
    if (topic.find(':') == std::string::npos) continue;
    const auto named = parse_topic_with_partitions(topic);
    partitions.insert(partitions.end(), named.begin(), named.end());
  }
  for (const std::string& topic : topics) {
    if (topic.find(':') != std::string::npos) continue;
    const auto all = client_.partitions_of(topic);
    if (all) {
      partitions.insert(partitions.end(), all->begin(), all->end());
    } else {
      deletions.push_back({{topic, PartitionId(-1)}, execution_error(all.error())});
    }
  }
  std::ranges::sort(partitions);
  partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
  partitions = in_java_hash_order(std::move(partitions), java_partition_hash);

  const auto deleted = client_.delete_offsets(group, partitions);
  ErrorCode whole = deleted ? ErrorCode::kNone : deleted.error().code;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Error error = deleted ? (*deleted)[i].second : deleted.error();
    OffsetDeletion& deletion = deletions.emplace_back(OffsetDeletion{partitions[i], {}});
    if (error.code == ErrorCode::kNone) continue;
    deletion.error = execution_error(error);
    if (whole == ErrorCode::kNone) whole = error.code;
  }
  fmt::print("{}", offset_deletion_report(group, topics, whole, std::move(deletions)));
}

std::vector<std::string> GroupCommand::chosen_groups() {
  std::vector<std::string> groups;
  if (options_.has("all-groups")) {
    for (const GroupListing& group : listed_groups({}, {}, kWrapped)) groups.push_back(group.group);
  } else {
    groups = options_.values("group");
  }
  std::set<std::string> seen;
  std::erase_if(groups, [&](const std::string& group) { return !seen.insert(group).second; });
  return in_java_hash_order(
      std::move(groups), [](const std::string& group) { return protocol::java_hash_code(group); });
}

std::vector<GroupListing> GroupCommand::listed_groups(const std::vector<std::string>& states,
                                                      const std::vector<std::string>& types,
                                                      std::string_view wrapped) {
  const auto brokers = client_.brokers();
  if (!brokers) {
    throw GroupCommandError(
        fmt::format("{}org.apache.kafka.common.KafkaException: Failed to find brokers to send "
                    "ListGroups",
                    wrapped));
  }
  return value_or_fail(client_.list_groups(*brokers, states, types), wrapped);
}

GroupDescription GroupCommand::described_group(const std::string& group, std::string_view wrapped) {
  GroupDescription description = value_or_fail(client_.describe_group(group), wrapped);
  if (!description.protocol_type.empty() && description.protocol_type != "consumer") {
    throw GroupCommandError(fmt::format(
        "{}java.lang.IllegalArgumentException: GroupId {} is not a consumer group ({}).", wrapped,
        group, description.protocol_type));
  }
  return description;
}

CommittedOffsets GroupCommand::committed(const std::string& group) {
  return value_or_fail(client_.committed_offsets(group), kWrapped);
}

OffsetMap GroupCommand::offsets_at(const std::vector<TopicPartition>& partitions,
                                   std::int64_t timestamp) {
  return value_or_fail(client_.list_offsets(partitions, timestamp), kWrapped);
}

std::vector<TopicPartition> GroupCommand::partitions_to_reset(const std::string& group) {
  if (options_.has("all-topics")) {
    return in_java_hash_order(partitions_of(committed(group)), java_partition_hash);
  }
  if (!options_.has("topic")) {
    if (options_.has("from-file")) return {};
    throw UsageError("One of the reset scopes should be defined: --all-topics, --topic.");
  }
  std::vector<TopicPartition> partitions;
  std::vector<std::string> topics;
  for (const std::string& topic : options_.values("topic")) {
    if (topic.find(':') != std::string::npos) {
      const auto named = parse_topic_with_partitions(topic);
      partitions.insert(partitions.end(), named.begin(), named.end());
    } else if (std::ranges::find(topics, topic) == topics.end()) {
      topics.push_back(topic);
    }
  }
  for (const std::string& topic : in_java_hash_order(
           topics, [](const std::string& name) { return protocol::java_hash_code(name); })) {
    const auto all = value_or_fail(client_.partitions_of(topic), kWrapped);
    partitions.insert(partitions.end(), all.begin(), all.end());
  }
  return partitions;
}

PlannedOffsets GroupCommand::plan_reset(const std::string& group,
                                        const std::vector<TopicPartition>& partitions) {
  if (options_.has("to-offset")) {
    const std::int64_t offset = *options_.long_value("to-offset");
    PlannedOffsets requested;
    for (const TopicPartition& partition : partitions) requested.emplace_back(partition, offset);
    return in_log(planned(std::move(requested)));
  }
  if (options_.has("to-earliest")) {
    return taken_from(offsets_at(partitions, kEarliestTimestamp), partitions);
  }
  if (options_.has("to-latest")) {
    return taken_from(offsets_at(partitions, kLatestTimestamp), partitions);
  }
  if (options_.has("shift-by")) {
    const CommittedOffsets offsets = committed(group);
    return in_log(shifted(partitions, offsets, *options_.long_value("shift-by")));
  }
  if (options_.has("to-datetime")) {
    return plan_to_time(partitions, parse_datetime(*options_.value("to-datetime")));
  }
  if (options_.has("by-duration")) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return plan_to_time(partitions, time_before(now_ms, *options_.value("by-duration")));
  }
  if (options_.has("from-file")) return plan_from_file(group);
  if (options_.has("to-current")) return plan_to_current(group, partitions);
  throw UsageError(missing_scenario());
}

PlannedOffsets GroupCommand::plan_to_current(const std::string& group,
                                             const std::vector<TopicPartition>& partitions) {
  OffsetMap current;
  for (const auto& [partition, offset] : committed(group)) {
    if (offset) current[partition] = *offset;
  }
  std::vector<TopicPartition> uncommitted;
  for (const TopicPartition& partition : partitions) {
    if (!current.contains(partition)) uncommitted.push_back(partition);
  }
  current.merge(offsets_at(uncommitted, kLatestTimestamp));
  return taken_from(current, partitions);
}

PlannedOffsets GroupCommand::plan_to_time(const std::vector<TopicPartition>& partitions,
                                          std::int64_t timestamp) {
  OffsetMap offsets = offsets_at(partitions, timestamp);
  std::vector<TopicPartition> without;
  for (const TopicPartition& partition : in_java_hash_order(partitions, java_partition_hash)) {
    if (offsets.at(partition) != -1) continue;
    fmt::print(
        "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.\n",
        partition.partition.value(), partition.topic);
    without.push_back(partition);
  }
  for (const auto& [partition, end] : offsets_at(without, kLatestTimestamp)) {
    offsets[partition] = end;
  }
  return taken_from(offsets, partitions);
}

PlannedOffsets GroupCommand::plan_from_file(const std::string& group) {
  const auto groups = options_.values("group");
  const auto plans = parse_reset_csv(read_file(*options_.value("from-file")),
                                     groups.size() == 1 ? &groups.front() : nullptr);
  const auto plan = plans.find(group);
  if (plan == plans.end()) {
    fmt::print("\nError: No reset plan for group {} found\n", group);
    return {};
  }
  return in_log(planned({plan->second.begin(), plan->second.end()}));
}

PlannedOffsets GroupCommand::in_log(const PlannedOffsets& requested) {
  std::vector<TopicPartition> partitions;
  for (const auto& [partition, offset] : requested) partitions.push_back(partition);
  const OffsetMap starts = offsets_at(partitions, kEarliestTimestamp);
  const OffsetMap ends = offsets_at(partitions, kLatestTimestamp);
  std::map<TopicPartition, LogBounds> bounds;
  for (const TopicPartition& partition : partitions) {
    bounds[partition] = {starts.at(partition), ends.at(partition)};
  }
  std::vector<std::string> warnings;
  PlannedOffsets within = within_bounds(requested, bounds, warnings);
  for (const std::string& warning : warnings) log_tool_warning(warning, kLogger);
  return within;
}

}  // namespace barnabas::admin
