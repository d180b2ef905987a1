// JoinGroup by the state of the group and by who joins.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

using enum GroupState;

// A member's rejoin as it joined.
Joining again(const std::string& id, const std::string& metadata = "m") {
  return {.member_id = id, .protocols = {{"range", metadata}}};
}

TEST(JoinGroup, SessionTimeoutOutsideTheBoundsIsInvalid) {
  Coordinator c;
  for (const std::int64_t ms : {-1, 0, 5999, 1800001}) {
    const JoinAnswer answer = c.joined(c.join({.session_ms = ms}));
    EXPECT_EQ(answer.error, ErrorCode::kInvalidSessionTimeout) << ms;
    EXPECT_EQ(answer.generation, kNoGeneration);
    EXPECT_EQ(answer.member_id, "");
  }
  EXPECT_FALSE(c.has_group());
}
TEST(JoinGroup, SessionTimeoutOnTheBoundsIsAccepted) {
  Coordinator c;
  const RequestId shortest = c.join({.session_ms = 6000});
  const RequestId longest = c.join({.session_ms = 1800000});
  c.pass(6000);
  EXPECT_EQ(c.joined(shortest).error, ErrorCode::kNone);
  EXPECT_EQ(c.joined(longest).error, ErrorCode::kNone);
}
TEST(JoinGroup, SessionTimeoutIsLookedAtBeforeTheGroup) {
  Coordinator c;
  EXPECT_EQ(c.joined(c.join({.member_id = "x", .session_ms = 1})).error,
            ErrorCode::kInvalidSessionTimeout);
}
TEST(JoinGroup, MemberIdInAnUnknownGroupIsUnknownAndCreatesNothing) {
  Coordinator c;
  const JoinAnswer answer = c.joined(c.join({.member_id = "x"}));
  EXPECT_EQ(answer.error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(answer.member_id, "x");
  EXPECT_FALSE(c.has_group());
}
TEST(JoinGroup, FirstMemberWithoutProtocolTypeOrProtocolsIsInconsistent) {
  Coordinator c;
  EXPECT_EQ(c.joined(c.join({.protocol_type = ""})).error, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.joined(c.join({.protocols = {}})).error, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(JoinGroup, AnotherProtocolTypeIsInconsistent) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_EQ(c.joined(c.join({.protocol_type = "connect"})).error,
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.state(), kStable);
}
TEST(JoinGroup, NoProtocolThatAllSupportIsInconsistent) {
  Coordinator c;
  c.stable_group({{.client = "a", .protocols = {{"range", ""}, {"sticky", ""}}},
                  {.client = "b", .protocols = {{"range", ""}}}});
  EXPECT_EQ(c.joined(c.join({.protocols = {{"sticky", ""}}})).error,
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.joined(c.join({.protocols = {}})).error, ErrorCode::kInconsistentGroupProtocol);
}
TEST(JoinGroup, KnownMemberWithInconsistentProtocolIsRefusedAndStaysAsItWas) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId refused = c.join({.member_id = ids[1], .protocols = {{"sticky", ""}}});
  EXPECT_EQ(c.joined(refused).error, ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(c.joined(refused).member_id, ids[1]);
  EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kNone);
}
TEST(JoinGroup, GroupThatIsEmptyAgainTakesAnyProtocolType) {
  Coordinator c;
  c.emptied_group();
  const RequestId join = c.join({.protocols = {{"v0", ""}}, .protocol_type = "connect"});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).protocol_type, "connect");
}
TEST(JoinGroup, NewDynamicMemberIsNamedAfterItsClient) {
  Coordinator c;
  const RequestId join = c.join({.client = "me"});
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.state(), kPreparingRebalance);
  c.pass(3000);
  EXPECT_EQ(c.joined(join).member_id, "me-1");
  EXPECT_EQ(c.group().members().at("me-1").client_id, "me");
  EXPECT_EQ(c.group().members().at("me-1").client_host, "/127.0.0.1");
}
// An id that the protocol's strings cannot hold would be cut on its way, and its member unknown.
TEST(JoinGroup, ClientWithTheLongestNameGetsAnIdThatItCanSend) {
  Coordinator c;
  const JoinAnswer answer =
      c.joined(c.join({.client = std::string(32767, 'c'), .id_required = true}));
  EXPECT_EQ(answer.error, ErrorCode::kMemberIdRequired);
  EXPECT_EQ(answer.member_id.size(), 32767U);
}
TEST(JoinGroup, NewStaticMemberIsNamedAfterItsInstance) {
  Coordinator c;
  const RequestId join = c.join({.client = "me", .instance = "i"});
  c.pass(3000);
  EXPECT_EQ(c.joined(join).member_id, "i-1");
}
TEST(JoinGroup, AnswerHoldsGenerationProtocolAndLeader) {
  Coordinator c;
  const RequestId first = c.join({.client = "a", .protocols = {{"range", "x"}}});
  const RequestId second = c.join({.client = "b", .instance = "i", .protocols = {{"range", "y"}}});
  c.pass(6000);
  const JoinAnswer leader = c.joined(first);
  EXPECT_EQ(leader.error, ErrorCode::kNone);
  EXPECT_EQ(leader.generation, GenerationId(1));
  EXPECT_EQ(leader.protocol_type, "consumer");
  EXPECT_EQ(leader.protocol, "range");
  EXPECT_EQ(leader.leader, "a-1");
  EXPECT_FALSE(leader.skip_assignment);
  EXPECT_EQ(leader.members,
            (std::vector<JoinedMember>{{"a-1", std::nullopt, "x"}, {"i-2", "i", "y"}}));
  const JoinAnswer follower = c.joined(second);
  EXPECT_EQ(follower.leader, "a-1");
  EXPECT_EQ(follower.member_id, "i-2");
  EXPECT_TRUE(follower.members.empty()) << "only the leader is told the members";
}

