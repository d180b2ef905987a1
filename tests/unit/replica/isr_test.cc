#include "broker/replica/core/isr.h"

#include <gtest/gtest.h>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

constexpr LeaderEpoch kIsrEpoch{5};
constexpr PartitionEpoch kVersion{7};

AlterPartitionReaction react(ErrorCode error, std::int32_t leader_epoch = 5,
                             std::int32_t partition_epoch = 8) {
  return react_to_alter_partition(
      {error, LeaderEpoch{leader_epoch}, PartitionEpoch{partition_epoch}, {}}, kIsrEpoch, kVersion);
}

TEST(AlterPartitionAnswer, NoErrorCommitsANewerPartitionEpoch) {
  EXPECT_EQ(react(ErrorCode::kNone), AlterPartitionReaction::kCommit);
}
TEST(AlterPartitionAnswer, NoErrorCommitsAnEqualPartitionEpochAsAppliedAlready) {
  EXPECT_EQ(react(ErrorCode::kNone, 5, 7), AlterPartitionReaction::kCommit);
}
TEST(AlterPartitionAnswer, OfAnotherLeaderEpochIsIgnored) {
  EXPECT_EQ(react(ErrorCode::kNone, 6), AlterPartitionReaction::kIgnore);
  EXPECT_EQ(react(ErrorCode::kNone, 4), AlterPartitionReaction::kIgnore);
}
TEST(AlterPartitionAnswer, OfAnOlderPartitionEpochIsIgnored) {
  EXPECT_EQ(react(ErrorCode::kNone, 5, 6), AlterPartitionReaction::kIgnore);
}
TEST(AlterPartitionAnswer, OperationNotAttemptedAndIneligibleReplicaRollBack) {
  EXPECT_EQ(react(ErrorCode::kOperationNotAttempted), AlterPartitionReaction::kRollBack);
  EXPECT_EQ(react(ErrorCode::kIneligibleReplica), AlterPartitionReaction::kRollBack);
}
TEST(AlterPartitionAnswer, AnOutdatedLeaderGivesUpUntilTheNextLeaderAndIsr) {
  for (const ErrorCode error : {ErrorCode::kUnknownTopicOrPartition, ErrorCode::kUnknownTopicId,
                                ErrorCode::kFencedLeaderEpoch, ErrorCode::kInvalidUpdateVersion,
                                ErrorCode::kInvalidRequest, ErrorCode::kNewLeaderElected}) {
    EXPECT_EQ(react(error), AlterPartitionReaction::kGiveUp) << error_name(error);
  }
}
TEST(AlterPartitionAnswer, AnyOtherErrorIsSentAgain) {
  EXPECT_EQ(react(ErrorCode::kUnknownServerError), AlterPartitionReaction::kResend);
  EXPECT_EQ(react(ErrorCode::kNotController), AlterPartitionReaction::kResend);
}

TEST(Isr, MaximalHoldsAPendingAddition) {
  Isr isr;
  isr.reset(brokers({1, 2}));
  const IsrProposal& proposal = isr.propose_expand(b(3), kIsrEpoch, kVersion);
  EXPECT_EQ(proposal.new_isr, brokers({1, 2, 3}));
  EXPECT_EQ(isr.committed(), brokers({1, 2}));
  EXPECT_EQ(isr.maximal(), brokers({1, 2, 3}));
  EXPECT_TRUE(isr.maximal_contains(b(3)));
  EXPECT_FALSE(isr.committed_contains(b(3)));
}
TEST(Isr, MaximalKeepsAPendingRemoval) {
  Isr isr;
  isr.reset(brokers({1, 2, 3}));
  const IsrProposal& proposal = isr.propose_shrink(brokers({2}), kIsrEpoch, kVersion);
  EXPECT_EQ(proposal.new_isr, brokers({1, 3}));
  EXPECT_EQ(isr.maximal(), brokers({1, 2, 3}));
  EXPECT_EQ(isr.maximal_size(), 3u);
}
TEST(Isr, ProposalsCarryTheEpochsAndRisingIds) {
  Isr isr;
  isr.reset(brokers({1}));
  const auto first = isr.propose_expand(b(2), kIsrEpoch, kVersion);
  isr.roll_back();
  const auto second = isr.propose_expand(b(2), kIsrEpoch, kVersion);
  EXPECT_EQ(first.leader_epoch, kIsrEpoch);
  EXPECT_EQ(first.partition_epoch, kVersion);
  EXPECT_GT(second.id, first.id);
}
TEST(Isr, RollBackForgetsTheProposal) {
  Isr isr;
  isr.reset(brokers({1}));
  isr.propose_expand(b(2), kIsrEpoch, kVersion);
  isr.roll_back();
  EXPECT_FALSE(isr.in_flight());
  EXPECT_EQ(isr.maximal(), brokers({1}));
}
TEST(Isr, LeaderAndIsrForgetsTheProposal) {
  Isr isr;
  isr.reset(brokers({1}));
  isr.propose_expand(b(2), kIsrEpoch, kVersion);
  isr.reset(brokers({1, 3}));
  EXPECT_FALSE(isr.in_flight());
  EXPECT_EQ(isr.maximal(), brokers({1, 3}));
}

}  // namespace
}  // namespace barnabas::replica
