// ReplicaCore as leader: becoming one, high watermark, ISR, acks.
#include <gtest/gtest.h>

#include "broker/replica/core/high_watermark.h"
#include "broker/replica/core/invariants.h"
#include "broker/replica/core/replica_core.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

class Leader : public testing::Test, public LeaderFixture {
 protected:
  void TearDown() override { EXPECT_EQ(violated_invariant(core, log), ""); }
};

// ---- becoming leader

TEST_F(Leader, NewEpochStartsAtTheLogsEnd) {
  lead({1, 2, 3}, 20);
  EXPECT_TRUE(core.is_leader());
  EXPECT_EQ(core.leader_epoch_start(), Offset{20});
  EXPECT_EQ(core.isr().committed(), brokers({1, 2, 3}));
  EXPECT_EQ(all_of<LeadershipChanged>(effects).size(), 1u);
}
TEST_F(Leader, OlderPartitionEpochIsSkippedWhole) {
  lead({1, 2, 3}, 20, 5, 7);
  const auto result = core.become_leader(told(1, 6, {1}, 6), log, at_ms(0), effects);
  EXPECT_FALSE(result.applied);
  EXPECT_EQ(core.leader_epoch(), LeaderEpoch{5});
  EXPECT_EQ(core.isr().committed(), brokers({1, 2, 3}));
}
TEST_F(Leader, NewLeaderHasTheEpochAssignedEvenWithoutData) {
  log = log_of(0, 0);
  const auto result = core.become_leader(told(1, 5, {1, 2}, 0), log, at_ms(0), effects);
  EXPECT_TRUE(result.new_leader_epoch);
  EXPECT_FALSE(result.was_leader_before);
}
TEST_F(Leader, HighWatermarkStaysWhenBecomingLeader) {
  core.on_log_opened(Offset{12}, log_of(0, 20));
  lead({1, 2, 3}, 20);
  EXPECT_EQ(hw(), 12);
}
TEST_F(Leader, CheckpointedHighWatermarkIsClampedToTheLog) {
  core.on_log_opened(Offset{50}, log_of(5, 20));
  EXPECT_EQ(hw(), 20);
  core.on_log_opened(Offset{0}, log_of(5, 20));
  EXPECT_EQ(hw(), 5);
  log = log_of(5, 20);
}
TEST_F(Leader, AloneInTheIsrCommitsEverythingAtOnce) {
  lead({1}, 20);
  EXPECT_EQ(hw(), 20);
  EXPECT_EQ(all_of<HighWatermarkAdvanced>(effects).back().high_watermark, Offset{20});
}
TEST_F(Leader, ReelectedKeepsWhatItKnowsOfFollowers) {
  lead({1, 2, 3}, 20, 5, 7);
  fetched(2, 20);
  lead({1, 2}, 20, 6, 8);
  EXPECT_EQ(core.followers().at(b(2)).log_end_offset(), Offset{20});
}
TEST_F(Leader, ElectedAfterFollowingForgetsWhatItKnewOfFollowers) {
  lead({1, 2, 3}, 20, 5, 7);
  fetched(2, 20);
  core.become_follower(told(2, 6, {2, 1}, 8), effects);
  lead({1, 2}, 20, 7, 9);
  EXPECT_EQ(core.followers().at(b(2)).log_end_offset(), kUnknownOffset);
}
TEST_F(Leader, ReplicasNoLongerAssignedAreForgotten) {
  lead({1, 2, 3}, 20, 5, 7);
  auto state = told(1, 6, {1, 2}, 8);
  state.replicas = brokers({1, 2, 4});
  core.become_leader(state, log, at_ms(0), effects);
  EXPECT_FALSE(core.followers().contains(b(3)));
  EXPECT_TRUE(core.followers().contains(b(4)));
}

// ---- high watermark

