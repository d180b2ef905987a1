// Brokers die, start and bounce, and controllers take over: who leads, and who is told.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

using Numbers = std::set<std::int32_t>;

class Failover : public ::testing::Test, public CoreHarness {
 protected:
  // One partition on brokers 1, 2, 3, led by 1, all in the ISR.
  void healthy_partition() {
    with_brokers({1, 2, 3});
    with_topic("t", {ids({1, 2, 3})});
    with_state(partition(0), state(1, ids({1, 2, 3}), 3, 10));
    elect_and_settle();
  }
};

TEST_F(Failover, ADeadLeaderIsReplacedByTheNextOfTheAssignmentInOneWrite) {
  healthy_partition();
  broker_dies(1);
  ASSERT_EQ(writes.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
  EXPECT_EQ(recipients(partition(0)), (Numbers{2, 3}));
}

TEST_F(Failover, NobodyIsToldOfALeaderThatIsMerelyProposed) {
  healthy_partition();
  broker_dies(1);
  EXPECT_TRUE(leader_and_isr.empty());
  EXPECT_TRUE(update_metadata.empty());
}

TEST_F(Failover, AllPartitionsOfADeadBrokerAreWrittenAtOnceAndToldInOneRequest) {
  with_brokers({1, 2});
  std::vector<BrokerIds> assignments(50, ids({1, 2}));
  with_topic("t", assignments);
  for (std::int32_t p = 0; p < 50; ++p) with_state(partition(p), state(1, ids({1, 2})));
  elect_and_settle();
  broker_dies(1);
  EXPECT_EQ(writes.size(), 50u);
  settle();
  ASSERT_EQ(leader_and_isr.size(), 1u);
  EXPECT_EQ(leader_and_isr[0].data->partitions.size(), 50u);
}

TEST_F(Failover, ADeadFollowerLeavesTheIsrWithAGreaterLeaderEpoch) {
  healthy_partition();
  broker_dies(3);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1, 2}), 4, 11));
  EXPECT_EQ(recipients(partition(0)), (Numbers{1, 2}));
}

TEST_F(Failover, AReplicaThatWasNotInTheIsrDiesAndTheStateStaysButIsTold) {
  with_brokers({1, 2, 3});
  with_topic("t", {ids({1, 2, 3})});
  with_state(partition(0), state(1, ids({1, 2}), 3, 10));
  elect_and_settle();
  broker_dies(3);
  EXPECT_TRUE(writes.empty());
  EXPECT_EQ(recipients(partition(0)), (Numbers{1, 2}));
  EXPECT_EQ(told(1, partition(0))->leadership.state.leader_epoch, LeaderEpoch(3));
}

TEST_F(Failover, TheLastMemberOfTheIsrDiesAndItsPlaceIsKept) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1}), 3, 10));
  elect_and_settle();
  broker_dies(1);
  settle();
  EXPECT_EQ(committed(partition(0)), state(-1, ids({1}), 4, 11));
  EXPECT_EQ(core.context().partition(partition(0))->state, PartitionState::kOffline);

  broker_starts(1, 200);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1}), 5, 12));
}

TEST_F(Failover, AnUncleanLeaderIsElectedOnlyWhereTheTopicAllowsIt) {
  with_brokers({1, 2});
  with_topic("safe", {ids({1, 2})});
  with_topic("fast", {ids({1, 2})});
  with_state(partition(0, "safe"), state(1, ids({1})));
  with_state(partition(0, "fast"), state(1, ids({1})));
  unclean_topics = {"fast"};
  elect_and_settle();
  broker_dies(1);
  settle();
  EXPECT_EQ(committed(partition(0, "safe")).leader, kNoBroker);
  EXPECT_EQ(committed(partition(0, "fast")).leader, BrokerId(2));
  EXPECT_EQ(committed(partition(0, "fast")).recovery_state, LeaderRecoveryState::kRecovering);
}

// Brokers before 3.2 cannot be told that a leader is recovering: it is not written either.
TEST(FailoverOfAnOlderRelease, AnUncleanLeaderIsNotRecovering) {
  CoreHarness harness({.leader_recovery_supported = false});
  harness.with_brokers({1, 2});
  harness.with_topic("t", {ids({1, 2})});
  harness.with_state(partition(0), state(1, ids({1})));
  harness.unclean_topics = {"t"};
  harness.elect_and_settle();
  harness.broker_dies(1);
  harness.settle();
  EXPECT_EQ(harness.committed(partition(0)), state(2, ids({2}), 1, 1));

  // The operator's election goes the same way.
  CoreHarness asked({.leader_recovery_supported = false});
  asked.with_brokers({2});
  asked.with_topic("t", {ids({1, 2})});
  asked.with_state(partition(0), state(-1, ids({1})));
  asked.elect_and_settle();
  asked.event([&](Effects& out) {
    asked.core.elect_leaders(1, ElectionType::kUnclean, {partition(0)}, out);
  });
  asked.settle();
  EXPECT_EQ(asked.committed(partition(0)), state(2, ids({2}), 1, 1));
}

