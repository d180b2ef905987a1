#include "admin/group_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "admin/java_hash.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/java_string.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kMissing = "-";
constexpr std::size_t kLeastWidth = 15;

std::string number_or_dash(const std::optional<std::int64_t>& number) {
  return number ? fmt::format("{}", *number) : std::string(kMissing);
}

// Kafka's tool describes the partitions of one owner in the order of a hash map that was filled by
// partition number.
std::vector<TopicPartition> in_description_order(std::vector<TopicPartition> partitions) {
  std::ranges::stable_sort(partitions, {}, &TopicPartition::partition);
  return in_java_hash_order(std::move(partitions), java_partition_hash);
}

// False: there is nothing to print of the group.
bool print_state_note(const GroupDescription& group, std::size_t rows, GroupText& text) {
  if (group.state == "Dead") {
    text.out += fmt::format("\nError: Consumer group '{}' does not exist.\n", group.group);
    return false;
  }
  if (group.state == "Empty") {
    text.notes += fmt::format("\nConsumer group '{}' has no active members.\n", group.group);
  } else if (group.state == "Unknown") {
    text.failure = "Expected a valid consumer group state, but found 'Unknown'.";
    return false;
  } else if (group.state != "Stable") {
    text.notes += fmt::format("\nWarning: Consumer group '{}' is rebalancing.\n", group.group);
  }
  return rows > 0;
}

// "(0,1), (2)": the partitions of each topic, sorted as texts.
std::string assignment_text(const std::vector<TopicPartition>& partitions) {
  if (partitions.empty()) return std::string(kMissing);
  std::map<std::string_view, std::vector<std::string>> topics;
  for (const TopicPartition& partition : partitions) {
    topics[partition.topic].push_back(fmt::format("{}", partition.partition.value()));
  }
  std::vector<std::string> texts;
  for (auto& [topic, numbers] : topics) {
    std::ranges::sort(numbers);
    texts.push_back(fmt::format("({})", fmt::join(numbers, ",")));
  }
  std::ranges::sort(texts);
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string group_error(const std::string& group, ErrorCode whole) {
  switch (whole) {
    case ErrorCode::kInvalidGroupId:
      return fmt::format("'{}' is not valid.", group);
    case ErrorCode::kGroupIdNotFound:
      return fmt::format("'{}' does not exist.", group);
    case ErrorCode::kGroupAuthorizationFailed:
      return fmt::format("Access to '{}' is not authorized.", group);
    case ErrorCode::kNonEmptyGroup:
      return fmt::format(
          "Deleting offsets of a consumer group '{}' is forbidden if the group is not empty.",
          group);
    case ErrorCode::kGroupSubscribedToTopic:
    case ErrorCode::kTopicAuthorizationFailed:
    case ErrorCode::kUnknownTopicOrPartition:
      return "Encounter some partition level error, see the follow-up details:";
    default:
      return fmt::format("Encounter some unknown error: {}", error_name(whole));
  }
}

}  // namespace

std::string group_list(std::vector<GroupListing> groups, bool show_types, bool show_states) {
  // A group that moved meanwhile is listed once, as it was seen last.
  std::vector<GroupListing> last_seen;
  for (GroupListing& group : groups) {
    const auto same = std::ranges::find(last_seen, group.group, &GroupListing::group);
    if (same == last_seen.end()) {
      last_seen.push_back(std::move(group));
    } else {
      *same = std::move(group);
    }
  }
  last_seen = in_java_hash_order(std::move(last_seen), [](const GroupListing& group) {
    return protocol::java_hash_code(group.group);
  });
  std::string out;
  if (!show_types && !show_states) {
    for (const GroupListing& group : last_seen) out += group.group + "\n";
    return out;
  }
  std::size_t width = kLeastWidth;
  for (const GroupListing& group : last_seen) width = std::max(width, group.group.size());
  width += 10;
  const auto add = [&](std::string_view group, std::string_view type, std::string_view state) {
    out += fmt::format("{:<{}}", group, width);
    if (show_types) out += fmt::format(" {:<20}", type);
    if (show_states) out += fmt::format(" {:<20}", state);
    out += '\n';
  };
  add("GROUP", "TYPE", "STATE");
  for (const GroupListing& group : last_seen) add(group.group, group.type, group.state);
  return out;
}

