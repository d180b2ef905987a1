// How a join phase ends: who stays, who leads, which protocol.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

TEST(Rebalance, EndsAsSoonAsAllMembersHaveJoined) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId leader = c.join({.member_id = ids[0]});
  EXPECT_TRUE(c.waits(leader));
  const RequestId follower = c.join({.member_id = ids[1]});
  EXPECT_EQ(c.joined(leader).generation, GenerationId(2));
  EXPECT_EQ(c.joined(follower).generation, GenerationId(2));
  EXPECT_EQ(c.state(), kCompletingRebalance);
}
TEST(Rebalance, EndsAfterTheLongestRebalanceTimeoutOfTheMembers) {
  Coordinator c;
  const auto ids = c.stable_group({{.client = "a", .session_ms = 1800000, .rebalance_ms = 20000},
                                   {.client = "b", .session_ms = 1800000, .rebalance_ms = 30000}});
  const RequestId join = c.join({.member_id = ids[0], .rebalance_ms = 20000});
  c.pass(29999);
  EXPECT_TRUE(c.waits(join));
  c.pass(1);
  EXPECT_EQ(c.joined(join).generation, GenerationId(2));
}
TEST(Rebalance, RemovesDynamicMembersThatHaveNotJoined) {
  Coordinator c;
  const auto ids = c.stable_group(
      {{.client = "a", .session_ms = 1800000}, {.client = "b", .session_ms = 1800000}});
  const RequestId join = c.join({.member_id = ids[0]});
  c.pass(60000);
  EXPECT_EQ(c.joined(join).members, (std::vector<JoinedMember>{{ids[0], std::nullopt, "m"}}));
  EXPECT_TRUE(c.says("removed dynamic members who haven't joined: " + ids[1]));
  EXPECT_EQ(c.heartbeat(ids[1], 2), ErrorCode::kUnknownMemberId);
}
TEST(Rebalance, KeepsStaticMembersThatHaveNotJoined) {
  Coordinator c;
  const auto ids = c.stable_group(
      {{.client = "a", .session_ms = 1800000}, {.instance = "i", .session_ms = 1800000}});
  const RequestId join = c.join({.member_id = ids[0]});
  c.pass(60000);
  EXPECT_EQ(c.joined(join).members.size(), 2u);
  EXPECT_EQ(c.joined(join).members.at(1).instance_id, "i");
}
TEST(Rebalance, ElectsANewLeaderWhenTheOldOneHasNotJoined) {
  Coordinator c;
  const auto ids = c.stable_group(
      {{.client = "a", .session_ms = 1800000}, {.client = "b", .session_ms = 1800000}});
  const RequestId join = c.join({.member_id = ids[1], .protocols = {{"range", "new"}}});
  c.pass(60000);
  EXPECT_EQ(c.joined(join).leader, ids[1]);
  EXPECT_EQ(c.joined(join).members.size(), 1u);
}
TEST(Rebalance, ElectsANewLeaderAlsoWhenTheOldOneIsStaticAndStays) {
  Coordinator c;
  const auto ids = c.stable_group(
      {{.instance = "i", .session_ms = 1800000}, {.client = "b", .session_ms = 1800000}});
  ASSERT_EQ(c.group().leader(), ids[0]);
  const RequestId join = c.join({.member_id = ids[1], .protocols = {{"range", "new"}}});
  c.pass(60000);
  EXPECT_EQ(c.joined(join).leader, ids[1]);
  EXPECT_EQ(c.joined(join).members.size(), 2u);
}
TEST(Rebalance, OfWhichNobodyHasRejoinedWaitsAnotherRebalanceTimeout) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i", .session_ms = 100000, .rebalance_ms = 20000},
                                   {.client = "b", .session_ms = 100000, .rebalance_ms = 20000}});
  EXPECT_EQ(c.leave(ids[1]), ErrorCode::kNone);
  ASSERT_EQ(c.state(), kPreparingRebalance);
  c.pass(20000);
  EXPECT_TRUE(c.says("could not complete rebalance because no members rejoined"));
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_EQ(c.group().generation(), GenerationId(1));
  const RequestId join = c.join({.member_id = ids[0], .instance = "i"});
  EXPECT_EQ(c.joined(join).generation, GenerationId(2));
}
TEST(Rebalance, OfWhichNobodyEverRejoinsEndsWithTheSessionsOfTheStaticMembers) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i", .session_ms = 50000, .rebalance_ms = 20000},
                                   {.client = "b", .session_ms = 50000, .rebalance_ms = 20000}});
  c.leave(ids[1]);
  c.pass(50000);
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(2));
}
// A client may say so; a late end of the phase must not become an endless loop.
TEST(Rebalance, WithATimeoutOfZeroOfWhichNobodyHasRejoinedLetsTimeGoOn) {
  Coordinator c;
  const auto ids = c.stable_group({{.instance = "i"}, {.client = "b"}});
  ASSERT_EQ(c.joined(c.join({.instance = "i", .rebalance_ms = 0})).error, ErrorCode::kNone);
  c.leave(ids[1]);
  c.oversleep(1);
  EXPECT_EQ(c.state(), kPreparingRebalance);
  c.oversleep(10000);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(Rebalance, OfANegativeTimeoutCountsAsZero) {
  Coordinator c;
  const RequestId join = c.join({.rebalance_ms = -5});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kNone);
}
TEST(Rebalance, LastMemberThatLeavesMakesAnEmptyGenerationThatIsStored) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.stores_at_once = false;
  c.leave(ids[0]);
  EXPECT_EQ(c.state(), kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(2));
  EXPECT_FALSE(c.group().leader());
  EXPECT_FALSE(c.group().protocol());
  EXPECT_EQ(c.group().protocol_type(), "consumer");
  ASSERT_EQ(c.appends.size(), 1u);
  GroupRecord empty;
  empty.protocol_type = "consumer";
  empty.generation = GenerationId(2);
  empty.state_timestamp = c.now.wall_ms;
  EXPECT_EQ(c.appends[0].records, (std::vector<LogRecord>{group_record("g", empty)}));
  c.stored();
}
TEST(Rebalance, EmptyGenerationThatCannotBeStoredIsWarnedOf) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  c.stores_at_once = false;
  c.leave(ids[0]);
  c.stored(ErrorCode::kNotEnoughReplicas);
  EXPECT_TRUE(c.says("Failed to write empty metadata for group g: NOT_ENOUGH_REPLICAS"));
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(Rebalance, RestartsTheSessionsOfAllMembers) {
  Coordinator c;
  const auto ids =
      c.stable_group({{.client = "a", .session_ms = 90000}, {.client = "b", .session_ms = 90000}});
  const RequestId leader = c.join({.member_id = ids[0], .session_ms = 90000});
  c.pass(50000);
  c.join({.member_id = ids[1], .session_ms = 90000});
  EXPECT_EQ(c.joined(leader).error, ErrorCode::kNone);
  c.sync_all(ids, 2);
  c.pass(89999);
  EXPECT_EQ(c.state(), kStable);
}

