#include "broker/controller/core/election.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

// Replicas 1 to 9 exist; `live` of them are, `stopping` of them are shutting down.
ReplicaLiveness liveness(const BrokerIds& live, const BrokerIds& stopping = {}) {
  return {
      .online = [=](BrokerId id) { return contains(live, id) && !contains(stopping, id); },
      .online_or_shutting_down = [=](BrokerId id) { return contains(live, id); },
      .shutting_down = [=](BrokerId id) { return contains(stopping, id); },
  };
}

ReplicaAssignment assignment(BrokerIds replicas) {
  return {std::move(replicas), {}, {}};
}

TEST(OfflineElection, TheAssignmentsOrderDecidesNotThatOfTheIsr) {
  const auto elected = elect_offline(assignment(ids({1, 2, 3})), state(1, ids({3, 2, 1}), 4),
                                     liveness(ids({2, 3})), false);
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(2));
  EXPECT_EQ(elected.state->isr, ids({3, 2}));
  EXPECT_EQ(elected.state->leader_epoch, LeaderEpoch(5));
  EXPECT_EQ(elected.recipients, ids({2, 3}));
}

TEST(OfflineElection, ALiveReplicaOutsideTheIsrIsNotElected) {
  const auto elected =
      elect_offline(assignment(ids({1, 2, 3})), state(1, ids({1, 3})), liveness(ids({2})), false);
  EXPECT_FALSE(elected.state);
  EXPECT_EQ(elected.recipients, ids({2}));
}

TEST(OfflineElection, UncleanTakesTheFirstLiveReplicaAloneAndRecovering) {
  const auto elected =
      elect_offline(assignment(ids({1, 2, 3})), state(1, ids({1}), 7), liveness(ids({2, 3})), true);
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(2));
  EXPECT_EQ(elected.state->isr, ids({2}));
  EXPECT_EQ(elected.state->recovery_state, LeaderRecoveryState::kRecovering);
  EXPECT_EQ(elected.state->leader_epoch, LeaderEpoch(8));
}

// Brokers before 3.2 cannot be told that a leader is recovering.
TEST(OfflineElection, UncleanLeavesTheRecoveryStateWhereItCannotBeTold) {
  LeaderAndIsr before = state(1, ids({1}), 7);
  for (const auto recovery : {LeaderRecoveryState::kRecovered, LeaderRecoveryState::kRecovering}) {
    before.recovery_state = recovery;
    const auto elected = elect_offline(assignment(ids({1, 2})), before, liveness(ids({2})), true,
                                       /*leader_recovery_supported=*/false);
    ASSERT_TRUE(elected.state);
    EXPECT_EQ(elected.state->leader, BrokerId(2));
    EXPECT_EQ(elected.state->isr, ids({2}));
    EXPECT_EQ(elected.state->recovery_state, recovery);
    EXPECT_EQ(elected.state->leader_epoch, LeaderEpoch(8));
  }
}

TEST(OfflineElection, UncleanPrefersALiveMemberOfTheIsr) {
  const auto elected =
      elect_offline(assignment(ids({1, 2, 3})), state(1, ids({1, 3})), liveness(ids({2, 3})), true);
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(3));
  EXPECT_EQ(elected.state->recovery_state, LeaderRecoveryState::kRecovered);
}

TEST(OfflineElection, KeepsTheRecoveryStateOfACleanSuccessor) {
  LeaderAndIsr recovering = state(1, ids({1, 2}));
  recovering.recovery_state = LeaderRecoveryState::kRecovering;
  const auto elected =
      elect_offline(assignment(ids({1, 2})), recovering, liveness(ids({2})), false);
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->recovery_state, LeaderRecoveryState::kRecovering);
}

TEST(OfflineElection, NobodyLivesNobodyLeads) {
  EXPECT_FALSE(
      elect_offline(assignment(ids({1, 2})), state(1, ids({1, 2})), liveness({}), true).state);
}

TEST(OfflineElection, ABrokerThatIsShuttingDownIsNotElected) {
  const auto elected = elect_offline(assignment(ids({1, 2, 3})), state(1, ids({1, 2, 3})),
                                     liveness(ids({2, 3}), ids({2})), false);
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(3));
  EXPECT_EQ(elected.state->isr, ids({3}));
}