std::vector<OffsetRow> offset_rows(const GroupDescription& group, const CommittedOffsets& committed,
                                   const OffsetMap& log_end_offsets) {
  std::map<TopicPartition, std::optional<std::int64_t>> offsets(committed.begin(), committed.end());
  std::vector<OffsetRow> rows;
  const auto add = [&](std::vector<TopicPartition> partitions, const GroupMember* member) {
    for (TopicPartition& partition : in_description_order(std::move(partitions))) {
      const auto offset = offsets.find(partition);
      const auto end = log_end_offsets.find(partition);
      rows.push_back({.partition = {},
                      .offset = offset == offsets.end() ? std::nullopt : offset->second,
                      .log_end_offset =
                          end == log_end_offsets.end() ? std::nullopt : std::optional(end->second),
                      .member = member});
      rows.back().partition = std::move(partition);
    }
  };

  std::vector<const GroupMember*> members;
  for (const GroupMember& member : group.members) members.push_back(&member);
  std::ranges::stable_sort(members, std::greater<>{},
                           [](const GroupMember* member) { return member->partitions.size(); });
  std::set<TopicPartition> assigned;
  for (const GroupMember* member : members) {
    const auto& partitions = member->partitions;
    assigned.insert(partitions.begin(), partitions.end());
    const std::size_t table =
        std::max(kJavaDefaultCapacity, java_copy_table_size(partitions.size()));
    add(in_java_hash_order(partitions, java_partition_hash, table), member);
  }
  std::vector<TopicPartition> unassigned;
  for (const auto& [partition, offset] : committed) {
    if (!assigned.contains(partition)) unassigned.push_back(partition);
  }
  add(in_java_hash_order(std::move(unassigned), java_partition_hash), nullptr);
  return rows;
}

void describe_offsets(const GroupDescription& group, const std::vector<OffsetRow>& rows,
                      GroupText& text) {
  if (!print_state_note(group, rows.size(), text)) return;
  const std::size_t group_width = std::max(kLeastWidth, group.group.size());
  std::size_t topic_width = kLeastWidth;
  std::size_t member_width = kLeastWidth;
  std::size_t host_width = kLeastWidth;
  for (const OffsetRow& row : rows) {
    topic_width = std::max(topic_width, row.partition.topic.size());
    if (row.member == nullptr) continue;
    member_width = std::max(member_width, row.member->member_id.size());
    host_width = std::max(host_width, row.member->host.size());
  }
  const auto add = [&](std::string_view name, std::string_view topic, std::string_view partition,
                       std::string_view offset, std::string_view end, std::string_view lag,
                       std::string_view member, std::string_view host, std::string_view client) {
    text.out += fmt::format("\n{:<{}} {:<{}} {:<10} {:<15} {:<15} {:<15} {:<{}} {:<{}} {}", name,
                            group_width, topic, topic_width, partition, offset, end, lag, member,
                            member_width, host, host_width, client);
  };
  add("GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID",
      "HOST", "CLIENT-ID");
  for (const OffsetRow& row : rows) {
    std::optional<std::int64_t> lag;
    if (row.offset && row.log_end_offset) lag = *row.log_end_offset - *row.offset;
    const GroupMember* member = row.member;
    add(group.group, row.partition.topic, fmt::format("{}", row.partition.partition.value()),
        number_or_dash(row.offset), number_or_dash(row.log_end_offset), number_or_dash(lag),
        member != nullptr ? std::string_view(member->member_id) : kMissing,
        member != nullptr ? std::string_view(member->host) : kMissing,
        member != nullptr ? std::string_view(member->client_id) : kMissing);
  }
}

