// Heartbeats, and members that are not heard of any more.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

TEST(Heartbeat, OfAnUnknownGroupOrMemberIsUnknownMember) {
  Coordinator c;
  EXPECT_EQ(c.heartbeat("x", 1), ErrorCode::kUnknownMemberId);
  const auto ids = c.stable({"a"});
  EXPECT_EQ(c.heartbeat("x", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.heartbeat(ids[0], 1, "nobody"), ErrorCode::kUnknownMemberId);
}
TEST(Heartbeat, OfAnInstanceThatAnotherMemberHoldsIsFenced) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i"}, {.client = "b"}});
  EXPECT_EQ(c.heartbeat(ids[1], 1, "i"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.heartbeat("old", 1, "i"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.heartbeat(ids[0], 1, "i"), ErrorCode::kNone);
}
TEST(Heartbeat, OfAnotherGenerationIsIllegal) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(c.heartbeat(ids[0], 0), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(c.heartbeat(ids[0], 2), ErrorCode::kIllegalGeneration);
}
TEST(Heartbeat, OfAnEmptyGroupIsUnknownMember) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(c.heartbeat("a-1", 2), ErrorCode::kUnknownMemberId);
}
TEST(Heartbeat, InStableAndCompletingRebalanceIsFine) {
  Coordinator c;
  const auto ids = c.completing({"a"});
  EXPECT_EQ(c.heartbeat(ids[0], 1), ErrorCode::kNone);
  c.sync_all(ids, 1);
  EXPECT_EQ(c.heartbeat(ids[0], 1), ErrorCode::kNone);
}
TEST(Heartbeat, InPreparingRebalanceTellsToRejoinAndKeepsTheMemberAlive) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0]});
  for (int i = 0; i < 3; ++i) {
    c.pass(9000);
    EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kRebalanceInProgress);
  }
  EXPECT_TRUE(c.group().members().contains(ids[1]));
}

// ---- sessions

