// Dynamic members of JoinGroup version 4 and later: they are told an id first, and come again.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

Joining newcomer(const std::string& client, std::int64_t session_ms = 10000) {
  return {.client = client, .session_ms = session_ms, .id_required = true};
}
Joining known(const std::string& client, const std::string& id) {
  return {.client = client, .member_id = id, .id_required = true};
}

TEST(PendingMember, IsToldItsIdAndIsNoMemberYet) {
  Coordinator c;
  const JoinAnswer answer = c.joined(c.join(newcomer("a")));
  EXPECT_EQ(answer.error, ErrorCode::kMemberIdRequired);
  EXPECT_EQ(answer.member_id, "a-1");
  EXPECT_EQ(answer.generation, kNoGeneration);
  EXPECT_EQ(c.state(), GroupState::kEmpty);
  EXPECT_TRUE(c.group().members().empty());
}
TEST(PendingMember, ComesAgainWithItsIdAndIsAdded) {
  Coordinator c;
  c.join(newcomer("a"));
  const RequestId join = c.join(known("a", "a-1"));
  EXPECT_TRUE(c.waits(join));
  EXPECT_TRUE(c.group().pending_members().empty());
  c.pass(3000);
  EXPECT_EQ(c.joined(join).member_id, "a-1");
}
TEST(PendingMember, DoesNotDisturbAStableGroupUntilItComesAgain) {
  Coordinator c;
  c.stable({"a"});
  c.join(newcomer("b"));
  EXPECT_EQ(c.state(), GroupState::kStable);
  c.join(known("b", "b-2"));
  EXPECT_EQ(c.state(), GroupState::kPreparingRebalance);
}
TEST(PendingMember, ExpiresAfterItsSessionTimeout) {
  Coordinator c;
  c.join(newcomer("a", 6000));
  c.pass(5999);
  EXPECT_TRUE(c.group().pending_members().contains("a-1"));
  c.pass(1);
  EXPECT_TRUE(c.group().pending_members().empty());
  EXPECT_EQ(c.joined(c.join(known("a", "a-1"))).error, ErrorCode::kUnknownMemberId);
}
TEST(PendingMember, ThatHasComeAgainDoesNotExpireAsPending) {
  Coordinator c;
  c.join(newcomer("a"));
  const RequestId join = c.join(known("a", "a-1"));
  c.pass(3000);
  c.sync("a-1", 1);
  c.pass(6999);
  EXPECT_EQ(c.heartbeat("a-1", 1), ErrorCode::kNone);
  EXPECT_FALSE(c.says("has been removed"));
  EXPECT_EQ(c.joined(join).error, ErrorCode::kNone);
}
TEST(PendingMember, HoldsTheJoinUpUntilItComes) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.join(newcomer("b"));
  const RequestId leader = c.join({.member_id = ids[0]});
  EXPECT_TRUE(c.waits(leader)) << "all members have joined, but one is on its way";
  const RequestId late = c.join(known("b", "b-2"));
  EXPECT_EQ(c.joined(leader).members.size(), 2u);
  EXPECT_EQ(c.joined(late).error, ErrorCode::kNone);
}
TEST(PendingMember, ThatExpiresHoldsTheJoinUpNoLonger) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.join(newcomer("b", 6000));
  const RequestId leader = c.join({.member_id = ids[0]});
  c.pass(6000);
  EXPECT_EQ(c.joined(leader).generation, GenerationId(2));
}
TEST(PendingMember, ThatLeavesHoldsTheJoinUpNoLonger) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.join(newcomer("b"));
  const RequestId leader = c.join({.member_id = ids[0]});
  EXPECT_EQ(c.leave("b-2"), ErrorCode::kNone);
  EXPECT_EQ(c.joined(leader).generation, GenerationId(2));
}
TEST(PendingMember, HoldsTheJoinUpForTheRebalanceTimeoutAtMost) {
  Coordinator c;
  const auto ids = c.stable_group({{.session_ms = 1800000, .rebalance_ms = 8000}});
  c.join(newcomer("b", 20000));
  const RequestId leader =
      c.join({.member_id = ids[0], .session_ms = 1800000, .rebalance_ms = 8000});
  c.pass(8000);
  EXPECT_EQ(c.joined(leader).generation, GenerationId(2));
  EXPECT_TRUE(c.waits(c.join(known("b", "b-2")))) << "it may still come, in a rebalance";
}
TEST(PendingMember, CannotHeartbeatSyncOrCommit) {
  Coordinator c;
  c.stable({"a"});
  c.join(newcomer("b"));
  EXPECT_EQ(c.heartbeat("b-2", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.synced(c.sync("b-2", 1)).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.committed(c.commit({.member_id = "b-2", .generation = 1}, {{}})).at(0),
            ErrorCode::kUnknownMemberId);
}
// Kafka throws, and the client is told what that amounts to.
TEST(PendingMember, ThatComesAgainAsAStaticOneIsRefused) {
  Coordinator c;
  c.join(newcomer("a"));
  const RequestId join = c.join({.client = "a", .member_id = "a-1", .instance = "i"});
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownServerError);
  EXPECT_TRUE(c.group().pending_members().contains("a-1"));
}
TEST(PendingMember, ThatComesAgainWithAnotherProtocolTypeIsRefused) {
  Coordinator c;
  c.join(newcomer("a"));
  c.stable({"b"});
  const RequestId join =
      c.join({.client = "a", .member_id = "a-1", .protocol_type = "connect", .id_required = true});
  EXPECT_EQ(c.joined(join).error, ErrorCode::kInconsistentGroupProtocol);
}
TEST(PendingMember, OlderVersionsAreAddedAtOnce) {
  Coordinator c;
  EXPECT_TRUE(c.waits(c.join({.client = "a"})));
  EXPECT_TRUE(c.group().members().contains("a-1"));
}
TEST(PendingMember, StaticMembersAreAddedAtOnce) {
  Coordinator c;
  EXPECT_TRUE(c.waits(c.join({.instance = "i", .id_required = true})));
  EXPECT_TRUE(c.group().members().contains("i-1"));
}
TEST(PendingMember, IsForgottenWithItsGroup) {
  Coordinator c;
  c.join(newcomer("a"));
  EXPECT_EQ(c.delete_group(), ErrorCode::kNone);
  c.pass(10000);
  EXPECT_EQ(c.joined(c.join(known("a", "a-1"))).error, ErrorCode::kUnknownMemberId);
}

}  // namespace
}  // namespace barnabas::group