TEST_F(Leader, HighWatermarkIsTheSmallestEndInTheIsr) {
  lead({1, 2, 3}, 20);
  fetched(2, 20);
  EXPECT_EQ(hw(), 0);
  fetched(3, 15);
  EXPECT_EQ(hw(), 15);
  fetched(3, 20);
  EXPECT_EQ(hw(), 20);
}
TEST_F(Leader, HighWatermarkWaitsForAReplicaBeingAdded) {
  lead({1, 2}, 20);
  fetched(2, 20);
  fetched(3, 20);  // proposes {1, 2, 3}
  ASSERT_TRUE(core.isr().in_flight());
  append_to(30, kLagMs * 2);
  fetched(2, 30, kLagMs * 2);
  EXPECT_EQ(hw(), 20);
  fetched(3, 30, kLagMs * 2);
  EXPECT_EQ(hw(), 30);
}
// A removal may be refused: acknowledging without the replica would be acknowledging too much.
TEST_F(Leader, HighWatermarkWaitsForAReplicaBeingRemovedUntilItIsCommitted) {
  lead({1, 2, 3}, 20);
  fetched(2, 20, kLagMs + 1);
  core.on_isr_expiration(log, at_ms(kLagMs + 2), effects);
  ASSERT_EQ(core.isr().pending()->new_isr, brokers({1, 2}));
  append_to(30, kLagMs + 3);
  fetched(2, 30, kLagMs + 4);
  EXPECT_EQ(hw(), 0);
  answered(granted({1, 2}, 8), kLagMs + 5);
  EXPECT_EQ(hw(), 30);
}
// Alone in its ISR a busy leader would run ahead of the follower for ever.
TEST_F(Leader, HighWatermarkWaitsForACaughtUpReplicaThatMayJoin) {
  lead({1}, 20);
  core.on_live_brokers(live({1, 2, 3}));
  fetched(2, 10, 0);
  fetched(2, 20, 1);  // caught up; at the high watermark, so it is proposed
  answered({ErrorCode::kIneligibleReplica, {}, {}, {}}, 1);
  append_to(30, 2);
  EXPECT_EQ(hw(), 20);
}
TEST_F(Leader, HighWatermarkDoesNotWaitForACaughtUpReplicaThatIsNotAlive) {
  lead({1}, 20);
  fetched(2, 20, 1);
  answered({ErrorCode::kIneligibleReplica, {}, {}, {}}, 1);
  core.on_live_brokers(live({1}));
  append_to(30, 2);
  EXPECT_EQ(hw(), 30);
}
TEST_F(Leader, HighWatermarkDoesNotWaitForALaggingReplicaOutsideTheIsr) {
  lead({1, 2}, 20);
  fetched(3, 5);
  fetched(2, 20);
  EXPECT_EQ(hw(), 20);
}
TEST_F(Leader, HighWatermarkIsHeldWhileTheIsrIsBelowMinIsr) {
  core.on_min_insync_replicas(2);
  lead({1}, 20);
  append_to(30);
  EXPECT_EQ(hw(), 0);
}
TEST_F(Leader, HighWatermarkIsHeldUntilAnAdditionIsCommittedWhileBelowMinIsr) {
  core.on_min_insync_replicas(2);
  lead({1}, 20);
  fetched(2, 20);
  ASSERT_TRUE(core.isr().in_flight());
  EXPECT_EQ(hw(), 0);
  answered(granted({1, 2}, 8));
  EXPECT_EQ(hw(), 20);
}
TEST_F(Leader, MinIsrAsksForNoMoreReplicasThanThereAre) {
  EXPECT_EQ(effective_min_isr(3, 1), 1u);
  EXPECT_EQ(effective_min_isr(2, 3), 2u);
  core.on_min_insync_replicas(5);
  lead({1, 2, 3}, 20);
  EXPECT_EQ(core.min_isr(), 3u);
}
TEST_F(Leader, HighWatermarkNeverGoesBack) {
  lead({1}, 20);
  ASSERT_EQ(hw(), 20);
  lead({1, 2, 3}, 20, 6, 8);
  fetched(2, 10);
  fetched(3, 10);
  EXPECT_EQ(hw(), 20);
}

