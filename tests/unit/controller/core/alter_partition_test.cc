// The rows of Kafka's decision list for AlterPartition, in their order.
#include "broker/controller/core/alter_partition.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

class AlterPartitionDecisions : public ::testing::Test {
 protected:
  AlterPartitionDecisions() {
    for (std::int32_t id : {1, 2, 3}) context_.put_broker(broker(id));
    context_.add_topic("t", topic_id_of("t"));
    Partition& known = context_.topic("t")->partitions[PartitionId(0)];
    known.assignment.replicas = ids({1, 2, 3});
    known.leadership = Leadership{state(1, ids({1, 2}), 6, 40), ControllerEpoch(5)};
    item_.topic = "t";
    item_.leader_epoch = LeaderEpoch(6);
    item_.partition_epoch = PartitionEpoch(40);
    item_.new_isr = ids({1, 2, 3});
  }
  AlterPartitionDecision decide(bool names_topic_ids = true) {
    return decide_alter_partition(context_, BrokerId(1), item_, names_topic_ids);
  }

  ControllerContext context_{ControllerEpoch(5)};
  AlterPartitionItem item_;
};

TEST_F(AlterPartitionDecisions, BrokerEpochMustBeTheRegisteredOneExactly) {
  AlterPartition request{BrokerId(1), BrokerEpoch(100), true, {}};
  EXPECT_EQ(check_alter_partition(context_, request), ErrorCode::kNone);
  request.broker_epoch = BrokerEpoch(99);
  EXPECT_EQ(check_alter_partition(context_, request), ErrorCode::kStaleBrokerEpoch);
  request.broker_epoch = BrokerEpoch(101);
  EXPECT_EQ(check_alter_partition(context_, request), ErrorCode::kStaleBrokerEpoch);
}

TEST_F(AlterPartitionDecisions, AnUnknownBrokerIsStale) {
  EXPECT_EQ(check_alter_partition(context_, {BrokerId(7), BrokerEpoch(100), true, {}}),
            ErrorCode::kStaleBrokerEpoch);
}

TEST_F(AlterPartitionDecisions, AnUnknownTopicIdIsSaidSo) {
  item_.topic.clear();
  EXPECT_EQ(decide().error, ErrorCode::kUnknownTopicId);
}

TEST_F(AlterPartitionDecisions, APartitionWithoutLeadershipIsUnknown) {
  item_.partition = PartitionId(1);
  EXPECT_EQ(decide().error, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(AlterPartitionDecisions, ALeaderThatIsAheadMeansThatWeAreNoController) {
  item_.leader_epoch = LeaderEpoch(7);
  EXPECT_EQ(decide().error, ErrorCode::kNotController);
  item_.leader_epoch = LeaderEpoch(6);
  item_.partition_epoch = PartitionEpoch(41);
  EXPECT_EQ(decide().error, ErrorCode::kNotController);
}

TEST_F(AlterPartitionDecisions, AnOldLeaderEpochIsFenced) {
  item_.leader_epoch = LeaderEpoch(5);
  EXPECT_EQ(decide().error, ErrorCode::kFencedLeaderEpoch);
}

TEST_F(AlterPartitionDecisions, AnOldLeaderIsFencedBeforeItsPartitionEpochIsLookedAt) {
  item_.leader_epoch = LeaderEpoch(5);
  item_.partition_epoch = PartitionEpoch(39);
  EXPECT_EQ(decide().error, ErrorCode::kFencedLeaderEpoch);
}

// A repeated request bears the partition epoch from before its first try.
TEST_F(AlterPartitionDecisions, WhatHoldsAlreadyIsAcceptedWithAStalePartitionEpoch) {
  item_.new_isr = ids({1, 2});
  item_.partition_epoch = PartitionEpoch(39);
  const auto decision = decide();
  EXPECT_EQ(decision.error, ErrorCode::kNone);
  EXPECT_FALSE(decision.write);
}

TEST_F(AlterPartitionDecisions, TheSameIsrInAnotherOrderIsAnotherIsr) {
  item_.new_isr = ids({2, 1});
  const auto decision = decide();
  EXPECT_EQ(decision.error, ErrorCode::kNone);
  EXPECT_TRUE(decision.write);
}

TEST_F(AlterPartitionDecisions, AStalePartitionEpochIsAnInvalidUpdateVersion) {
  item_.partition_epoch = PartitionEpoch(39);
  EXPECT_EQ(decide().error, ErrorCode::kInvalidUpdateVersion);
}

TEST_F(AlterPartitionDecisions, AnIsrWithoutItsLeaderIsRefused) {
  item_.new_isr = ids({2, 3});
  EXPECT_EQ(decide().error, ErrorCode::kInvalidRequest);
}

TEST_F(AlterPartitionDecisions, OnlyTheLeaderMayPropose) {
  EXPECT_EQ(decide_alter_partition(context_, BrokerId(2), item_, true).error,
            ErrorCode::kInvalidRequest);
}

TEST_F(AlterPartitionDecisions, ARecoveringLeaderIsAloneInItsIsr) {
  item_.recovery_state = LeaderRecoveryState::kRecovering;
  EXPECT_EQ(decide().error, ErrorCode::kInvalidRequest);
}

TEST_F(AlterPartitionDecisions, ARecoveredLeaderDoesNotRecoverAgain) {
  item_.recovery_state = LeaderRecoveryState::kRecovering;
  item_.new_isr = ids({1});
  EXPECT_EQ(decide().error, ErrorCode::kInvalidRequest);
}

TEST_F(AlterPartitionDecisions, ARecoveringLeaderReportsThatItHasRecovered) {
  context_.partition(partition(0))->leadership->state.recovery_state =
      LeaderRecoveryState::kRecovering;
  context_.partition(partition(0))->leadership->state.isr = ids({1});
  item_.new_isr = ids({1});
  const auto decision = decide();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(decision.write->recovery_state, LeaderRecoveryState::kRecovered);
}

TEST_F(AlterPartitionDecisions, ADeadReplicaIsIneligible) {
  context_.remove_broker(BrokerId(3));
  EXPECT_EQ(decide(true).error, ErrorCode::kIneligibleReplica);
  EXPECT_EQ(decide(false).error, ErrorCode::kOperationNotAttempted);
}

TEST_F(AlterPartitionDecisions, AReplicaThatIsShuttingDownIsIneligible) {
  context_.set_shutting_down(BrokerId(3));
  EXPECT_EQ(decide().error, ErrorCode::kIneligibleReplica);
}

TEST_F(AlterPartitionDecisions, AnAcceptedIsrKeepsTheLeaderEpoch) {
  const auto decision = decide();
  ASSERT_TRUE(decision.write);
  EXPECT_EQ(*decision.write, state(1, ids({1, 2, 3}), 6, 40));
}

}  // namespace
}  // namespace barnabas::controller