TEST_F(Failover, PartitionsThatCanBeHelpedDoNotWaitForATopicsConfig) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2}), ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2})));
  with_state(partition(1), state(1, ids({1})));
  elect_and_settle();
  broker_dies(1);
  ASSERT_EQ(flag_reads.size(), 1u);
  carry_out_one();
  EXPECT_EQ(recipients(partition(0)), Numbers{2});
}

TEST_F(Failover, EverybodyLearnsWhoHasGoneEvenIfNoPartitionChanges) {
  with_brokers({1, 2});
  elect_and_settle();
  broker_dies(2);
  ASSERT_EQ(update_metadata.size(), 1u);
  EXPECT_EQ(update_metadata[0].data->live_brokers.size(), 1u);
}

// ---- Events while writes are under way ---------------------------------------------------------

TEST_F(Failover, TheProposedLeaderDiesBeforeItsElectionIsWritten) {
  healthy_partition();
  broker_dies(1);
  broker_dies(2);
  EXPECT_EQ(writes.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(3));
  EXPECT_EQ(committed(partition(0)).isr, ids({3}));
}

TEST_F(Failover, ALostAnswerIsSettledByReadingTheState) {
  healthy_partition();
  broker_dies(1);
  carry_out_one_in_doubt();
  ASSERT_EQ(reads.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
}

TEST_F(Failover, AfterABadVersionTheElectionIsDecidedFromWhatZooKeeperHolds) {
  healthy_partition();
  broker_dies(1);
  // Somebody else shrank the ISR meanwhile.
  znodes[partition(0)].state = state(1, ids({1, 3}), 3, 11);
  settle();
  EXPECT_EQ(committed(partition(0)), state(3, ids({3}), 4, 12));
}

TEST_F(Failover, AStateOfALaterControllerEndsTheTerm) {
  healthy_partition();
  broker_dies(1);
  znodes[partition(0)] = {state(3, ids({3}), 9, 30), ControllerEpoch(6)};
  settle();
  EXPECT_EQ(all<Resign>().size(), 1u);
}

TEST_F(Failover, AnIsrThatIsBeingWrittenDelaysTheElectionAndIsNotLost) {
  healthy_partition();
  propose_isr(partition(0), ids({1, 2}));
  broker_dies(1);
  EXPECT_EQ(writes.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2}), 4, 12));
  const auto answers = all<AnswerAlterPartition>();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].answer.items[0].error, ErrorCode::kNone);
  EXPECT_EQ(answers[0].answer.items[0].partition_epoch, PartitionEpoch(11));
}

TEST_F(Failover, OtherPartitionsAreToldWithoutWaitingForOneThatIsBusy) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2}), ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2})));
  with_state(partition(1), state(1, ids({1, 2})));
  elect_and_settle();
  propose_isr(partition(0), ids({1}));
  broker_dies(1);
  ASSERT_EQ(writes.size(), 2u);
  std::swap(writes[0], writes[1]);
  carry_out_one();
  EXPECT_EQ(recipients(partition(1)), Numbers{2});
}

// ---- Brokers come ------------------------------------------------------------------------------

TEST_F(Failover, AStartingBrokerGetsAllMetadataThenItsReplicasAndTheOthersHearOfIt) {
  healthy_partition();
  broker_dies(3);
  settle();
  forget();
  broker_starts(3, 200);
  EXPECT_EQ(order[0], "UMR 1");
  EXPECT_EQ(order[1], "UMR 2");
  EXPECT_EQ(order[2], "UMR 3");
  EXPECT_EQ(order[3], "LISR 3");
  EXPECT_TRUE(update_metadata[0].data->partitions.empty());
  EXPECT_EQ(update_metadata[2].data->partitions.size(), 1u);
  ASSERT_TRUE(told(3, partition(0)));
  EXPECT_FALSE(told(3, partition(0))->is_new);
  EXPECT_EQ(leader_and_isr[0].broker_epoch, BrokerEpoch(200));
}

TEST_F(Failover, ABouncedBrokerFailsAndStartsAndIsNotStopped) {
  healthy_partition();
  broker_starts(1, 200);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
  EXPECT_FALSE(stopped(1, partition(0)));
  ASSERT_TRUE(told(1, partition(0)));
  for (const auto& request : leader_and_isr) {
    if (request.broker != BrokerId(1)) continue;
    EXPECT_EQ(request.broker_epoch, BrokerEpoch(200));
  }
  EXPECT_EQ(all<RemoveBroker>().size(), 1u);
}

