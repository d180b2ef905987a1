// group.max.size: who is let in.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

GroupConfig at_most(std::size_t members) {
  GroupConfig config;
  config.max_size = members;
  return config;
}

TEST(GroupMaxSize, StableGroupRefusesOneTooMany) {
  Coordinator c(at_most(2));
  c.stable({"a", "b"});
  const JoinAnswer answer = c.joined(c.join({.client = "c"}));
  EXPECT_EQ(answer.error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(answer.member_id, "");
  EXPECT_EQ(c.state(), GroupState::kStable);
}
TEST(GroupMaxSize, CompletingGroupRefusesOneTooMany) {
  Coordinator c(at_most(1));
  c.completing({"a"});
  EXPECT_EQ(c.joined(c.join({.client = "b"})).error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(c.state(), GroupState::kCompletingRebalance);
}
TEST(GroupMaxSize, FullGroupLetsItsOwnMembersRejoin) {
  Coordinator c(at_most(2));
  const auto ids = c.stable({"a", "b"});
  EXPECT_TRUE(c.waits(c.join({.member_id = ids[0]})));
}
TEST(GroupMaxSize, PreparingGroupCountsThoseWhoHaveJoined) {
  Coordinator c(at_most(2));
  const RequestId first = c.join({.client = "a"});
  const RequestId second = c.join({.client = "b"});
  EXPECT_EQ(c.joined(c.join({.client = "c"})).error, ErrorCode::kGroupMaxSizeReached);
  c.pass(6000);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
  EXPECT_EQ(c.joined(second).error, ErrorCode::kNone);
}
TEST(GroupMaxSize, MemberThatWaitsAlreadyMayJoinAgain) {
  Coordinator c(at_most(2));
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0]});
  const RequestId again = c.join({.member_id = ids[0]});
  EXPECT_TRUE(c.waits(again));
}
// A rebalance of two full members: a newcomer takes the place of the one that is slower.
TEST(GroupMaxSize, LastMemberToRejoinIsRemovedWhenItsPlaceIsTaken) {
  Coordinator c(at_most(2));
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0]});
  const RequestId newcomer = c.join({.client = "c"});
  EXPECT_TRUE(c.waits(newcomer));
  const JoinAnswer late = c.joined(c.join({.member_id = ids[1]}));
  EXPECT_EQ(late.error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(late.member_id, "");
  EXPECT_FALSE(c.group().members().contains(ids[1]));
  EXPECT_EQ(c.joined(newcomer).generation, GenerationId(2)) << "nobody else is waited for";
}
TEST(GroupMaxSize, PendingMembersAreNotCounted) {
  Coordinator c(at_most(1));
  c.join({.client = "a", .id_required = true});
  c.join({.client = "b", .id_required = true});
  const RequestId join = c.join({.client = "b", .member_id = "b-2", .id_required = true});
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.joined(c.join({.client = "a", .member_id = "a-1", .id_required = true})).error,
            ErrorCode::kGroupMaxSizeReached);
  c.pass(3000);
  EXPECT_EQ(c.joined(join).members.size(), 1u);
}
TEST(GroupMaxSize, EmptyGroupAdmitsAlways) {
  Coordinator c(at_most(0));
  EXPECT_TRUE(c.waits(c.join({.client = "a"})));
}
TEST(GroupMaxSize, GroupLoadedAboveALoweredLimitShrinksToIt) {
  Coordinator before;
  const auto ids = before.stable({"a", "b", "c"});
  Coordinator c = before.after_failover(at_most(2));
  EXPECT_EQ(c.state(), GroupState::kPreparingRebalance);
  EXPECT_TRUE(c.says("over capacity"));
  EXPECT_EQ(c.heartbeat(ids[2], 1), ErrorCode::kRebalanceInProgress);
  EXPECT_EQ(c.committed(c.commit({.member_id = ids[2], .generation = 1}, {{}})).at(0),
            ErrorCode::kNone)
      << "a rebalance gives members the chance to commit";
  const RequestId first = c.join({.member_id = ids[0]});
  const RequestId second = c.join({.member_id = ids[1]});
  EXPECT_EQ(c.joined(c.join({.member_id = ids[2]})).error, ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
  EXPECT_EQ(c.joined(second).generation, GenerationId(2));
}
TEST(GroupMaxSize, GroupLoadedAtTheLimitStaysStable) {
  Coordinator before;
  before.stable({"a", "b"});
  EXPECT_EQ(before.after_failover(at_most(2)).state(), GroupState::kStable);
}

}  // namespace
}  // namespace barnabas::group