TEST(ReassignElection, TakesTheFirstLiveTargetReplicaOfTheIsr) {
  const ReplicaAssignment reassigning{ids({4, 5, 1, 2}), ids({4, 5}), ids({1, 2})};
  const auto elected =
      elect_reassign(reassigning, state(1, ids({1, 2, 5, 4}), 2), liveness(ids({1, 2, 5})));
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(5));
  EXPECT_EQ(elected.state->isr, ids({1, 2, 5, 4}));
  EXPECT_EQ(elected.recipients, ids({4, 5}));
}

TEST(PreferredElection, TakesTheHeadAndLeavesTheIsr) {
  const auto elected = elect_preferred(assignment(ids({3, 1, 2})), state(1, ids({1, 2, 3}), 9),
                                       liveness(ids({1, 2, 3})));
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(3));
  EXPECT_EQ(elected.state->isr, ids({1, 2, 3}));
  EXPECT_EQ(elected.state->leader_epoch, LeaderEpoch(10));
  EXPECT_EQ(elected.recipients, ids({3, 1, 2}));
}

TEST(PreferredElection, TheHeadMustLiveAndBeInTheIsr) {
  EXPECT_FALSE(
      elect_preferred(assignment(ids({3, 1})), state(1, ids({1})), liveness(ids({1, 3}))).state);
  EXPECT_FALSE(
      elect_preferred(assignment(ids({3, 1})), state(1, ids({1, 3})), liveness(ids({1}))).state);
}

TEST(ControlledShutdownElection, TakesTheFirstOfTheIsrThatStaysAndTellsTheOldLeaderToo) {
  const auto elected =
      elect_controlled_shutdown(assignment(ids({1, 2, 3})), state(1, ids({1, 2, 3}), 1),
                                liveness(ids({1, 2, 3}), ids({1, 2})));
  ASSERT_TRUE(elected.state);
  EXPECT_EQ(elected.state->leader, BrokerId(3));
  EXPECT_EQ(elected.state->isr, ids({3}));
  EXPECT_EQ(elected.recipients, ids({1, 2, 3}));
}

TEST(ControlledShutdownElection, NobodyOfTheIsrStaysNobodyIsElected) {
  EXPECT_FALSE(elect_controlled_shutdown(assignment(ids({1, 2})), state(1, ids({1})),
                                         liveness(ids({1, 2}), ids({1})))
                   .state);
}

TEST(InitialLeadership, FirstLiveReplicaLeadsAndAllLiveOnesAreTheIsr) {
  const auto initial = initial_leadership(assignment(ids({1, 2, 3})), liveness(ids({3, 2})));
  ASSERT_TRUE(initial);
  EXPECT_EQ(*initial, state(2, ids({2, 3})));
  EXPECT_FALSE(initial_leadership(assignment(ids({1})), liveness(ids({2}))));
}

TEST(RemoveFromIsr, RaisesTheEpochSoThatTheLeaderTakesItOver) {
  const auto shrunk = remove_from_isr(state(1, ids({1, 2, 3}), 3, 8),
                                      [](BrokerId id) { return id == BrokerId(2); });
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(*shrunk, state(1, ids({1, 3}), 4, 8));
}

TEST(RemoveFromIsr, TheLastMemberStaysWithoutALeader) {
  const auto shrunk = remove_from_isr(state(2, ids({2}), 3), [](BrokerId) { return true; });
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(*shrunk, state(-1, ids({2}), 4));
}

// Kafka takes dead replicas out one after another, lowest id first.
TEST(RemoveFromIsr, WhenAllDieAtOnceTheHighestIdStays) {
  const auto shrunk = remove_from_isr(state(2, ids({3, 1, 2}), 3), [](BrokerId) { return true; });
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(*shrunk, state(-1, ids({3}), 4));
}

TEST(RemoveFromIsr, ChangesNothingWhenNobodyLeaves) {
  EXPECT_FALSE(remove_from_isr(state(1, ids({1, 2})), [](BrokerId) { return false; }));
  EXPECT_FALSE(remove_from_isr(state(-1, ids({2})), [](BrokerId) { return true; }));
}

}  // namespace
}  // namespace barnabas::controller