// ---- ISR expansion

TEST_F(Leader, CaughtUpReplicaIsProposedForTheIsr) {
  lead({1, 2}, 20);
  fetched(3, 20);
  const auto proposals = all_of<ProposeIsr>(effects);
  ASSERT_EQ(proposals.size(), 1u);
  EXPECT_EQ(proposals[0].proposal.new_isr, brokers({1, 2, 3}));
  EXPECT_EQ(proposals[0].proposal.leader_epoch, LeaderEpoch{5});
  EXPECT_EQ(proposals[0].proposal.partition_epoch, PartitionEpoch{7});
}
TEST_F(Leader, ReplicaBelowTheHighWatermarkIsNotProposed) {
  lead({1}, 20);
  append_to(30);
  fetched(3, 29);
  EXPECT_TRUE(all_of<ProposeIsr>(effects).empty());
}
// The high watermark may lag behind what the previous leader acknowledged: a replica at it may lack
// records that only this leader's log still has.
TEST_F(Leader, ReplicaAtTheHighWatermarkButBelowTheEpochStartIsNotProposed) {
  core.on_log_opened(Offset{10}, log_of(0, 20));
  lead({1, 2}, 20);
  ASSERT_EQ(hw(), 10);
  fetched(3, 15);
  EXPECT_TRUE(all_of<ProposeIsr>(effects).empty());
  fetched(3, 20);
  EXPECT_EQ(all_of<ProposeIsr>(effects).size(), 1u);
}
TEST_F(Leader, ReplicaOfADeadBrokerIsNotProposed) {
  core.on_live_brokers(live({1, 2}));
  lead({1, 2}, 20);
  fetched(3, 20);
  EXPECT_TRUE(all_of<ProposeIsr>(effects).empty());
}
TEST_F(Leader, OneProposalIsInFlightAtATime) {
  lead({1}, 20);
  fetched(2, 20);
  fetched(3, 20);
  EXPECT_EQ(all_of<ProposeIsr>(effects).size(), 1u);
  answered(granted({1, 2}, 8));
  fetched(3, 20);
  EXPECT_EQ(all_of<ProposeIsr>(effects).back().proposal.new_isr, brokers({1, 2, 3}));
  EXPECT_EQ(all_of<ProposeIsr>(effects).back().proposal.partition_epoch, PartitionEpoch{8});
}

// ---- ISR shrink

TEST_F(Leader, FollowerBeyondLagTimeLeavesIsr) {
  lead({1, 2, 3}, 20);
  fetched(2, 20, kLagMs);
  core.on_isr_expiration(log, at_ms(kLagMs), effects);
  EXPECT_TRUE(all_of<ProposeIsr>(effects).empty());
  core.on_isr_expiration(log, at_ms(kLagMs + 1), effects);
  ASSERT_EQ(all_of<ProposeIsr>(effects).size(), 1u);
  EXPECT_EQ(all_of<ProposeIsr>(effects)[0].proposal.new_isr, brokers({1, 2}));
}
// Lag is measured by the time of having been caught up alone, not by the last fetch.
TEST_F(Leader, FollowerThatFetchesButDoesNotCatchUpLeavesIsr) {
  lead({1, 2}, 1000);
  append_to(2000);
  for (int i = 1; i <= 31; ++i) fetched(2, i, i * 1000);
  core.on_isr_expiration(log, at_ms(31000), effects);
  EXPECT_EQ(all_of<ProposeIsr>(effects).size(), 1u);
}
TEST_F(Leader, NoShrinkWhileAProposalIsInFlight) {
  lead({1, 2}, 20);
  fetched(3, 20);
  core.on_isr_expiration(log, at_ms(kLagMs * 3), effects);
  EXPECT_EQ(all_of<ProposeIsr>(effects).size(), 1u);
}
TEST_F(Leader, TheLeaderItselfNeverLeavesTheIsr) {
  lead({1, 2, 3}, 20);
  core.on_isr_expiration(log, at_ms(kLagMs * 3), effects);
  EXPECT_EQ(all_of<ProposeIsr>(effects)[0].proposal.new_isr, brokers({1}));
}

