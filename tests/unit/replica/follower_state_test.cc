#include "broker/replica/core/follower_state.h"

#include <gtest/gtest.h>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

constexpr Duration kLag = milliseconds(kLagMs);

TEST(FollowerState, FetchAtTheLeadersEndIsCaughtUpNow) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{0}, Offset{10}, at_ms(500));
  EXPECT_EQ(follower.last_caught_up(), at_ms(500));
  EXPECT_EQ(follower.log_end_offset(), Offset{10});
}
TEST(FollowerState, FetchAtTheLeadersEndOfThePreviousFetchIsCaughtUpThen) {
  FollowerState follower;
  follower.on_fetch(Offset{5}, Offset{0}, Offset{10}, at_ms(500));
  follower.on_fetch(Offset{10}, Offset{0}, Offset{20}, at_ms(900));
  EXPECT_EQ(follower.last_caught_up(), at_ms(500));
}
TEST(FollowerState, FetchBehindBothLeavesTheCaughtUpTime) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{0}, Offset{10}, at_ms(100));
  follower.on_fetch(Offset{10}, Offset{0}, Offset{20}, at_ms(200));  // caught up at 100
  follower.on_fetch(Offset{15}, Offset{0}, Offset{30}, at_ms(300));
  EXPECT_EQ(follower.last_caught_up(), at_ms(100));
}
// A leader that never rests: the follower is one fetch behind at every moment, and still in sync.
TEST(FollowerState, AlwaysOneFetchBehindABusyLeaderIsCaughtUp) {
  FollowerState follower;
  follower.on_fetch(Offset{0}, Offset{0}, Offset{10}, at_ms(0));
  for (int i = 1; i <= 100; ++i) {
    follower.on_fetch(Offset{10 * i}, Offset{0}, Offset{10 * i + 10}, at_ms(1000 * i));
    EXPECT_TRUE(follower.is_caught_up(Offset{10 * i + 10}, at_ms(1000 * i), kLag));
  }
}
TEST(FollowerState, AtTheLeadersEndIsCaughtUpHoweverLongAgoItFetched) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{0}, Offset{10}, at_ms(0));
  EXPECT_TRUE(follower.is_caught_up(Offset{10}, at_ms(10 * kLagMs), kLag));
}
TEST(FollowerState, BehindIsCaughtUpUntilTheLagIsOver) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{0}, Offset{10}, at_ms(0));
  EXPECT_TRUE(follower.is_caught_up(Offset{11}, at_ms(kLagMs), kLag));
  EXPECT_FALSE(follower.is_caught_up(Offset{11}, at_ms(kLagMs + 1), kLag));
}
TEST(FollowerState, ANewFollowerWasNeverCaughtUp) {
  EXPECT_FALSE(FollowerState().is_caught_up(Offset{0}, at_ms(0), kLag));
}

TEST(FollowerState, ANewLeaderKnowsNothingOfFollowersButGivesTheIsrTime) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{2}, Offset{10}, at_ms(0));
  follower.on_elected(false, true, Offset{50}, at_ms(700));
  EXPECT_EQ(follower.log_end_offset(), kUnknownOffset);
  EXPECT_EQ(follower.log_start_offset(), kUnknownOffset);
  EXPECT_EQ(follower.last_fetch(), kNever);
  EXPECT_EQ(follower.last_caught_up(), at_ms(700));
}
TEST(FollowerState, ANewLeaderDoesNotWaitForThoseOutsideTheIsr) {
  FollowerState follower;
  follower.on_elected(false, false, Offset{50}, at_ms(700));
  EXPECT_EQ(follower.last_caught_up(), kNever);
  EXPECT_FALSE(follower.is_caught_up(Offset{50}, at_ms(700), kLag));
}
TEST(FollowerState, AReelectedLeaderKeepsTheFollowersEnd) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{2}, Offset{10}, at_ms(0));
  follower.on_elected(true, true, Offset{50}, at_ms(700));
  EXPECT_EQ(follower.log_end_offset(), Offset{10});
  EXPECT_EQ(follower.last_fetch(), at_ms(700));
  EXPECT_EQ(follower.last_caught_up(), at_ms(700));
}
// Else a follower that was thrown out would be in sync again by an old fetch.
TEST(FollowerState, AReelectedLeaderAwaitsAFetchOfThoseOutsideTheIsr) {
  FollowerState follower;
  follower.on_fetch(Offset{10}, Offset{0}, Offset{10}, at_ms(0));
  follower.on_elected(true, false, Offset{50}, at_ms(700));
  EXPECT_EQ(follower.last_fetch(), kNever);
  follower.on_fetch(Offset{50}, Offset{0}, Offset{60}, at_ms(800));
  EXPECT_EQ(follower.last_caught_up(), kNever);
}

}  // namespace
}  // namespace barnabas::replica
