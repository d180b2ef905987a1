#include "admin/group_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/protocol/error_code.h"

namespace barnabas::admin {
namespace {

TopicPartition at(std::string topic, std::int32_t partition) {
  return {std::move(topic), PartitionId(partition)};
}

GroupDescription group_of(std::string state, std::vector<GroupMember> members = {}) {
  return {.group = "g",
          .state = std::move(state),
          .protocol_type = "consumer",
          .protocol = "range",
          .members = std::move(members),
          .coordinator = {1, "127.0.0.1", 9092}};
}

GroupMember member(std::string id, std::vector<TopicPartition> partitions) {
  return {.member_id = std::move(id),
          .instance_id = {},
          .client_id = "client",
          .host = "/127.0.0.1",
          .partitions = std::move(partitions)};
}

GroupText offsets_of(const GroupDescription& group, const CommittedOffsets& committed,
                     const OffsetMap& ends) {
  GroupText text;
  describe_offsets(group, offset_rows(group, committed, ends), text);
  return text;
}

TEST(GroupTable, ListOfNamesAlone) {
  EXPECT_EQ(group_list({{"b", "Classic", "Empty"}, {"a", "Classic", "Stable"}}, false, false),
            "a\nb\n");
  EXPECT_EQ(group_list({}, false, false), "");
}

TEST(GroupTable, ListWithColumns) {
  EXPECT_EQ(group_list({{"g", "Classic", "Empty"}}, true, true),
            "GROUP                     TYPE                 STATE               \n"
            "g                         Classic              Empty               \n");
  EXPECT_EQ(group_list({{"a-name-of-19-letters", "Classic", "Empty"}}, false, true),
            "GROUP                          STATE               \n"
            "a-name-of-19-letters           Empty               \n");
  EXPECT_EQ(group_list({}, true, false), "GROUP                     TYPE                \n");
}

TEST(GroupTable, GroupListedTwiceIsSeenOnce) {
  EXPECT_EQ(group_list({{"g", "Classic", "Empty"}, {"g", "Classic", "Stable"}}, false, false),
            "g\n");
}

TEST(GroupTable, OffsetsOfMembersAndOfNobody) {
  const GroupText text = offsets_of(
      group_of("Stable", {member("one", {at("t", 0)}), member("two", {at("t", 1), at("t", 2)})}),
      {{at("t", 0), 5}, {at("u", 0), 6}, {at("t", 1), std::nullopt}},
      {{at("t", 0), 7}, {at("t", 1), 8}, {at("t", 2), 9}, {at("u", 0), 6}});
  EXPECT_EQ(text.notes, "");
  EXPECT_EQ(
      text.out,
      "\nGROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG        "
      "     CONSUMER-ID     HOST            CLIENT-ID"
      "\ng               t               2          -               9               -          "
      "     two             /127.0.0.1      client"
      "\ng               t               1          -               8               -          "
      "     two             /127.0.0.1      client"
      "\ng               t               0          5               7               2          "
      "     one             /127.0.0.1      client"
      "\ng               u               0          6               6               0          "
      "     -               -               -");
}

TEST(GroupTable, StateIsNoted) {
  EXPECT_EQ(offsets_of(group_of("Dead"), {}, {}).out,
            "\nError: Consumer group 'g' does not exist.\n");
  const GroupText empty = offsets_of(group_of("Empty"), {}, {});
  EXPECT_EQ(empty.out, "");
  EXPECT_EQ(empty.notes, "\nConsumer group 'g' has no active members.\n");
  EXPECT_EQ(offsets_of(group_of("PreparingRebalance"), {}, {}).notes,
            "\nWarning: Consumer group 'g' is rebalancing.\n");
  EXPECT_EQ(offsets_of(group_of("Unknown"), {}, {}).failure,
            "Expected a valid consumer group state, but found 'Unknown'.");
}

TEST(GroupTable, Members) {
  GroupText text;
  describe_members(group_of("Stable", {member("m", {at("t", 10), at("t", 2), at("u", 0)})}), true,
                   text);
  EXPECT_EQ(text.out,
            "\nGROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     "
            "ASSIGNMENT\n"
            "g               m               /127.0.0.1      client          3               (0), "
            "(10,2)\n");
  text = {};
  GroupMember fixed = member("m", {});
  fixed.instance_id = "instance";
  describe_members(group_of("Stable", {fixed}), true, text);
  EXPECT_EQ(
      text.out,
      "\nGROUP           CONSUMER-ID     GROUP-INSTANCE-ID HOST            CLIENT-ID       "
      "#PARTITIONS     ASSIGNMENT\n"
      "g               m               instance          /127.0.0.1      client          0     "
      "          -\n");
}

TEST(GroupTable, MembersOfAGroupThatIsNotThereHaveAHeader) {
  GroupText text;
  describe_members(group_of("Dead"), false, text);
  EXPECT_EQ(text.out,
            "\nError: Consumer group 'g' does not exist.\n\n"
            "GROUP           CONSUMER-ID     HOST            CLIENT-ID       #PARTITIONS     \n");
}

TEST(GroupTable, State) {
  GroupText text;
  describe_state(group_of("Stable", {member("m", {})}), text);
  EXPECT_EQ(
      text.out,
      "\nGROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE        "
      "   #MEMBERS\n"
      "g                         127.0.0.1:9092  (1)       range                Stable         "
      " 1\n");
}

TEST(GroupTable, ResetRowsAreOneLine) {
  EXPECT_EQ(reset_table({}), "");
  EXPECT_EQ(reset_table({{"g", {}}}),
            "\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET "
            "    ");
  EXPECT_EQ(
      reset_table({{"g", {{at("t", 0), 5}}}}),
      "\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET "
      "    g                              t                              0          5          "
      "    ");
}

TEST(GroupTable, DeletionOfGroups) {
  EXPECT_EQ(deletion_report({{"a", {}}, {"b", {}}}),
            "Deletion of requested consumer groups ('a, b') was successful.\n");
  EXPECT_EQ(deletion_report({{"a", "X: why"}, {"b", {}}}),
            "\nError: Deletion of some consumer groups failed:\n"
            "* Group 'a' could not be deleted due to: java.util.concurrent.ExecutionException: X: "
            "why\n"
            "\nThese consumer groups were deleted successfully: 'b', '\n");
}

TEST(GroupTable, DeletionOfOffsets) {
  EXPECT_EQ(offset_deletion_report("g", {"t", "u:1"}, ErrorCode::kNone,
                                   {{at("u", 1), {}}, {at("t", -1), "X: why"}}),
            "Request succeed for deleting offsets with topic t, u:1 group g\n"
            "\nTOPIC                          PARTITION       STATUS         "
            "t                              Not Provided    Error: :X: why "
            "u                              1               Successful     ");
  const auto head = [](ErrorCode code) {
    const std::string report = offset_deletion_report("g", {"t"}, code, {});
    return report.substr(0, report.find("\n\n"));
  };
  EXPECT_EQ(head(ErrorCode::kGroupIdNotFound), "\nError: 'g' does not exist.");
  EXPECT_EQ(head(ErrorCode::kInvalidGroupId), "\nError: 'g' is not valid.");
  EXPECT_EQ(head(ErrorCode::kGroupAuthorizationFailed),
            "\nError: Access to 'g' is not authorized.");
  EXPECT_EQ(head(ErrorCode::kNonEmptyGroup),
            "\nError: Deleting offsets of a consumer group 'g' is forbidden if the group is not "
            "empty.");
  EXPECT_EQ(head(ErrorCode::kGroupSubscribedToTopic),
            "\nError: Encounter some partition level error, see the follow-up details:");
  EXPECT_EQ(head(ErrorCode::kRequestTimedOut),
            "\nError: Encounter some unknown error: REQUEST_TIMED_OUT");
}

}  // namespace
}  // namespace barnabas::admin