// ---- answers

TEST_F(Leader, GrantedIsrIsCommittedWithItsPartitionEpoch) {
  lead({1, 2}, 20);
  fetched(3, 20);
  EXPECT_EQ(answered(granted({1, 2, 3}, 8)), AlterPartitionReaction::kCommit);
  EXPECT_EQ(core.isr().committed(), brokers({1, 2, 3}));
  EXPECT_EQ(core.partition_epoch(), PartitionEpoch{8});
}
TEST_F(Leader, LeaderAndIsrDiscardsTheProposalAndItsLateAnswer) {
  lead({1, 2}, 20);
  fetched(3, 20);
  const auto id = core.isr().pending()->id;
  lead({1, 2}, 20, 6, 9);
  EXPECT_EQ(core.on_alter_partition_answer(
                id, {ErrorCode::kNone, LeaderEpoch{6}, PartitionEpoch{10}, brokers({1, 2, 3})}, log,
                at_ms(0), effects),
            AlterPartitionReaction::kIgnore);
  EXPECT_EQ(core.isr().committed(), brokers({1, 2}));
}
TEST_F(Leader, GivenUpProposalStaysPendingUntilLeaderAndIsr) {
  lead({1, 2}, 20);
  fetched(3, 20);
  answered({ErrorCode::kInvalidUpdateVersion, {}, {}, {}});
  EXPECT_TRUE(core.isr().in_flight());
  EXPECT_TRUE(core.isr().maximal_contains(b(3)));
  lead({1, 2}, 20, 6, 9);
  EXPECT_FALSE(core.isr().in_flight());
}
TEST_F(Leader, RefusedProposalIsRolledBackAndMayBeMadeAgain) {
  lead({1, 2}, 20);
  fetched(3, 20);
  answered({ErrorCode::kIneligibleReplica, {}, {}, {}});
  EXPECT_FALSE(core.isr().in_flight());
  fetched(3, 20);
  EXPECT_EQ(all_of<ProposeIsr>(effects).size(), 2u);
}
TEST_F(Leader, OtherErrorSendsTheSameProposalAgain) {
  lead({1, 2}, 20);
  fetched(3, 20);
  answered({ErrorCode::kUnknownServerError, {}, {}, {}});
  const auto proposals = all_of<ProposeIsr>(effects);
  ASSERT_EQ(proposals.size(), 2u);
  EXPECT_EQ(proposals[0], proposals[1]);
}

// ---- acks