// Other members than consumers have metadata of their own form, which is theirs to read: a group of
// Schema Registry elects its primary by it.
TEST(JoinGroup, MembersOfAnotherProtocolTypeAreToldTheirOwnTypeAndMetadata) {
  const auto registry = [](const std::string& host) {
    const std::string identity = R"({"version":1,"host":")" + host +
                                 R"(","port":8081,"master_eligibility":true,"scheme":"http"})";
    return Joining{.client = host, .protocols = {{"v0", identity}}, .protocol_type = "sr"};
  };
  Coordinator c;
  const RequestId first = c.join(registry("sr-1"));
  const RequestId second = c.join(registry("sr-2"));
  c.pass(6000);
  const JoinAnswer leader = c.joined(first);
  EXPECT_EQ(leader.error, ErrorCode::kNone);
  EXPECT_EQ(leader.protocol_type, "sr");
  EXPECT_EQ(leader.protocol, "v0");
  EXPECT_EQ(leader.leader, leader.member_id);
  EXPECT_EQ(leader.members, (std::vector<JoinedMember>{
                                {"sr-1-1", std::nullopt, registry("sr-1").protocols[0].second},
                                {"sr-2-2", std::nullopt, registry("sr-2").protocols[0].second}}));
  const JoinAnswer follower = c.joined(second);
  EXPECT_EQ(follower.error, ErrorCode::kNone);
  EXPECT_EQ(follower.member_id, "sr-2-2");
  EXPECT_EQ(follower.protocol_type, "sr");
  EXPECT_EQ(follower.protocol, "v0");
  EXPECT_EQ(follower.leader, "sr-1-1");
  EXPECT_TRUE(follower.members.empty()) << "only the leader is told the members";
}

// ---- Known members, by state

