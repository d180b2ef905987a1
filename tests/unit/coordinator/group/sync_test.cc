// SyncGroup: the leader's assignment, stored and handed out.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

TEST(SyncGroup, OfAnUnknownGroupOrMemberIsUnknownMember) {
  Coordinator c;
  EXPECT_EQ(c.synced(c.sync("x", 1)).error, ErrorCode::kUnknownMemberId);
  const auto ids = c.completing({"a"});
  EXPECT_EQ(c.synced(c.sync("x", 1)).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.synced(c.sync(ids[0], 1, {}, "nobody")).error, ErrorCode::kUnknownMemberId);
}
TEST(SyncGroup, OfAnEmptyGroupIsUnknownMember) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(c.synced(c.sync("a-1", 2)).error, ErrorCode::kUnknownMemberId);
}
TEST(SyncGroup, OfAnInstanceThatAnotherMemberHoldsIsFenced) {
  Coordinator c;
  const auto ids = c.completing_group({{.instance = "i"}, {.client = "b"}});
  EXPECT_EQ(c.synced(c.sync(ids[1], 1, {}, "i")).error, ErrorCode::kFencedInstanceId);
}
TEST(SyncGroup, OfAnotherGenerationIsIllegal) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  EXPECT_EQ(c.synced(c.sync(ids[0], 0)).error, ErrorCode::kIllegalGeneration);
  EXPECT_EQ(c.synced(c.sync(ids[0], 2)).error, ErrorCode::kIllegalGeneration);
}
TEST(SyncGroup, WithAnotherProtocolIsInconsistent) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  SyncRequest request;
  request.group = "g";
  request.member_id = ids[0];
  request.generation = GenerationId(1);
  request.protocol_type = "connect";
  EXPECT_EQ(c.synced(c.sync(request)).error, ErrorCode::kInconsistentGroupProtocol);
  request.protocol_type = "consumer";
  request.protocol = "sticky";
  EXPECT_EQ(c.synced(c.sync(request)).error, ErrorCode::kInconsistentGroupProtocol);
  request.protocol = "range";
  EXPECT_EQ(c.synced(c.sync(request)).error, ErrorCode::kNone);
}
TEST(SyncGroup, InPreparingRebalanceIsToldToRejoin) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0]});
  EXPECT_EQ(c.synced(c.sync(ids[1], 1)).error, ErrorCode::kRebalanceInProgress);
}
TEST(SyncGroup, FollowerWaitsForTheLeader) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId follower = c.sync(ids[1], 1);
  EXPECT_TRUE(c.waits(follower));
  const RequestId leader = c.sync(ids[0], 1, {{ids[0], "mine"}, {ids[1], "yours"}});
  EXPECT_EQ(c.synced(leader).assignment, "mine");
  EXPECT_EQ(c.synced(leader).protocol_type, "consumer");
  EXPECT_EQ(c.synced(leader).protocol, "range");
  EXPECT_EQ(c.synced(follower).assignment, "yours");
  EXPECT_EQ(c.state(), kStable);
}
TEST(SyncGroup, NobodyIsAnsweredBeforeTheAssignmentIsStored) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  c.stores_at_once = false;
  const RequestId leader = c.sync(ids[0], 1, {{ids[0], "x"}});
  const RequestId follower = c.sync(ids[1], 1);
  EXPECT_TRUE(c.waits(leader));
  EXPECT_TRUE(c.waits(follower));
  EXPECT_EQ(c.state(), kCompletingRebalance);
  c.stored();
  EXPECT_EQ(c.synced(leader).error, ErrorCode::kNone);
  EXPECT_EQ(c.synced(follower).error, ErrorCode::kNone);
}
TEST(SyncGroup, MembersThatTheLeaderLeavesOutGetNothing) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  c.sync(ids[0], 1, {{ids[0], "all"}, {"stranger", "x"}});
  const SyncAnswer answer = c.synced(c.sync(ids[1], 1));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.assignment, "");
  EXPECT_TRUE(c.says("Setting empty assignments for members " + ids[1]));
}
TEST(SyncGroup, MemberThatIsAssignedTwiceGetsTheLast) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  EXPECT_EQ(c.synced(c.sync(ids[0], 1, {{ids[0], "x"}, {ids[0], "y"}})).assignment, "y");
}
TEST(SyncGroup, AssignmentsOfAFollowerAreIgnored) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  EXPECT_TRUE(c.waits(c.sync(ids[1], 1, {{ids[1], "all"}})));
  EXPECT_EQ(c.state(), kCompletingRebalance);
}
TEST(SyncGroup, InStableIsAnsweredWithTheAssignmentAtOnce) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  EXPECT_EQ(c.synced(c.sync(ids[1], 1)).assignment, "for " + ids[1]);
  EXPECT_EQ(c.synced(c.sync(ids[0], 1, {{ids[0], "other"}})).assignment, "for " + ids[0])
      << "what is stored counts, not what the leader would like now";
}
TEST(SyncGroup, NewRebalanceTellsThoseWhoWaitToRejoin) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId waiting = c.sync(ids[1], 1);
  c.join({.client = "c"});
  EXPECT_EQ(c.synced(waiting).error, ErrorCode::kRebalanceInProgress);
  EXPECT_FALSE(c.synced(waiting).protocol);
}