TEST(Session, ThatExpiresInAStableGroupRemovesTheMemberAndRebalances) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a"}, {.client = "b", .session_ms = 20000}});
  c.pass(9999);
  EXPECT_EQ(c.state(), kStable);
  c.pass(1);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_FALSE(c.group().members().contains(ids[0]));
  EXPECT_EQ(c.group().leader(), ids[1]);
  EXPECT_TRUE(c.says("Member " + ids[0] + " in group g has failed, removing it from the group"));
}
TEST(Session, ThatExpiresInACompletingGroupRebalances) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId waiting = c.sync(ids[1], 1);
  c.pass(10000);
  EXPECT_EQ(c.synced(waiting).error, ErrorCode::kRebalanceInProgress);
  EXPECT_FALSE(c.group().members().contains(ids[0]));
}
TEST(Session, ThatExpiresInAPreparingGroupLetsTheJoinEnd) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId join = c.join({.member_id = ids[0]});
  c.pass(10000);
  EXPECT_EQ(c.joined(join).members.size(), 1u);
}
TEST(Session, OfTheLastMemberEmptiesTheGroup) {
  Coordinator c;
  c.stable({"a"});
  c.pass(10000);
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(2));
}
TEST(Session, IsPutOffByAHeartbeat) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  for (int i = 0; i < 10; ++i) {
    c.pass(9999);
    EXPECT_EQ(c.heartbeat(ids[0], 1), ErrorCode::kNone);
  }
  c.pass(10000);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(Session, IsPutOffByACommit) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.pass(9999);
  c.commit({.member_id = ids[0], .generation = 1}, {{}});
  c.pass(9999);
  EXPECT_EQ(c.state(), kStable);
}
TEST(Session, IsPutOffByASyncOfAStableGroup) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.pass(9999);
  c.sync(ids[0], 1);
  c.pass(9999);
  EXPECT_EQ(c.state(), kStable);
}
TEST(Session, IsNotPutOffByARefusedHeartbeat) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.pass(9999);
  EXPECT_EQ(c.heartbeat(ids[0], 7), ErrorCode::kIllegalGeneration);
  c.pass(1);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(Session, DoesNotExpireWhileAJoinWaits) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId join = c.join({.member_id = ids[0]});
  for (int i = 0; i < 5; ++i) {
    c.pass(9000);
    c.heartbeat(ids[1], 1);
  }
  EXPECT_TRUE(c.waits(join));
  c.join({.member_id = ids[1]});
  EXPECT_EQ(c.joined(join).members.size(), 2u);
  c.pass(9999);
  EXPECT_EQ(c.heartbeat(ids[0], 2), ErrorCode::kNone) << "it began anew with the answer";
}
TEST(Session, DoesNotExpireWhileASyncWaits) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId waiting = c.sync(ids[1], 1);
  for (int i = 0; i < 3; ++i) {
    c.pass(9000);
    c.heartbeat(ids[0], 1);
  }
  c.sync(ids[0], 1, {{ids[1], "x"}});
  EXPECT_EQ(c.synced(waiting).assignment, "x");
  c.pass(9999);
  EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kNone);
}
// A client that has given up waiting is not noticed: its connection is not read meanwhile.
TEST(Session, OfANewMemberWhoseJoinWaitsExpiresAfterFiveMinutes) {
  Coordinator c;
  const auto ids = c.stable_group({{.session_ms = 1800000, .rebalance_ms = 600000}});
  const RequestId join = c.join({.client = "b", .rebalance_ms = 600000});
  for (int i = 0; i < 3; ++i) {
    c.pass(99999);
    c.heartbeat(ids[0], 1);
  }
  EXPECT_TRUE(c.waits(join));
  c.pass(3);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.joined(join).member_id, "");
  EXPECT_FALSE(c.group().members().contains("b-2"));
}
TEST(Session, OfANewMemberIsItsOwnOnceItHasJoined) {
  Coordinator c;
  const RequestId join = c.join({});
  c.pass(3000);
  ASSERT_EQ(c.joined(join).error, ErrorCode::kNone);
  c.pass(9999);
  EXPECT_EQ(c.state(), kCompletingRebalance);
  c.pass(1);
  EXPECT_EQ(c.state(), kEmpty);
}
// The coordinator wakes up late, when the end of the join phase and the session of a member that
// waits for it are both over. Removing the member would lose one that has just been answered.
TEST(Session, DueTogetherWithTheEndOfTheJoinPhaseBeginsAnewWithTheAnswer) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a", .session_ms = 25000, .rebalance_ms = 20000},
                                   {.client = "b", .session_ms = 1800000, .rebalance_ms = 20000}});
  const RequestId join = c.join({.member_id = ids[0], .session_ms = 25000, .rebalance_ms = 20000});
  c.oversleep(26000);
  EXPECT_EQ(c.joined(join).generation, GenerationId(2));
  EXPECT_EQ(c.heartbeat(ids[0], 2), ErrorCode::kNone);
  c.sync(ids[0], 2);
  c.pass(24999);
  EXPECT_EQ(c.state(), kStable);
}
TEST(Session, DueTogetherWithTheSyncDeadlineBeginsAnewWithTheAnswer) {
  Coordinator c;
  const auto ids =
      c.completing_group({{.client = "a", .session_ms = 1800000, .rebalance_ms = 20000},
                          {.client = "b", .session_ms = 25000, .rebalance_ms = 20000}});
  const RequestId waiting = c.sync(ids[1], 1);
  c.oversleep(26000);
  EXPECT_EQ(c.synced(waiting).error, ErrorCode::kRebalanceInProgress);
  EXPECT_TRUE(c.group().members().contains(ids[1]));
}
TEST(Session, OfMembersBeginsWithLoading) {
  Coordinator before;
  const auto ids = before.stable({"a"});
  before.pass(9000);
  Coordinator c = before.after_failover();
  c.pass(9999);
  EXPECT_EQ(c.heartbeat(ids[0], 1), ErrorCode::kNone);
  c.pass(10000);
  EXPECT_EQ(c.state(), kEmpty);
}

}  // namespace
}  // namespace barnabas::group