TEST(JoinGroup, InPreparingRebalanceAKnownMemberIsParkedWithItsNewMetadata) {
  Coordinator c;
  const auto ids = c.stable({"a", "b", "c"});
  const RequestId leader = c.join(again(ids[0], "new"));
  ASSERT_EQ(c.state(), kPreparingRebalance);
  const RequestId follower = c.join(again(ids[1], "newer"));
  EXPECT_TRUE(c.waits(leader));
  EXPECT_TRUE(c.waits(follower));
  EXPECT_EQ(*c.group().members().at(ids[1]).metadata("range"), "newer");
}
TEST(JoinGroup, InCompletingRebalanceTheSameMetadataIsAnsweredWithTheCurrentGeneration) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const JoinAnswer leader = c.joined(c.join(again(ids[0])));
  EXPECT_EQ(leader.generation, GenerationId(1));
  EXPECT_EQ(leader.members.size(), 2u);
  const JoinAnswer follower = c.joined(c.join(again(ids[1])));
  EXPECT_EQ(follower.generation, GenerationId(1));
  EXPECT_EQ(follower.leader, ids[0]);
  EXPECT_TRUE(follower.members.empty());
  EXPECT_EQ(c.state(), kCompletingRebalance);
}
TEST(JoinGroup, InCompletingRebalanceChangedMetadataRebalances) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  const RequestId join = c.join(again(ids[1], "new"));
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(JoinGroup, InStableAFollowersSameMetadataIsAnsweredWithTheCurrentGeneration) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const JoinAnswer answer = c.joined(c.join(again(ids[1])));
  EXPECT_EQ(answer.error, ErrorCode::kNone);
  EXPECT_EQ(answer.generation, GenerationId(1));
  EXPECT_EQ(answer.leader, ids[0]);
  EXPECT_EQ(answer.protocol, "range");
  EXPECT_TRUE(answer.members.empty());
  EXPECT_EQ(c.state(), kStable);
}
TEST(JoinGroup, InStableAFollowersChangedMetadataRebalances) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  EXPECT_TRUE(c.waits(c.join(again(ids[1], "new"))));
  EXPECT_EQ(c.state(), kPreparingRebalance);
}
TEST(JoinGroup, OrderOfProtocolsIsMetadata) {
  Coordinator c;
  const Protocols protocols{{"range", ""}, {"sticky", ""}};
  const auto ids =
      c.stable_group({{.protocols = protocols}, {.client = "b", .protocols = protocols}});
  EXPECT_FALSE(c.waits(c.join({.member_id = ids[1], .protocols = protocols})));
  EXPECT_TRUE(c.waits(c.join({.member_id = ids[1], .protocols = {protocols[1], protocols[0]}})));
}
TEST(JoinGroup, InStableTheLeadersSameMetadataRebalancesAsTopicsMayHaveChanged) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId join = c.join(again(ids[0]));
  EXPECT_TRUE(c.waits(join));
  EXPECT_EQ(c.state(), kPreparingRebalance);
  EXPECT_EQ(c.heartbeat(ids[1], 1), ErrorCode::kRebalanceInProgress);
}
TEST(JoinGroup, AloneTheLeaderGetsItsNextGenerationAtOnce) {
  Coordinator c;
  const auto ids = c.stable({"a"});
  EXPECT_EQ(c.joined(c.join(again(ids[0]))).generation, GenerationId(2));
}
TEST(JoinGroup, InEmptyAMemberIdIsUnknown) {
  Coordinator c;
  c.emptied_group();
  EXPECT_EQ(c.joined(c.join(again("a-1"))).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.state(), kEmpty);
}
TEST(JoinGroup, MemberIdThatNobodyHasIsUnknownInEveryState) {
  Coordinator c;
  const auto ids = c.completing({"a", "b"});
  EXPECT_EQ(c.joined(c.join(again("x"))).error, ErrorCode::kUnknownMemberId);
  c.sync_all(ids, 1);
  EXPECT_EQ(c.joined(c.join(again("x"))).error, ErrorCode::kUnknownMemberId);
  c.join(again(ids[0]));
  ASSERT_EQ(c.state(), kPreparingRebalance);
  EXPECT_EQ(c.joined(c.join(again("x"))).error, ErrorCode::kUnknownMemberId);
}
TEST(JoinGroup, NewMemberRebalancesAStableGroupAndACompletingOne) {
  Coordinator c;
  c.stable({"a"});
  EXPECT_TRUE(c.waits(c.join({.client = "b"})));
  EXPECT_EQ(c.state(), kPreparingRebalance);
  Coordinator d;
  d.completing({"a"});
  EXPECT_TRUE(d.waits(d.join({.client = "b"})));
  EXPECT_EQ(d.state(), kPreparingRebalance);
}
// Kafka forgets the former request; its connection would wait for ever.
TEST(JoinGroup, SentAgainWhileItWaitsAnswersTheFormerOne) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  const RequestId former = c.join(again(ids[0]));
  const RequestId latter = c.join(again(ids[0]));
  EXPECT_EQ(c.joined(former).error, ErrorCode::kRebalanceInProgress);
  EXPECT_TRUE(c.waits(latter));
  c.join(again(ids[1]));
  EXPECT_EQ(c.joined(latter).generation, GenerationId(2));
}
TEST(JoinGroup, RejoinTakesOnTheNewTimeouts) {
  Coordinator c;
  const auto ids = c.stable({"a", "b"});
  c.join({.member_id = ids[0], .session_ms = 20000, .rebalance_ms = 90000});
  EXPECT_EQ(c.group().members().at(ids[0]).session_timeout, milliseconds(20000));
  EXPECT_EQ(c.group().rebalance_timeout(), milliseconds(90000));
}

}  // namespace
}  // namespace barnabas::group