// ---- the protocol

TEST(Rebalance, ChoosesTheProtocolThatMostMembersPrefer) {
  Coordinator c;
  const RequestId join = c.join({.protocols = {{"range", ""}, {"sticky", ""}}});
  c.join({.protocols = {{"sticky", ""}, {"range", ""}}});
  c.join({.protocols = {{"sticky", ""}, {"range", ""}}});
  c.pass(6000);
  EXPECT_EQ(c.joined(join).protocol, "sticky");
}
TEST(Rebalance, ChoosesOnlyAmongProtocolsThatAllSupport) {
  Coordinator c;
  const RequestId join = c.join({.protocols = {{"sticky", "1"}, {"range", "2"}}});
  c.join({.protocols = {{"sticky", "3"}, {"range", "4"}}});
  c.join({.protocols = {{"range", "5"}}});
  c.pass(6000);
  EXPECT_EQ(c.joined(join).protocol, "range");
  EXPECT_EQ(c.joined(join).members.at(0).metadata, "2");
  EXPECT_EQ(c.joined(join).members.at(2).metadata, "5");
}
TEST(Rebalance, ChoosesAmongEquallyPreferredTheLeadersFirst) {
  Coordinator c;
  const RequestId join = c.join({.client = "z", .protocols = {{"sticky", ""}, {"range", ""}}});
  c.join({.client = "a", .protocols = {{"range", ""}, {"sticky", ""}}});
  c.pass(6000);
  EXPECT_EQ(c.joined(join).protocol, "sticky");
}
TEST(Rebalance, ProtocolNamedTwiceByAMemberCountsOnce) {
  Coordinator c;
  const RequestId join = c.join({.protocols = {{"range", "x"}, {"range", "y"}}});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).protocol, "range");
  EXPECT_EQ(c.joined(join).members.at(0).metadata, "x");
}
// As many as fit in a request: compared with each other they would keep the coordinator for
// minutes.
TEST(Rebalance, AnyNumberOfProtocolsIsCounted) {
  constexpr int kProtocols = 200'000;
  const auto protocols = [](const std::string& prefix) {
    Protocols all;
    for (int i = 0; i < kProtocols; ++i) all.emplace_back(prefix + std::to_string(i), "");
    return all;
  };
  Coordinator c;
  const RequestId join = c.join({.protocols = protocols("one-")});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).protocol, "one-0");
  EXPECT_EQ(c.joined(c.join({.protocols = protocols("other-")})).error,
            ErrorCode::kInconsistentGroupProtocol);
  Protocols last = protocols("other-");
  last.emplace_back("one-199999", "");
  const RequestId second = c.join({.protocols = last});
  const RequestId first =
      c.join({.member_id = c.joined(join).member_id, .protocols = protocols("one-")});
  EXPECT_EQ(c.joined(first).protocol, "one-199999");
  EXPECT_EQ(c.joined(second).protocol, "one-199999");
}

}  // namespace
}  // namespace barnabas::group