// ---- storing it

TEST(SyncGroup, StoreErrorsAreToldAsKafkaTellsThemAndRebalance) {
  const std::vector<std::pair<ErrorCode, ErrorCode>> told{
      {ErrorCode::kNotEnoughReplicas, ErrorCode::kCoordinatorNotAvailable},
      {ErrorCode::kNotLeaderOrFollower, ErrorCode::kNotCoordinator},
      {ErrorCode::kRequestTimedOut, ErrorCode::kRebalanceInProgress},
      {ErrorCode::kMessageTooLarge, ErrorCode::kUnknownServerError}};
  for (const auto& [error, answer] : told) {
    Coordinator c;
    const auto ids = c.completing({"a", "b"});
    c.stores_at_once = false;
    const RequestId follower = c.sync(ids[1], 1);
    const RequestId leader = c.sync(ids[0], 1, {{ids[0], "x"}, {ids[1], "y"}});
    c.stored(error);
    EXPECT_EQ(c.synced(leader).error, answer) << error_name(error);
    EXPECT_EQ(c.synced(follower).error, answer) << error_name(error);
    EXPECT_EQ(c.synced(follower).assignment, "");
    EXPECT_EQ(c.state(), kPreparingRebalance);
  }
}
TEST(SyncGroup, StoredAfterANewRebalanceBeganChangesNothing) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  c.stores_at_once = false;
  const RequestId leader = c.sync(ids[0], 1, {{ids[0], "x"}});
  const RequestId rejoin = c.join({.member_id = ids[1], .protocols = {{"range", "new"}}});
  EXPECT_EQ(c.synced(leader).error, ErrorCode::kRebalanceInProgress);
  c.stored();
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_TRUE(c.waits(rejoin));
}
TEST(SyncGroup, StoredInTheNextGenerationChangesNothing) {
  for (const ErrorCode error : {ErrorCode::kNone, ErrorCode::kNotEnoughReplicas}) {
    Coordinator c;
    const auto ids = c.completing({"a", "b"});
    c.stores_at_once = false;
    c.sync(ids[0], 1, {{ids[0], "x"}});
    c.join({.member_id = ids[1], .protocols = {{"range", "new"}}});
    c.join({.member_id = ids[0]});
    const RequestId waiting = c.sync(ids[1], 2);
    ASSERT_EQ(c.state(), kCompletingRebalance);
    c.stored(error);
    EXPECT_EQ(c.state(), kCompletingRebalance);
    EXPECT_TRUE(c.waits(waiting));
  }
}
TEST(SyncGroup, LeaderThatSyncsAgainStoresAgainAndIsAnsweredOnce) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  c.stores_at_once = false;
  const RequestId former = c.sync(ids[0], 1, {{ids[0], "x"}});
  const RequestId latter = c.sync(ids[0], 1, {{ids[0], "x"}});
  EXPECT_EQ(c.synced(former).error, ErrorCode::kRebalanceInProgress);
  ASSERT_EQ(c.appends.size(), 2u);
  c.stored();
  EXPECT_EQ(c.synced(latter).assignment, "x");
  c.stored();
  EXPECT_EQ(c.state(), kStable);
}
// Kafka forgets the former request; its connection would wait for ever.
TEST(SyncGroup, FollowerThatSyncsAgainAnswersTheFormerOne) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId former = c.sync(ids[1], 1);
  const RequestId latter = c.sync(ids[1], 1);
  EXPECT_EQ(c.synced(former).error, ErrorCode::kRebalanceInProgress);
  EXPECT_TRUE(c.waits(latter));
}