void describe_members(const GroupDescription& group, bool verbose, GroupText& text) {
  const bool has_rows = print_state_note(group, group.members.size(), text);
  if (text.failure) return;
  // The header is printed even of a group that does not exist.
  std::size_t group_width = kLeastWidth;
  std::size_t member_width = kLeastWidth;
  std::size_t instance_width = 17;
  std::size_t host_width = kLeastWidth;
  std::size_t client_width = kLeastWidth;
  bool has_instances = false;
  if (has_rows) {
    group_width = std::max(group_width, group.group.size());
    for (const GroupMember& member : group.members) {
      member_width = std::max(member_width, member.member_id.size());
      instance_width = std::max(instance_width, member.instance_id.size());
      host_width = std::max(host_width, member.host.size());
      client_width = std::max(client_width, member.client_id.size());
      has_instances |= !member.instance_id.empty();
    }
  }
  const auto add = [&](std::string_view name, std::string_view member, std::string_view instance,
                       std::string_view host, std::string_view client, std::string_view count,
                       std::string_view assignment) {
    text.out += fmt::format("{:<{}} {:<{}} ", name, group_width, member, member_width);
    if (has_instances) text.out += fmt::format("{:<{}} ", instance, instance_width);
    text.out += fmt::format("{:<{}} {:<{}} {:<15} ", host, host_width, client, client_width, count);
    if (verbose) text.out += assignment;
    text.out += '\n';
  };
  text.out += '\n';
  add("GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST", "CLIENT-ID", "#PARTITIONS",
      "ASSIGNMENT");
  for (const GroupMember& member : group.members) {
    add(group.group, member.member_id, member.instance_id, member.host, member.client_id,
        fmt::format("{}", member.partitions.size()), assignment_text(member.partitions));
  }
}

void describe_state(const GroupDescription& group, GroupText& text) {
  if (!print_state_note(group, 1, text)) return;
  const std::string coordinator = fmt::format("{}:{}  ({})", group.coordinator.host,
                                              group.coordinator.port, group.coordinator.id);
  const std::size_t width = std::max<std::size_t>(25, coordinator.size());
  const auto add = [&](std::string_view name, std::string_view where, std::string_view strategy,
                       std::string_view state, std::string_view members) {
    text.out += fmt::format("\n{:<{}} {:<25} {:<20} {:<15} {}", name, width, where, strategy, state,
                            members);
  };
  add("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS");
  add(group.group, coordinator, group.protocol, group.state,
      fmt::format("{}", group.members.size()));
  text.out += '\n';
}

// Kafka 3.9 ends no row, not even the last.
std::string reset_table(const GroupPlans& plans) {
  if (plans.empty()) return {};
  std::string out =
      fmt::format("\n{:<30} {:<30} {:<10} {:<15}", "GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const auto& [group, offsets] : plans) {
    for (const auto& [partition, offset] : offsets) {
      out += fmt::format("{:<30} {:<30} {:<10} {:<15}", group, partition.topic,
                         partition.partition.value(), offset);
    }
  }
  return out;
}

std::string deletion_report(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& groups) {
  std::vector<std::string> deleted;
  std::string failures;
  for (const auto& [group, error] : groups) {
    if (error) {
      failures += fmt::format(
          "* Group '{}' could not be deleted due to: java.util.concurrent.ExecutionException: {}\n",
          group, *error);
    } else {
      deleted.push_back(group);
    }
  }
  if (failures.empty()) {
    return fmt::format("Deletion of requested consumer groups ('{}') was successful.\n",
                       fmt::join(deleted, ", "));
  }
  std::string out = "\nError: Deletion of some consumer groups failed:\n" + failures;
  if (!deleted.empty()) {
    out += fmt::format("\nThese consumer groups were deleted successfully: '{}', '\n",
                       fmt::join(deleted, "'"));
  }
  return out;
}

std::string offset_deletion_report(const std::string& group, const std::vector<std::string>& topics,
                                   ErrorCode whole, std::vector<OffsetDeletion> partitions) {
  std::string out =
      whole == ErrorCode::kNone
          ? fmt::format("Request succeed for deleting offsets with topic {} group {}\n",
                        fmt::join(topics, ", "), group)
          : fmt::format("\nError: {}\n", group_error(group, whole));
  std::ranges::stable_sort(partitions, {}, [](const OffsetDeletion& deletion) {
    return fmt::format("{}{}", deletion.partition.topic, deletion.partition.partition.value());
  });
  out += fmt::format("\n{:<30} {:<15} {:<15}", "TOPIC", "PARTITION", "STATUS");
  for (const OffsetDeletion& deletion : partitions) {
    const std::int32_t number = deletion.partition.partition.value();
    out += fmt::format("{:<30} {:<15} {:<15}", deletion.partition.topic,
                       number >= 0 ? fmt::format("{}", number) : "Not Provided",
                       deletion.error ? "Error: :" + *deletion.error : "Successful");
  }
  return out;
}

}  // namespace barnabas::admin
