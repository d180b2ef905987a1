// group.initial.rebalance.delay.ms: how long an empty group waits for more members.
#include <gtest/gtest.h>

#include "tests/unit/coordinator/group/coordinator.h"

namespace barnabas::group {
namespace {

GroupConfig delay(std::int64_t ms) {
  GroupConfig config;
  config.initial_rebalance_delay = milliseconds(ms);
  return config;
}

TEST(InitialRebalanceDelay, FirstMemberWaitsForIt) {
  Coordinator c;
  const RequestId join = c.join({});
  c.pass(2999);
  EXPECT_TRUE(c.waits(join));
  c.pass(1);
  EXPECT_EQ(c.joined(join).generation, GenerationId(1));
}
TEST(InitialRebalanceDelay, DoesNotEndEarlyWhenAllHaveJoined) {
  Coordinator c;
  const RequestId first = c.join({.client = "a"});
  c.join({.client = "b"});
  EXPECT_TRUE(c.waits(first));
}
TEST(InitialRebalanceDelay, IsExtendedWhenAMemberCameMeanwhile) {
  Coordinator c;
  const RequestId first = c.join({.client = "a"});
  c.pass(2000);
  const RequestId second = c.join({.client = "b"});
  c.pass(1000);
  EXPECT_TRUE(c.waits(first)) << "another delay begins";
  c.pass(2999);
  EXPECT_TRUE(c.waits(first));
  c.pass(1);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
  EXPECT_EQ(c.joined(second).error, ErrorCode::kNone);
}
TEST(InitialRebalanceDelay, IsExtendedAgainWithEveryRoundThatBringsMembers) {
  Coordinator c;
  const RequestId first = c.join({.client = "a"});
  for (int i = 0; i < 5; ++i) {
    c.pass(1000);
    c.join({.client = "b"});
    c.pass(2000);
    EXPECT_TRUE(c.waits(first));
  }
  c.pass(3000);
  EXPECT_EQ(c.joined(first).members.size(), 6u);
}
// 3 s, and of the remaining 4 s another 3 s and 1 s: the rebalance timeout of the first member.
TEST(InitialRebalanceDelay, IsBoundedByTheRebalanceTimeout) {
  Coordinator c;
  const RequestId first = c.join({.client = "a", .rebalance_ms = 7000});
  for (int i = 0; i < 6; ++i) {
    c.pass(1000);
    c.join({.client = "b", .rebalance_ms = 7000});
  }
  c.pass(999);
  EXPECT_TRUE(c.waits(first));
  c.pass(1);
  EXPECT_EQ(c.joined(first).members.size(), 7u);
}
TEST(InitialRebalanceDelay, IsNotExtendedBeyondAShorterRebalanceTimeout) {
  Coordinator c;
  const RequestId first = c.join({.client = "a", .rebalance_ms = 1000});
  c.join({.client = "b", .rebalance_ms = 1000});
  c.pass(3000);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
}
TEST(InitialRebalanceDelay, OfZeroAnswersAtTheSameMoment) {
  Coordinator c(delay(0));
  const RequestId join = c.join({});
  EXPECT_EQ(c.core.next_deadline(), c.now.time);
  c.pass(0);
  EXPECT_EQ(c.joined(join).generation, GenerationId(1));
}
TEST(InitialRebalanceDelay, OfZeroEndsAlsoWhenAMemberCameMeanwhile) {
  Coordinator c(delay(0));
  const RequestId first = c.join({.client = "a"});
  const RequestId second = c.join({.client = "b"});
  c.pass(0);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
  EXPECT_EQ(c.joined(second).error, ErrorCode::kNone);
}
TEST(InitialRebalanceDelay, HoldsForEveryGroupThatIsEmptyAgain) {
  Coordinator c;
  c.emptied_group();
  const RequestId join = c.join({});
  c.pass(2999);
  EXPECT_TRUE(c.waits(join));
  c.pass(1);
  EXPECT_EQ(c.joined(join).generation, GenerationId(3));
}
TEST(InitialRebalanceDelay, IsExtendedInTheFirstGenerationOnly) {
  Coordinator c;
  c.emptied_group();
  const RequestId first = c.join({.client = "a"});
  c.pass(1000);
  c.join({.client = "b"});
  c.pass(2000);
  EXPECT_EQ(c.joined(first).members.size(), 2u);
}
TEST(InitialRebalanceDelay, EndsWithAnEmptyGenerationWhenEverybodyHasLeft) {
  Coordinator c;
  const RequestId join = c.join({.client = "a"});
  EXPECT_EQ(c.leave("a-1"), ErrorCode::kNone);
  EXPECT_EQ(c.joined(join).error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(c.state(), GroupState::kPreparingRebalance) << "it never ends early";
  c.pass(3000);
  EXPECT_EQ(c.state(), GroupState::kEmpty);
  EXPECT_EQ(c.group().generation(), GenerationId(1));
}
TEST(InitialRebalanceDelay, MemberThatComesAfterAllOthersHaveLeftIsTaken) {
  Coordinator c;
  c.join({.client = "a"});
  c.leave("a-1");
  const RequestId join = c.join({.client = "b", .protocols = {{"sticky", ""}}});
  c.pass(6000);
  EXPECT_EQ(c.joined(join).leader, "b-2");
}

}  // namespace
}  // namespace barnabas::group