// ---- the time to sync: the rebalance timeout

TEST(SyncDeadline, RemovesMembersThatHaveNotSyncedAndRebalances) {
  Coordinator c;
  const auto ids =
      c.completing_group({{.client = "a", .session_ms = 1800000, .rebalance_ms = 20000},
                          {.client = "b", .session_ms = 1800000, .rebalance_ms = 20000}});
  const RequestId waiting = c.sync(ids[1], 1);
  c.pass(19999);
  EXPECT_TRUE(c.waits(waiting));
  c.pass(1);
  EXPECT_EQ(c.synced(waiting).error, ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_FALSE(c.group().members().contains(ids[0]));
  EXPECT_EQ(c.group().leader(), ids[1]);
}
TEST(SyncDeadline, RemovesAlsoFromAStableGroup) {
  Coordinator c;
  const auto ids =
      c.completing_group({{.client = "a", .session_ms = 1800000, .rebalance_ms = 20000},
                          {.client = "b", .session_ms = 1800000, .rebalance_ms = 20000}});
  c.sync(ids[0], 1, {});
  ASSERT_EQ(c.state(), kStable);
  EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kNone);
  c.pass(20000);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_FALSE(c.group().members().contains(ids[1]));
}
TEST(SyncDeadline, RemovesStaticMembersToo) {
  Coordinator c;
  const auto ids = c.completing_group(
      {{.client = "a", .session_ms = 1800000}, {.instance = "i", .session_ms = 1800000}});
  c.sync(ids[0], 1, {});
  c.pass(60000);
  EXPECT_FALSE(c.group().static_member("i"));
}
TEST(SyncDeadline, IsMetBySyncing) {
  Coordinator c;
  const auto ids = c.stable_group({{.session_ms = 1800000}, {.session_ms = 1800000}});
  c.pass(120000);
  EXPECT_EQ(c.state(), kStable);
  EXPECT_EQ(c.group().members().size(), ids.size());
}
TEST(SyncDeadline, OfAFormerGenerationRemovesNobody) {
  Coordinator c;
  const auto ids = c.completing_group({{.session_ms = 1800000, .rebalance_ms = 20000},
                                       {.session_ms = 1800000, .rebalance_ms = 20000}});
  c.pass(15000);
  c.join({.member_id = ids[0],
          .protocols = {{"range", "x"}},
          .session_ms = 1800000,
          .rebalance_ms = 20000});
  c.join({.member_id = ids[1], .session_ms = 1800000, .rebalance_ms = 20000});
  ASSERT_EQ(c.group().generation(), GenerationId(2));
  c.pass(19999);
  EXPECT_EQ(c.group().members().size(), 2u);
  c.pass(1);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(SyncDeadline, OfWhichNobodyHasSyncedEmptiesTheGroup) {
  Coordinator c;
  c.completing_group({{.session_ms = 1800000, .rebalance_ms = 20000}});
  c.pass(20000);
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(2));
}

}  // namespace
}  // namespace barnabas::group