TEST_F(Leader, AppendWithAcksAllNeedsTheMinIsr) {
  core.on_min_insync_replicas(2);
  lead({1}, 20);
  EXPECT_EQ(core.check_append(true), ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(core.check_append(false), ErrorCode::kNone);
}
TEST_F(Leader, PendingAdditionDoesNotCountBeforeAnAppend) {
  core.on_min_insync_replicas(2);
  lead({1}, 20);
  fetched(2, 20);
  ASSERT_TRUE(core.isr().in_flight());
  EXPECT_EQ(core.check_append(true), ErrorCode::kNotEnoughReplicas);
}
TEST_F(Leader, AppendIsReplicatedWhenTheHighWatermarkIsThere) {
  lead({1, 2, 3}, 20);
  append_to(30);
  EXPECT_FALSE(core.check_replicated(Offset{30}, LeaderEpoch{5}));
  fetched(2, 30);
  fetched(3, 30);
  EXPECT_EQ(core.check_replicated(Offset{30}, LeaderEpoch{5}), ErrorCode::kNone);
}
TEST(MinIsr, ShrunkBelowItAfterTheAppendIsNotEnoughReplicasAfterAppend) {
  EXPECT_EQ(check_replicated(Offset{30}, Offset{30}, 1, 2),
            ErrorCode::kNotEnoughReplicasAfterAppend);
  EXPECT_EQ(check_replicated(Offset{30}, Offset{30}, 2, 2), ErrorCode::kNone);
  EXPECT_EQ(check_replicated(Offset{29}, Offset{30}, 1, 2), std::nullopt);
}
TEST_F(Leader, NoLongerLeaderIsAnErrorForAppendsAndForThoseThatWait) {
  lead({1, 2, 3}, 20);
  core.become_follower(told(2, 6, {2, 3}, 8), effects);
  EXPECT_EQ(core.check_append(true), ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(core.check_replicated(Offset{20}, LeaderEpoch{5}), ErrorCode::kNotLeaderOrFollower);
}
// As a follower it may have truncated the append; other records may stand at its offsets now.
TEST_F(Leader, LeaderAgainDoesNotAcknowledgeAppendsOfItsFormerTerm) {
  lead({1, 2, 3}, 20);
  append_to(30);
  core.become_follower(told(2, 6, {2, 3}, 8), effects);
  log.log_end = Offset{20};
  core.on_truncated(log);
  lead({1}, 20, 7, 9);
  append_to(30);
  EXPECT_EQ(core.check_replicated(Offset{30}, LeaderEpoch{5}), ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(core.check_replicated(Offset{30}, LeaderEpoch{7}), ErrorCode::kNone);
}
TEST_F(Leader, ReelectedLeaderStillAcknowledgesItsAppends) {
  lead({1, 2, 3}, 20);
  append_to(30);
  lead({1}, 30, 6, 8);
  EXPECT_EQ(core.check_replicated(Offset{30}, LeaderEpoch{5}), ErrorCode::kNone);
}
// A broker of the ISR has died: the epoch is a new one, the log goes on as it was.
TEST_F(Leader, CoordinatorAppendsUnderALaterEpochOfTheSameLeader) {
  lead({1, 2, 3}, 20);
  lead({1, 2}, 20, 6, 8);
  EXPECT_EQ(core.leader_since(), LeaderEpoch{5});
  EXPECT_EQ(core.check_append(true, LeaderEpoch{5}), ErrorCode::kNone);
}
TEST_F(Leader, CoordinatorOfAFormerTermDoesNotAppend) {
  lead({1, 2, 3}, 20);
  core.become_follower(told(2, 6, {1, 2, 3}, 8), effects);
  EXPECT_EQ(core.leader_since(), kNoLeaderEpoch);
  EXPECT_EQ(core.check_append(true, LeaderEpoch{5}), ErrorCode::kNotLeaderOrFollower);
  lead({1, 2, 3}, 20, 7, 9);
  EXPECT_EQ(core.leader_since(), LeaderEpoch{7});
  EXPECT_EQ(core.check_append(true, LeaderEpoch{5}), ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(core.check_append(true, LeaderEpoch{7}), ErrorCode::kNone);
}
TEST_F(Leader, StoppedReplicaAcknowledgesNothing) {
  lead({1}, 20);
  core.on_stopped(effects);
  EXPECT_EQ(core.check_replicated(Offset{20}, LeaderEpoch{5}), ErrorCode::kNotLeaderOrFollower);
  EXPECT_FALSE(core.is_leader());
}

// A stranger's LeaderAndIsr may name an ISR without its leader.
TEST_F(Leader, IsrWithoutTheLeaderIsNotShrunkToNothing) {
  lead({2, 3}, 20);
  core.on_isr_expiration(log, at_ms(kLagMs * 3), effects);
  EXPECT_TRUE(all_of<ProposeIsr>(effects).empty());
}

}  // namespace
}  // namespace barnabas::replica
