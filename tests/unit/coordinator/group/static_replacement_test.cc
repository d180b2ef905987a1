// A static member that has restarted: it joins without a member id and takes its place again.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

// A dynamic leader and the static follower i.
struct Follower : Coordinator {
  std::vector<std::string> ids =
      stable_group({{.client = "a", .session_ms = 1800000}, {.instance = "i"}});
};
// The static leader i and a dynamic follower.
struct Leader : Coordinator {
  std::vector<std::string> ids =
      stable_group({{.instance = "i"}, {.client = "b", .session_ms = 1800000}});
};
const Joining kVersion8{.instance = "i"};
const Joining kVersion9{.instance = "i", .skips_assignment = true};

TEST(StaticReplacement, InStableNeedsNoRebalance) {
  Follower c;
  const JoinAnswer answer = c.joined(c.join(kVersion9));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.member_id, "i-3");
  EXPECT_EQ(answer.generation, GenerationId(1));
  EXPECT_EQ(answer.leader, c.ids[0]);
  EXPECT_EQ(answer.protocol, "range");
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_TRUE(answer.members.empty());
  EXPECT_EQ(c.state(), kStable);
  EXPECT_EQ(c.synced(c.sync("i-3", 1, {}, "i")).assignment, "for " + c.ids[1])
      << "it keeps its assignment";
}
TEST(StaticReplacement, OldIdIsFenced) {
  Follower c;
  c.join(kVersion9);
  EXPECT_EQ(c.heartbeat(c.ids[1], 1, "i"), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.synced(c.sync(c.ids[1], 1, {}, "i")).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(
      c.committed(c.commit({.member_id = c.ids[1], .generation = 1, .instance = "i"}, {{}})).at(0),
      ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.leave({{c.ids[1], "i"}}).at(0), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.heartbeat(c.ids[1], 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.heartbeat("i-3", 1, "i"), ErrorCode::kNone);
}
TEST(StaticReplacement, OfTheLeaderSinceVersion9SkipsTheAssignmentAndIsToldTheMembers) {
  Leader c;
  const JoinAnswer answer = c.joined(c.join(kVersion9));
  EXPECT_EQ(answer.leader, "i-3");
  EXPECT_EQ(answer.member_id, "i-3");
  EXPECT_TRUE(answer.skip_assignment);
  EXPECT_EQ(answer.members.size(), 2u);
  EXPECT_EQ(c.state(), kStable);
}
// It would assign, and nobody would listen: it must not find itself the leader.
TEST(StaticReplacement, OfTheLeaderBeforeVersion9IsToldTheOldLeader) {
  Leader c;
  const JoinAnswer answer = c.joined(c.join(kVersion8));
  EXPECT_EQ(answer.leader, c.ids[0]);
  EXPECT_EQ(answer.member_id, "i-3");
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_TRUE(answer.members.empty());
  EXPECT_EQ(c.group().leader(), "i-3");
}
TEST(StaticReplacement, IsAnsweredWhenItIsStored) {
  Follower c;
  c.stores_at_once = false;
  const RequestId join = c.join(kVersion9);
  EXPECT_TRUE(c.waits(join));
  c.stored();
  EXPECT_EQ(c.joined(join).error, ErrorCode::kNone);
}
TEST(StaticReplacement, IsThereAfterAFailover) {
  Follower before;
  before.join(kVersion9);
  Coordinator c = before.after_failover();
  EXPECT_EQ(c.heartbeat("i-3", 1, "i"), ErrorCode::kNone);
  EXPECT_EQ(c.synced(c.sync("i-3", 1)).assignment, "for " + before.ids[1]);
}
TEST(StaticReplacement, ThatCannotBeStoredIsUndone) {
  Leader c;
  c.stores_at_once = false;
  const RequestId join = c.join(
      {.instance = "i", .protocols = {{"range", "new"}}, .session_ms = 20000, .rebalance_ms = 1});
  c.stored(ErrorCode::kNotEnoughReplicas);
  const JoinAnswer answer = c.joined(join);
  EXPECT_EQ(answer.error, ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(answer.member_id, "");
  EXPECT_EQ(answer.leader, c.ids[0]);
  EXPECT_TRUE(answer.members.empty());
  EXPECT_EQ(c.state(), kStable);
  EXPECT_EQ(c.group().leader(), c.ids[0]);
  const Member& member = c.group().members().at(c.ids[0]);
  EXPECT_EQ(*member.metadata("range"), "m");
  EXPECT_EQ(member.session_timeout, milliseconds(10000));
  EXPECT_EQ(member.rebalance_timeout, milliseconds(60000));
  EXPECT_EQ(c.heartbeat(c.ids[0], 1, "i"), ErrorCode::kNone);
  EXPECT_EQ(c.heartbeat("i-3", 1, "i"), ErrorCode::kFencedInstanceId);
  c.pass(10000);
  EXPECT_FALSE(c.group().static_member("i")) << "its session goes on";
}
TEST(StaticReplacement, StoreErrorsAreToldAsThoseOfASync) {
  for (const auto& [error, told] :
       {std::pair(ErrorCode::kRequestTimedOut, ErrorCode::kRebalanceInProgress),
        std::pair(ErrorCode::kNotLeaderOrFollower, ErrorCode::kNotCoordinator)}) {
    Follower c;
    c.stores_at_once = false;
    const RequestId join = c.join(kVersion9);
    c.stored(error);
    EXPECT_EQ(c.joined(join).error, told);
  }
}
TEST(StaticReplacement, DuringARebalanceIsAnsweredByIt) {
  for (const ErrorCode error : {ErrorCode::kNone, ErrorCode::kNotEnoughReplicas}) {
    Follower c;
    c.stores_at_once = false;
    const RequestId join = c.join(kVersion9);
    const RequestId leader = c.join({.member_id = c.ids[0]});
    EXPECT_EQ(c.joined(join).generation, GenerationId(2)) << "it counts as joined";
    EXPECT_EQ(c.joined(leader).members.size(), 2u);
    c.stored(error);
    EXPECT_TRUE(c.group().members().contains("i-3"));
  }
}
TEST(StaticReplacement, OfAMemberThatIsBeingReplacedFencesTheFirst) {
  Follower c;
  c.stores_at_once = false;
  const RequestId first = c.join(kVersion9);
  const RequestId second = c.join(kVersion9);
  EXPECT_EQ(c.joined(first).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.joined(first).member_id, "i-3");
  c.stored();
  EXPECT_TRUE(c.waits(second)) << "the first one's record is not the second one's";
  c.stored();
  EXPECT_EQ(c.joined(second).member_id, "i-4");
}
TEST(StaticReplacement, OfAMemberThatLeavesMeanwhileIsAnswered) {
  Follower c;
  c.stores_at_once = false;
  const RequestId join = c.join(kVersion9);
  EXPECT_EQ(c.leave({{"", "i"}}).at(0), ErrorCode::kNone);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownMemberId);
  c.stored();
}
TEST(StaticReplacement, DoesNotExpireWhileItIsStored) {
  Follower c;
  c.stores_at_once = false;
  const RequestId join = c.join(kVersion9);
  c.pass(15000);
  c.stored();
  EXPECT_EQ(c.joined(join).error, ErrorCode::kNone);
  c.pass(9999);
  EXPECT_EQ(c.heartbeat("i-3", 1, "i"), ErrorCode::kNone);
}
TEST(StaticReplacement, ThatHadNotSyncedAndIsStoredTooLateIsAnswered) {
  Coordinator c;
  const auto ids = c.completing_group(
      {{.client = "a", .session_ms = 1800000}, {.instance = "i", .session_ms = 1800000}});
  c.sync(ids[0], 1, {});
  ASSERT_EQ(c.state(), kStable);
  c.stores_at_once = false;
  const RequestId join = c.join(kVersion9);
  c.pass(60000);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  c.stored();
}
TEST(StaticReplacement, ThatHadNotSyncedStillHasTo) {
  Coordinator c;
  const auto ids = c.completing_group(
      {{.client = "a", .session_ms = 1800000}, {.instance = "i", .session_ms = 1800000}});
  c.sync(ids[0], 1, {{ids[1], "x"}});
  c.join({.instance = "i", .session_ms = 1800000});
  EXPECT_EQ(c.synced(c.sync("i-3", 1)).assignment, "x");
  c.pass(60000);
  EXPECT_EQ(c.state(), kStable) << "nobody is waited for any more";
}

// ---- that changes what the others go by

TEST(StaticReplacement, ThatChangesTheChosenProtocolRebalances) {
  Coordinator c;
  const Protocols both{{"range", ""}, {"sticky", ""}};
  c.stable_group({{.client = "a", .protocols = both}, {.instance = "i", .protocols = both}});
  const RequestId join = c.join({.instance = "i", .protocols = {{"sticky", ""}}});
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(StaticReplacement, WithNewMetadataForTheSameProtocolDoesNotRebalance) {
  Follower c;
  EXPECT_FALSE(c.waits(c.join({.instance = "i", .protocols = {{"range", "new"}}})));
  EXPECT_EQ(c.core.describe("g").members.at(1).metadata, "new");
  EXPECT_EQ(c.after_failover().core.describe("g").members.at(1).metadata, "new");
}
TEST(StaticReplacement, WithoutACommonProtocolIsInconsistent) {
  Follower c;
  EXPECT_EQ(c.joined(c.join({.instance = "i", .protocols = {{"sticky", ""}}})).error,
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.heartbeat(c.ids[1], 1, "i"), ErrorCode::kNone);
}

// ---- in the other states

TEST(StaticReplacement, InPreparingRebalanceIsParkedAndFencesTheOldJoin) {
  Follower c;
  const RequestId old = c.join({.member_id = c.ids[1], .protocols = {{"range", "x"}}});
  ASSERT_EQ(c.state(), kPreparingRebalance);
  const RequestId join = c.join(kVersion9);
  EXPECT_EQ(c.joined(old).error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(c.joined(old).member_id, c.ids[1]);
  EXPECT_TRUE(c.waits(join));
  c.join({.member_id = c.ids[0]});
  EXPECT_EQ(c.joined(join).member_id, "i-4");
  EXPECT_EQ(c.joined(join).generation, GenerationId(2));
}
TEST(StaticReplacement, InPreparingRebalanceOfTheLeaderLeadsOn) {
  Leader c;
  c.join({.member_id = c.ids[1], .protocols = {{"range", "x"}}});
  const JoinAnswer answer = c.joined(c.join(kVersion9));
  EXPECT_EQ(answer.leader, "i-4");
  EXPECT_EQ(answer.members.size(), 2u);
  EXPECT_FALSE(answer.skip_assignment) << "this generation is to be assigned";
}
TEST(StaticReplacement, InTheInitialDelayKeepsOneMember) {
  Coordinator c;
  const RequestId old = c.join(kVersion9);
  const RequestId join = c.join(kVersion9);
  EXPECT_EQ(c.joined(old).error, ErrorCode::kFencedInstanceId);
  c.pass(3000);
  EXPECT_EQ(c.joined(join).members.size(), 1u);
}
TEST(StaticReplacement, InCompletingRebalanceRebalancesAndFencesTheOldSync) {
  Coordinator c;
  const auto ids = c.completing_group({{.client = "a"}, {.instance = "i"}});
  const RequestId old = c.sync(ids[1], 1);
  const RequestId join = c.join(kVersion9);
  EXPECT_EQ(c.synced(old).error, ErrorCode::kFencedInstanceId);
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(StaticReplacement, InCompletingRebalanceTellsTheOthersToRejoin) {
  Coordinator c;
  const auto ids = c.completing_group({{.client = "a"}, {.instance = "i"}, {.client = "b"}});
  const RequestId other = c.sync(ids[2], 1);
  c.join(kVersion9);
  EXPECT_EQ(c.synced(other).error, ErrorCode::kRebalanceInProgress);
}
TEST(StaticReplacement, InEmptyIsANewMember) {
  Leader c;
  c.leave({{c.ids[0], "i"}, {c.ids[1], std::nullopt}});
  ASSERT_EQ(c.state(), kEmpty);
  const RequestId join = c.join(kVersion9);
  c.pass(3000);
  EXPECT_EQ(c.joined(join).generation, GenerationId(3));
}

}  // namespace
}  // namespace barnabas::group
