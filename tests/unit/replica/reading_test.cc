// ReplicaCore: who may read what, offset queries, and the replica as follower.
#include <gtest/gtest.h>

#include "broker/replica/core/invariants.h"
#include "broker/replica/core/replica_core.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

class Reading : public testing::Test, public LeaderFixture {
 protected:
  Reading() {
    core.on_log_opened(Offset{10}, log_of(5, 20));
    log = log_of(5, 20);
  }
  void TearDown() override { EXPECT_EQ(violated_invariant(core, log), ""); }

  FetchRequestInfo follower_at(std::int64_t offset, std::int32_t epoch = 5) const {
    FetchRequestInfo info;
    info.follower = b(2);
    info.current_leader_epoch = LeaderEpoch{epoch};
    info.fetch_offset = Offset{offset};
    info.isolation = FetchIsolation::kLogEnd;
    return info;
  }
  static FetchRequestInfo consumer_at(std::int64_t offset) {
    FetchRequestInfo info;
    info.fetch_offset = Offset{offset};
    return info;
  }
  ErrorCode error_of(const FetchRequestInfo& info) const {
    return core.check_fetch(info, log).error;
  }
};

TEST_F(Reading, OlderEpochIsFencedAndNewerIsUnknown) {
  lead({1, 2}, 20);
  EXPECT_EQ(error_of(follower_at(20, 4)), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(error_of(follower_at(20, 6)), ErrorCode::kUnknownLeaderEpoch);
  EXPECT_EQ(error_of(follower_at(20, 5)), ErrorCode::kNone);
}
TEST_F(Reading, FencingComesBeforeLeadership) {
  core.become_follower(told(2, 5, {2}, 7), effects);
  EXPECT_EQ(error_of(follower_at(20, 4)), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(error_of(follower_at(20, 5)), ErrorCode::kNotLeaderOrFollower);
}
TEST_F(Reading, UnassignedReplicaIsToldByWhatItKnowsOfEpochs) {
  lead({1, 2}, 20);
  auto info = follower_at(20);
  info.follower = b(9);
  EXPECT_EQ(error_of(info), ErrorCode::kUnknownLeaderEpoch);
  info.current_leader_epoch = kNoLeaderEpoch;
  EXPECT_EQ(error_of(info), ErrorCode::kNotLeaderOrFollower);
}
TEST_F(Reading, DivergingEpochIsAnsweredWithoutError) {
  lead({1, 2}, 20);
  auto info = follower_at(20);
  info.last_fetched_epoch = LeaderEpoch{4};
  info.end_of_last_fetched = {LeaderEpoch{3}, Offset{15}};
  const auto decision = core.check_fetch(info, log);
  EXPECT_EQ(decision.error, ErrorCode::kNone);
  EXPECT_EQ(decision.diverging, (EpochEnd{LeaderEpoch{3}, Offset{15}}));
}
TEST_F(Reading, OutsideTheLogIsOutOfRange) {
  lead({1, 2}, 20);
  EXPECT_EQ(error_of(consumer_at(4)), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(error_of(consumer_at(21)), ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(error_of(consumer_at(5)), ErrorCode::kNone);
  EXPECT_EQ(error_of(consumer_at(20)), ErrorCode::kNone);
}
TEST_F(Reading, ConsumersReadBelowTheHighWatermarkAndFollowersToTheEnd) {
  lead({1, 2}, 20);
  EXPECT_EQ(core.check_fetch(consumer_at(5), log).upper_bound, Offset{10});
  EXPECT_EQ(core.check_fetch(follower_at(5), log).upper_bound, Offset{20});
}
TEST_F(Reading, BetweenHighWatermarkAndEndAConsumerFindsNothingYet) {
  lead({1, 2}, 20);
  const auto decision = core.check_fetch(consumer_at(15), log);
  EXPECT_EQ(decision.error, ErrorCode::kNone);
  EXPECT_FALSE(decision.anything_to_read);
}
TEST_F(Reading, FollowerServesOnlyConsumersThatKnowOfFollowerFetching) {
  core.become_follower(told(2, 5, {2}, 7), effects);
  auto info = consumer_at(5);
  EXPECT_EQ(error_of(info), ErrorCode::kNotLeaderOrFollower);
  info.leader_only = false;
  EXPECT_EQ(error_of(info), ErrorCode::kNone);
}

// ---- offset queries

TEST_F(Reading, LatestIsTheHighWatermarkForClientsAndTheEndForReplicas) {
  lead({1}, 20);
  EXPECT_EQ(core.latest_offset(FetchIsolation::kHighWatermark, log).offset, Offset{20});
  append_to(30);
  core.on_min_insync_replicas(2);
  append_to(40);
  EXPECT_EQ(core.latest_offset(FetchIsolation::kHighWatermark, log).offset, Offset{30});
  EXPECT_EQ(core.latest_offset(FetchIsolation::kLogEnd, log).offset, Offset{40});
}
// What clients were told by the previous leader may be more than this one's high watermark.
TEST_F(Reading, LatestIsNotAvailableWhileANewLeadersHighWatermarkLags) {
  lead({1, 2}, 20);
  EXPECT_EQ(core.latest_offset(FetchIsolation::kHighWatermark, log).error,
            ErrorCode::kOffsetNotAvailable);
  EXPECT_EQ(core.latest_offset(FetchIsolation::kLogEnd, log).error, ErrorCode::kNone);
  fetched(2, 20);
  EXPECT_EQ(core.latest_offset(FetchIsolation::kHighWatermark, log).offset, Offset{20});
}
TEST_F(Reading, FoundBelowTheBoundIsAnswered) {
  lead({1, 2}, 20);
  EXPECT_EQ(core.judge_found(Offset{9}, FetchIsolation::kHighWatermark, log),
            FoundDecision::kAnswer);
}
TEST_F(Reading, FoundAtOrAboveTheBoundIsNotAvailableWhileTheHighWatermarkLags) {
  lead({1, 2}, 20);
  EXPECT_EQ(core.judge_found(Offset{10}, FetchIsolation::kHighWatermark, log),
            FoundDecision::kOffsetNotAvailable);
  EXPECT_EQ(core.judge_found(std::nullopt, FetchIsolation::kHighWatermark, log),
            FoundDecision::kOffsetNotAvailable);
  fetched(2, 20);
  append_to(30);
  EXPECT_EQ(core.judge_found(Offset{25}, FetchIsolation::kHighWatermark, log),
            FoundDecision::kNotFound);
}
TEST_F(Reading, QueriesAreFencedAndServedByTheLeaderOnly) {
  lead({1, 2}, 20);
  EXPECT_EQ(core.check_query(LeaderEpoch{4}, true), ErrorCode::kFencedLeaderEpoch);
  EXPECT_EQ(core.check_query(LeaderEpoch{6}, true), ErrorCode::kUnknownLeaderEpoch);
  EXPECT_EQ(core.check_query(kNoLeaderEpoch, true), ErrorCode::kNone);
  core.become_follower(told(2, 6, {2}, 8), effects);
  EXPECT_EQ(core.check_query(kNoLeaderEpoch, true), ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(core.check_query(kNoLeaderEpoch, false), ErrorCode::kNone);
}

// ---- as follower

TEST_F(Reading, FollowerOfANewEpochBeginsToFetchAnew) {
  const auto result = core.become_follower(told(2, 5, {2, 1}, 7), effects);
  EXPECT_TRUE(result.applied && result.new_leader_epoch);
  EXPECT_EQ(core.leader(), b(2));
  EXPECT_TRUE(core.isr().committed().empty());
  EXPECT_FALSE(core.become_follower(told(2, 5, {2, 1}, 7), effects).new_leader_epoch);
  EXPECT_FALSE(core.become_follower(told(3, 6, {3}, 6), effects).applied);
}
TEST_F(Reading, FollowersHighWatermarkIsTheLeadersWithinItsLog) {
  core.become_follower(told(2, 5, {2, 1}, 7), effects);
  core.on_follower_appended(Offset{15}, log, effects);
  EXPECT_EQ(hw(), 15);
  core.on_follower_appended(Offset{99}, log, effects);
  EXPECT_EQ(hw(), 20);
  core.on_follower_appended(Offset{0}, log, effects);
  EXPECT_EQ(hw(), 5) << "never below the log's start";
}
TEST_F(Reading, TruncationBelowTheHighWatermarkLowersIt) {
  core.become_follower(told(2, 5, {2, 1}, 7), effects);
  log.log_end = Offset{8};
  core.on_truncated(log);
  EXPECT_EQ(hw(), 8);
}
TEST_F(Reading, FollowersLogStartIsRaisedToTheLeadersNeverLowered) {
  core.become_follower(told(2, 5, {2, 1}, 7), effects);
  EXPECT_EQ(core.log_start_to_raise(Offset{7}, log), Offset{7});
  EXPECT_EQ(core.log_start_to_raise(Offset{5}, log), std::nullopt);
  EXPECT_EQ(core.log_start_to_raise(Offset{3}, log), std::nullopt);
  EXPECT_EQ(core.log_start_to_raise(Offset{11}, log), std::nullopt) << "above the high watermark";
}
TEST_F(Reading, AnswersOfAnotherEpochAreNotAppended) {
  core.become_follower(told(2, 5, {2, 1}, 7), effects);
  EXPECT_EQ(core.check_following(LeaderEpoch{5}), ErrorCode::kNone);
  EXPECT_EQ(core.check_following(LeaderEpoch{4}), ErrorCode::kFencedLeaderEpoch);
  lead({1}, 20, 6, 8);
  EXPECT_EQ(core.check_following(LeaderEpoch{6}), ErrorCode::kFencedLeaderEpoch) << "leads now";
}
TEST_F(Reading, RecordsThatDoNotContinueTheLogAreAFault) {
  core.become_follower(told(2, 5, {2, 1}, 7), effects);
  EXPECT_EQ(core.check_follower_append(LeaderEpoch{5}, Offset{20}, log), ErrorCode::kNone);
  EXPECT_EQ(core.check_follower_append(LeaderEpoch{5}, Offset{19}, log),
            ErrorCode::kUnknownServerError);
}

}  // namespace
}  // namespace barnabas::replica
