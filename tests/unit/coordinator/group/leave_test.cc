// LeaveGroup.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;
using Errors = std::vector<ErrorCode>;

TEST(LeaveGroup, OfAnUnknownGroupIsUnknownMemberForEach) {
  Coordinator c;
  EXPECT_EQ(c.leave({{"a", std::nullopt}, {"", "i"}}),
            (Errors{ErrorCode::kUnknownMemberId, ErrorCode::kUnknownMemberId}));
  EXPECT_FALSE(c.has_group());
}
TEST(LeaveGroup, RebalancesTheOthers) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  EXPECT_EQ(c.leave(ids[0]), ErrorCode::kNone);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_EQ(c.group().leader(), ids[1]);
  EXPECT_EQ(c.heartbeat(ids[0], 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kRebalanceInProgress);
}
TEST(LeaveGroup, InCompletingRebalanceTellsTheOthersToRejoin) {
  Coordinator c;
  const auto ids = c.completing({"a", "b", "c"});
  const RequestId waiting = c.sync(ids[1], 1);
  EXPECT_EQ(c.leave(ids[2]), ErrorCode::kNone);
  EXPECT_EQ(c.synced(waiting).error, ErrorCode::kRebalanceInProgress);
}
TEST(LeaveGroup, InPreparingRebalanceLetsTheJoinEnd) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId join = c.join({.member_id = ids[0]});
  EXPECT_EQ(c.leave(ids[1]), ErrorCode::kNone);
  EXPECT_EQ(c.joined(join).members.size(), 1u);
}
TEST(LeaveGroup, AnswersTheMembersOwnJoinThatWaits) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId join = c.join({.member_id = ids[0]});
  EXPECT_EQ(c.leave(ids[0]), ErrorCode::kNone);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownMemberId);
}
// Kafka drops it without an answer.
TEST(LeaveGroup, AnswersTheMembersOwnSyncThatWaits) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId sync = c.sync(ids[1], 1);
  EXPECT_EQ(c.leave(ids[1]), ErrorCode::kNone);
  EXPECT_EQ(c.synced(sync).error, ErrorCode::kUnknownMemberId);
}
TEST(LeaveGroup, OfAnEmptyGroupIsUnknownMember) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(c.leave("a-1"), ErrorCode::kUnknownMemberId);
}
TEST(LeaveGroup, OfManyAnswersEachInOrder) {
  Coordinator c;
  const auto ids =
      c.stable_group({{.client = "a"}, {.client = "b"}, {.instance = "i"}, {.instance = "j"}});
  EXPECT_EQ(c.leave({{ids[0], std::nullopt},
                     {"x", std::nullopt},
                     {"", "i"},
                     {"x", "j"},
                     {ids[3], "nobody"},
                     {ids[0], std::nullopt}}),
            (Errors{ErrorCode::kNone, ErrorCode::kUnknownMemberId, ErrorCode::kNone,
                    ErrorCode::kFencedInstanceId, ErrorCode::kUnknownMemberId,
                    ErrorCode::kUnknownMemberId}));
  EXPECT_EQ(c.group().members().size(), 2u);
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(LeaveGroup, OfAllEmptiesTheGroup) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.leave({{ids[0], std::nullopt}, {ids[1], std::nullopt}});
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(2));
}
TEST(LeaveGroup, OfNobodyIsFine) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_EQ(c.leave(std::vector<std::pair<std::string, std::optional<std::string>>>{}), Errors{});
}
TEST(LeaveGroup, StaticMemberIsRemovedByItsInstanceAlone) {
  Coordinator c;
  c.stable_group({{.client = "a"}, {.instance = "i"}});
  EXPECT_EQ(c.leave({{"", "i"}}), Errors{ErrorCode::kNone});
  EXPECT_FALSE(c.group().static_member("i"));
  EXPECT_EQ(c.leave({{"", "i"}}), Errors{ErrorCode::kUnknownMemberId});
}
TEST(LeaveGroup, WithoutMemberIdAndInstanceIsUnknownMember) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_EQ(c.leave(""), ErrorCode::kUnknownMemberId);
}
TEST(LeaveGroup, PendingMemberIsDropped) {
  Coordinator c;
  c.join({.client = "a", .id_required = true});
  EXPECT_EQ(c.leave("a-1"), ErrorCode::kNone);
  EXPECT_TRUE(c.group().pending_members().empty());
  c.pass(10000);
  EXPECT_FALSE(c.says("has been removed after session timeout")) << "its time is no longer kept";
}

}  // namespace
}  // namespace barnabas::group
