#include "broker/replica/core/truncation.h"

#include <gtest/gtest.h>

namespace barnabas::replica {
namespace {

EpochEnd end(std::int32_t epoch, std::int64_t offset) {
  return {LeaderEpoch{epoch}, Offset{offset}};
}
constexpr EpochEnd kUndefined{};

TEST(Truncation, UndefinedAnswerTruncatesToTheInitialOffset) {
  EXPECT_EQ(decide_truncation(kUndefined, end(3, 20), Offset{30}, Offset{12}),
            (Truncation{Offset{12}, true}));
}
TEST(Truncation, AnswerWithoutEpochTruncatesToTheLeadersOffset) {
  EXPECT_EQ(decide_truncation({kNoLeaderEpoch, Offset{25}}, kUndefined, Offset{30}, Offset{12}),
            (Truncation{Offset{25}, true}));
  EXPECT_EQ(decide_truncation({kNoLeaderEpoch, Offset{35}}, kUndefined, Offset{30}, Offset{12}),
            (Truncation{Offset{30}, true}));
}
// The leader's epoch 4 is unknown here; our epoch 3 ends at 20. Records of 20.. are of a fork.
TEST(Truncation, UnknownEpochTruncatesToTheEndOfTheOneBelowAndAsksAgain) {
  EXPECT_EQ(decide_truncation(end(4, 28), end(3, 20), Offset{30}, Offset{12}),
            (Truncation{Offset{20}, false}));
  EXPECT_EQ(decide_truncation(end(4, 28), end(3, 40), Offset{30}, Offset{12}),
            (Truncation{Offset{30}, false}));
}
TEST(Truncation, KnownEpochTruncatesToTheSmallestOfTheThreeEnds) {
  EXPECT_EQ(decide_truncation(end(3, 18), end(3, 20), Offset{30}, Offset{12}),
            (Truncation{Offset{18}, true}));
  EXPECT_EQ(decide_truncation(end(3, 25), end(3, 20), Offset{30}, Offset{12}),
            (Truncation{Offset{20}, true}));
  EXPECT_EQ(decide_truncation(end(3, 45), end(3, 40), Offset{30}, Offset{12}),
            (Truncation{Offset{30}, true}));
}
TEST(Truncation, FollowerThatTracksNoSuchEpochTruncatesToTheLeadersOffset) {
  EXPECT_EQ(decide_truncation(end(2, 25), kUndefined, Offset{30}, Offset{12}),
            (Truncation{Offset{25}, true}));
}

TEST(Divergence, UndefinedEndOfTheLastFetchedEpochIsOutOfRange) {
  EXPECT_EQ(check_divergence(Offset{5}, LeaderEpoch{3}, kUndefined, Offset{0}).error,
            ErrorCode::kOffsetOutOfRange);
}
TEST(Divergence, BelowTheLogStartIsOutOfRangeEvenIfDiverging) {
  EXPECT_EQ(check_divergence(Offset{5}, LeaderEpoch{3}, end(2, 4), Offset{6}).error,
            ErrorCode::kOffsetOutOfRange);
}
TEST(Divergence, SmallerEpochDiverges) {
  EXPECT_EQ(check_divergence(Offset{5}, LeaderEpoch{3}, end(2, 9), Offset{0}).diverging, end(2, 9));
}
TEST(Divergence, EpochThatEndsBelowTheFetchOffsetDiverges) {
  EXPECT_EQ(check_divergence(Offset{5}, LeaderEpoch{3}, end(3, 4), Offset{0}).diverging, end(3, 4));
}
TEST(Divergence, SameEpochThatReachesTheFetchOffsetDoesNotDiverge) {
  const auto check = check_divergence(Offset{5}, LeaderEpoch{3}, end(3, 5), Offset{0});
  EXPECT_EQ(check.error, ErrorCode::kNone);
  EXPECT_FALSE(check.diverging);
}

TEST(OutOfRange, LeaderWithLessAfterAnUncleanElectionTruncatesTheFollower) {
  EXPECT_EQ(decide_out_of_range_by_end(Offset{20}, Offset{30}).truncate_to, Offset{20});
}
TEST(OutOfRange, LeaderWithAsMuchIsAskedForItsStart) {
  EXPECT_FALSE(decide_out_of_range_by_end(Offset{30}, Offset{30}).truncate_to);
  EXPECT_FALSE(decide_out_of_range_by_end(Offset{40}, Offset{30}).truncate_to);
}
TEST(OutOfRange, LeaderThatStartsBeyondTheFollowersEndRestartsItsLog) {
  const auto decision = decide_out_of_range_by_start(Offset{40}, Offset{30});
  EXPECT_EQ(decision.truncate_fully_to, Offset{40});
  EXPECT_EQ(decision.fetch_offset, Offset{40});
}
TEST(OutOfRange, LeaderThatStartsWithinTheFollowersLogLetsItGoOn) {
  const auto decision = decide_out_of_range_by_start(Offset{10}, Offset{30});
  EXPECT_FALSE(decision.truncate_fully_to);
  EXPECT_EQ(decision.fetch_offset, Offset{30});
}

TEST(UnexpectedAppendOffset, FirstBatchAroundAnEmptyLogsStartStartsTheLog) {
  EXPECT_TRUE(starts_log_at_batch({Offset{15}, Offset{15}}, Offset{10}, Offset{19}));
}
TEST(UnexpectedAppendOffset, InANonEmptyLogOrBelowItIsAFault) {
  EXPECT_FALSE(starts_log_at_batch({Offset{10}, Offset{15}}, Offset{10}, Offset{19}));
  EXPECT_FALSE(starts_log_at_batch({Offset{15}, Offset{15}}, Offset{10}, Offset{14}));
}

}  // namespace
}  // namespace barnabas::replica