// It may have lost what it had not flushed: in its old epoch its log could differ from the others'.
TEST_F(Failover, ABouncedLeaderDoesNotGoOnInItsOldEpoch) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1}), 3, 10));
  elect_and_settle();
  broker_starts(1, 200);
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(1));
  EXPECT_GT(committed(partition(0)).leader_epoch, LeaderEpoch(3));
  for (const auto& request : leader_and_isr) {
    if (request.broker != BrokerId(1)) continue;
    for (const auto& entry : request.data->partitions) {
      EXPECT_GT(entry.leadership.state.leader_epoch, LeaderEpoch(3));
    }
  }
}

TEST_F(Failover, ABouncedLeaderWhoseIsrWasBeingWrittenDoesNotGoOnInItsOldEpoch) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2}), 3, 10));
  elect_and_settle();
  propose_isr(partition(0), ids({1}));
  broker_starts(1, 200);
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(1));
  EXPECT_GT(committed(partition(0)).leader_epoch, LeaderEpoch(3));
}

// Its failure is looked after when the write has ended, and it is back by then.
TEST_F(Failover, ABouncedLeaderWhoseIsrWasBeingWrittenGivesWayToALiveMember) {
  healthy_partition();
  propose_isr(partition(0), ids({1, 2}));
  broker_starts(1, 200);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2}), 4, 12));
  ASSERT_TRUE(told(1, partition(0)));
  EXPECT_EQ(told(1, partition(0))->leadership.state.leader, BrokerId(2));
}

TEST_F(Failover, ABouncedFollowerLeavesTheIsrThatWasBeingWritten) {
  healthy_partition();
  propose_isr(partition(0), ids({1, 2}));
  broker_starts(2, 200);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1}), 4, 12));
  ASSERT_TRUE(told(2, partition(0)));
  EXPECT_EQ(told(2, partition(0))->leadership.state, state(1, ids({1}), 4, 12));
}

TEST_F(Failover, AFollowerThatDiesAndReturnsDuringOneWriteLeavesTheIsr) {
  healthy_partition();
  propose_isr(partition(0), ids({1, 2}));
  broker_dies(2);
  broker_starts(2, 200);
  EXPECT_EQ(writes.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1}), 4, 12));
}

// The election that its death caused was decided before it returned, without it among those who
// are told: it must not take itself for the leader.
TEST_F(Failover, ABouncedLeaderHearsOnlyOfItsSuccessor) {
  healthy_partition();
  broker_starts(1, 200);
  EXPECT_FALSE(told(1, partition(0)));
  settle();
  ASSERT_TRUE(told(1, partition(0)));
  EXPECT_EQ(told(1, partition(0))->leadership.state.leader, BrokerId(2));
}

// Its death left the partition without a leader, in a write that was under way when it returned.
TEST_F(Failover, ABouncedBrokerThatIsTheWholeIsrLeadsAgain) {
  with_brokers({1});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1}), 3, 10));
  elect_and_settle();
  broker_starts(1, 200);
  EXPECT_EQ(writes.size(), 1u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1}), 5, 12));
  EXPECT_EQ(told(1, partition(0))->leadership.state.leader_epoch, LeaderEpoch(5));
}

TEST_F(Failover, AnOlderRegistrationThanTheKnownOneIsIgnored) {
  healthy_partition();
  broker_starts(1, 50);
  EXPECT_TRUE(writes.empty());
  EXPECT_TRUE(order.empty());
}

TEST_F(Failover, NewEndpointsAreToldToAllWithoutAnElection) {
  healthy_partition();
  std::map<BrokerId, BrokerInfo> brokers = core.context().brokers();
  brokers[BrokerId(2)].endpoints[0].port = 9999;
  event([&](Effects& out) { core.on_brokers_read(brokers, out); });
  EXPECT_TRUE(writes.empty());
  EXPECT_EQ(update_metadata.size(), 3u);
}

// ---- A new controller --------------------------------------------------------------------------

TEST_F(Failover, ANewControllerTellsTheLiveBrokersBeforeAnyLeader) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2})));
  elect();
  ASSERT_GE(order.size(), 4u);
  EXPECT_EQ(order[0], "UMR 1");
  EXPECT_EQ(order[1], "UMR 2");
  EXPECT_TRUE(update_metadata[0].data->partitions.empty());
  EXPECT_EQ(update_metadata[0].data->live_brokers.size(), 2u);
  EXPECT_EQ(order[2], "LISR 1");
}

TEST_F(Failover, ANewControllerResendsEqualEpochsAsTheyAreStored) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2}), 7, 3));
  elect();
  EXPECT_TRUE(writes.empty());
  EXPECT_EQ(told(2, partition(0))->leadership.controller_epoch, ControllerEpoch(4));
  EXPECT_EQ(told(2, partition(0))->leadership.state, state(1, ids({1, 2}), 7, 3));
}

