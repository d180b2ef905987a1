// What kafka-consumer-groups prints, from what is known of the groups.
//
// Threads  free functions on value types.
// Source   Kafka 3.9, ConsumerGroupCommand.java
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admin/group_model.h"
#include "admin/reset_plan.h"

namespace barnabas::admin {

// For standard output, and for standard error.
struct GroupText {
  std::string out;
  std::string notes;
  std::optional<std::string> failure = {};  // what ends the command after this
};

// `show_*`: the columns beside the names. Without any, names alone, a line each.
std::string group_list(std::vector<GroupListing> groups, bool show_types, bool show_states);

// One partition of a description; nullopt prints as a dash.
struct OffsetRow {
  TopicPartition partition;
  std::optional<std::int64_t> offset;
  std::optional<std::int64_t> log_end_offset;
  const GroupMember* member = nullptr;  // nullptr: nobody's
};

// Partitions of members, those with the most first; then what is committed for nobody's.
// Borrows the members of `group`.
std::vector<OffsetRow> offset_rows(const GroupDescription& group, const CommittedOffsets& committed,
                                   const OffsetMap& log_end_offsets);

void describe_offsets(const GroupDescription& group, const std::vector<OffsetRow>& rows,
                      GroupText& text);
void describe_members(const GroupDescription& group, bool verbose, GroupText& text);
void describe_state(const GroupDescription& group, GroupText& text);

std::string reset_table(const GroupPlans& plans);

// `error` of each group; nullopt: it is deleted. Errors are Java's: class and message.
std::string deletion_report(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& groups);

struct OffsetDeletion {
  TopicPartition partition;          // -1: the topic's partitions are not known
  std::optional<std::string> error;  // as above; nullopt: done
};
// `whole`: NONE, or the code that the group or else the first partition was refused with.
std::string offset_deletion_report(const std::string& group, const std::vector<std::string>& topics,
                                   ErrorCode whole, std::vector<OffsetDeletion> partitions);

}  // namespace barnabas::admin