TEST_F(Failover, ANewControllerReplacesALeaderThatDiedWithTheOldOne) {
  with_brokers({2, 3});
  with_topic("t", {ids({1, 2, 3})});
  with_state(partition(0), state(1, ids({1, 2, 3}), 3, 10));
  elect();
  EXPECT_EQ(writes.size(), 1u);
  EXPECT_FALSE(told(2, partition(0))) << "told of a dead leader";
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
  EXPECT_EQ(recipients(partition(0)), (Numbers{2, 3}));
}

TEST_F(Failover, ANewControllerRemovesADeadFollowerFromTheIsr) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2, 3})});
  with_state(partition(0), state(1, ids({1, 2, 3}), 3, 10));
  elect_and_settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1, 2}), 4, 11));
}

TEST_F(Failover, ANewControllerFinishesTheCreationOfATopic) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  elect();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_TRUE(writes[0].create);
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({1, 2})));
  EXPECT_TRUE(told(1, partition(0))->is_new);
}

// ---- Topics ------------------------------------------------------------------------------------

TEST_F(Failover, ANewTopicGetsLeadersAndItsReplicasHearThatItIsNew) {
  with_brokers({1, 2, 3});
  elect_and_settle();
  event([&](Effects& out) { core.on_topics_listed({"t"}, out); });
  ASSERT_EQ(all<ReadTopics>().size(), 1u);
  TopicSnapshot topic{"t", topic_id_of("t"), {}};
  topic.assignment[PartitionId(0)].replicas = ids({2, 3});
  event([&](Effects& out) { core.on_topics_read({topic}, out); });
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3})));
  EXPECT_EQ(recipients(partition(0)), (Numbers{2, 3}));
  EXPECT_TRUE(told(3, partition(0))->is_new);
  EXPECT_TRUE(metadata(1, partition(0)));
  EXPECT_EQ(core.context().partition(partition(0))->replica_state(BrokerId(2)),
            ReplicaState::kOnline);
}

TEST_F(Failover, ATopicWithoutALiveReplicaStaysNewUntilOneStarts) {
  with_brokers({1});
  with_topic("t", {ids({2})});
  elect_and_settle();
  EXPECT_EQ(core.context().partition(partition(0))->state, PartitionState::kNew);
  broker_starts(2, 200);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2})));
}

TEST_F(Failover, AListedTopicIsReadOnce) {
  with_brokers({1});
  elect_and_settle();
  event([&](Effects& out) { core.on_topics_listed({"t"}, out); });
  event([&](Effects& out) { core.on_topics_listed({"t"}, out); });
  EXPECT_EQ(all<ReadTopics>().size(), 1u);
}

TEST_F(Failover, AddedPartitionsAreCreatedAndTheOldOnesStay) {
  healthy_partition();
  TopicSnapshot topic{"t", topic_id_of("t"), {}};
  topic.assignment[PartitionId(0)].replicas = ids({3, 2, 1});
  topic.assignment[PartitionId(1)].replicas = ids({3, 1});
  event([&](Effects& out) { core.on_topics_read({topic}, out); });
  settle();
  EXPECT_EQ(committed(partition(1)), state(3, ids({3, 1})));
  EXPECT_EQ(core.context().partition(partition(0))->assignment.replicas, ids({1, 2, 3}));
}

TEST_F(Failover, AVanishedTopicIsForgotten) {
  healthy_partition();
  event([&](Effects& out) { core.on_topics_listed({}, out); });
  EXPECT_FALSE(core.context().topic("t"));
  EXPECT_FALSE(core.context().topic_name(topic_id_of("t")));
}

// ---- Log directories ---------------------------------------------------------------------------

TEST_F(Failover, AReplicaOnAFailedDirectoryLosesLeadershipAndIsr) {
  healthy_partition();
  event([&](Effects& out) { core.on_log_dir_failure({BrokerId(1)}, out); });
  EXPECT_EQ(recipients(partition(0)), Numbers{1});
  event([&](Effects& out) {
    core.on_leader_and_isr_answered(BrokerId(1), BrokerEpoch(100), ErrorCode::kNone,
                                    {{partition(0), ErrorCode::kKafkaStorageError}}, out);
  });
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
  EXPECT_EQ(metadata(2, partition(0))->offline_replicas, ids({1}));
}

TEST_F(Failover, AnswersOfAnEarlierRegistrationAreIgnored) {
  healthy_partition();
  event([&](Effects& out) {
    core.on_leader_and_isr_answered(BrokerId(1), BrokerEpoch(99), ErrorCode::kNone,
                                    {{partition(0), ErrorCode::kKafkaStorageError}}, out);
  });
  EXPECT_TRUE(writes.empty());
}

}  // namespace
}  // namespace barnabas::controller
