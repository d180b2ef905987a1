// What brokers and clients ask of the controller.
#include <gtest/gtest.h>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

using Numbers = std::set<std::int32_t>;

class Requests : public ::testing::Test, public CoreHarness {
 protected:
  void healthy_partitions() {
    with_brokers({1, 2, 3});
    with_topic("t", {ids({1, 2, 3}), ids({2, 3, 1}), ids({3})});
    with_state(partition(0), state(1, ids({1, 2, 3}), 3, 10));
    with_state(partition(1), state(2, ids({2, 3, 1}), 3, 10));
    with_state(partition(2), state(3, ids({3}), 3, 10));
    elect_and_settle();
  }
  ControlledShutdownAnswer shutdown_answer() const {
    const auto answers = all<AnswerControlledShutdown>();
    EXPECT_EQ(answers.size(), 1u);
    return answers.empty() ? ControlledShutdownAnswer{} : answers.back().answer;
  }
  AlterPartitionAnswer alter_answer() const {
    const auto answers = all<AnswerAlterPartition>();
    EXPECT_EQ(answers.size(), 1u);
    return answers.empty() ? AlterPartitionAnswer{} : answers.back().answer;
  }
  void elect_leaders(ElectionType type, const std::vector<TopicPartition>& partitions,
                     Token token = 7) {
    event([&](Effects& out) { core.elect_leaders(token, type, partitions, out); });
  }
  ElectionOutcome election_outcome() const {
    const auto answers = all<AnswerElectLeaders>();
    EXPECT_EQ(answers.size(), 1u);
    return answers.empty() ? ElectionOutcome{} : answers.back().outcome;
  }
};

// ---- AlterPartition ----------------------------------------------------------------------------

TEST_F(Requests, AnAcceptedIsrIsWrittenAnsweredAndToldToAll) {
  with_brokers({1, 2, 3});
  with_topic("t", {ids({1, 2, 3})});
  with_state(partition(0), state(1, ids({1, 2}), 3, 10));
  elect_and_settle();
  propose_isr(partition(0), ids({1, 2, 3}));
  EXPECT_TRUE(all<AnswerAlterPartition>().empty()) << "answered before it was written";
  settle();
  const auto answer = alter_answer();
  EXPECT_EQ(answer.items[0].error, ErrorCode::kNone);
  EXPECT_EQ(answer.items[0].isr, ids({1, 2, 3}));
  EXPECT_EQ(answer.items[0].leader_epoch, LeaderEpoch(3));
  EXPECT_EQ(answer.items[0].partition_epoch, PartitionEpoch(11));
  EXPECT_TRUE(leader_and_isr.empty());
  for (std::int32_t id : {1, 2, 3}) EXPECT_TRUE(metadata(id, partition(0)));
}

TEST_F(Requests, AnIsrWhoseAnswerWasLostIsAnsweredAsWritten) {
  healthy_partitions();
  propose_isr(partition(0), ids({1, 2}));
  carry_out_one_in_doubt();
  settle();
  EXPECT_EQ(alter_answer().items[0].error, ErrorCode::kNone);
  EXPECT_EQ(alter_answer().items[0].partition_epoch, PartitionEpoch(11));
}

TEST_F(Requests, AnIsrOnAnOutdatedZnodeIsAnInvalidUpdateVersion) {
  healthy_partitions();
  propose_isr(partition(0), ids({1, 2}));
  znodes[partition(0)].state = state(1, ids({1, 3}), 3, 11);
  settle();
  EXPECT_EQ(alter_answer().items[0].error, ErrorCode::kInvalidUpdateVersion);
  EXPECT_EQ(committed(partition(0)), state(1, ids({1, 3}), 3, 11));
}

TEST_F(Requests, ItemsAreAnsweredOneByOneAndInOrder) {
  healthy_partitions();
  AlterPartition request{BrokerId(1), BrokerEpoch(100), true, {}};
  AlterPartitionItem known;
  known.topic_id = topic_id_of("t");
  known.leader_epoch = LeaderEpoch(3);
  known.partition_epoch = PartitionEpoch(10);
  known.new_isr = ids({1, 3});
  AlterPartitionItem unknown = known;
  unknown.topic_id = topic_id_of("other");
  AlterPartitionItem missing = known;
  missing.partition = PartitionId(9);
  request.items = {unknown, known, missing};
  event([&](Effects& out) { core.alter_partition(1, request, out); });
  settle();
  const auto answer = alter_answer();
  ASSERT_EQ(answer.items.size(), 3u);
  EXPECT_EQ(answer.items[0].error, ErrorCode::kUnknownTopicId);
  EXPECT_EQ(answer.items[1].error, ErrorCode::kNone);
  EXPECT_EQ(answer.items[2].error, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(Requests, AStaleBrokerIsToldSoAndNothingIsWritten) {
  healthy_partitions();
  event([&](Effects& out) {
    core.alter_partition(1, {BrokerId(1), BrokerEpoch(99), true, {}}, out);
  });
  EXPECT_EQ(alter_answer().error, ErrorCode::kStaleBrokerEpoch);
}

// ---- ControlledShutdown ------------------------------------------------------------------------

TEST_F(Requests, AShutdownMovesLeadershipAndTakesTheBrokerOutOfEveryIsr) {
  healthy_partitions();
  shut_down(1);
  EXPECT_EQ(writes.size(), 2u);
  settle();
  EXPECT_EQ(committed(partition(0)), state(2, ids({2, 3}), 4, 11));
  EXPECT_EQ(committed(partition(1)), state(2, ids({2, 3}), 4, 11));
  EXPECT_EQ(recipients(partition(0)), (Numbers{1, 2, 3})) << "the old leader is told to follow";
  EXPECT_EQ(recipients(partition(1)), (Numbers{2, 3}));
  EXPECT_EQ(stopped(1, partition(1)), false);
  EXPECT_FALSE(stopped(1, partition(0)));
  EXPECT_EQ(shutdown_answer().error, ErrorCode::kNone);
  EXPECT_TRUE(shutdown_answer().remaining.empty());
}

TEST_F(Requests, APartitionThatNobodyCanTakeOverRemains) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1})));
  elect_and_settle();
  shut_down(1);
  settle();
  EXPECT_EQ(shutdown_answer().remaining, std::vector<TopicPartition>{partition(0)});
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(1));
}

TEST_F(Requests, ASingleReplicaIsLeftAloneByAShutdown) {
  healthy_partitions();
  shut_down(3);
  settle();
  EXPECT_EQ(committed(partition(2)), state(3, ids({3}), 3, 10));
  EXPECT_TRUE(shutdown_answer().remaining.empty());
}

TEST_F(Requests, AfterAShutdownTheDeathOfTheBrokerMovesNothing) {
  healthy_partitions();
  shut_down(1);
  settle();
  broker_dies(1);
  EXPECT_TRUE(writes.empty());
}

TEST_F(Requests, ABrokerThatIsShuttingDownDoesNotReturnToAnIsr) {
  healthy_partitions();
  shut_down(1);
  settle();
  forget();
  propose_isr(partition(0), ids({2, 3, 1}));
  settle();
  EXPECT_EQ(alter_answer().items[0].error, ErrorCode::kIneligibleReplica);
}

TEST_F(Requests, ABrokerThatRegistersAnewIsNotShuttingDownAnyMore) {
  healthy_partitions();
  shut_down(1);
  settle();
  broker_starts(1, 200);
  settle();
  EXPECT_TRUE(core.context().is_live(BrokerId(1)));
  forget();
  propose_isr(partition(0), ids({2, 3, 1}));
  settle();
  EXPECT_EQ(alter_answer().items[0].error, ErrorCode::kNone);
}

TEST_F(Requests, AnOldIncarnationCannotShutTheNewOneDown) {
  healthy_partitions();
  event([&](Effects& out) { core.controlled_shutdown(1, BrokerId(1), BrokerEpoch(99), out); });
  EXPECT_EQ(shutdown_answer().error, ErrorCode::kStaleBrokerEpoch);
  EXPECT_TRUE(writes.empty());
}

TEST_F(Requests, AnUnknownBrokerCannotShutDown) {
  healthy_partitions();
  event([&](Effects& out) { core.controlled_shutdown(1, BrokerId(9), BrokerEpoch(99), out); });
  EXPECT_EQ(shutdown_answer().error, ErrorCode::kUnknownServerError);
  forget();
  event([&](Effects& out) { core.controlled_shutdown(1, BrokerId(9), kNoBrokerEpoch, out); });
  EXPECT_EQ(shutdown_answer().error, ErrorCode::kBrokerNotAvailable);
}

TEST_F(Requests, TwoBrokersShutDownAtOnceAndTheThirdTakesOver) {
  healthy_partitions();
  shut_down(1, 1);
  shut_down(2, 2);
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(3));
  EXPECT_EQ(committed(partition(0)).isr, ids({3}));
  EXPECT_EQ(committed(partition(1)).leader, BrokerId(3));
  EXPECT_EQ(all<AnswerControlledShutdown>().size(), 2u);
}

// ---- ElectLeaders ------------------------------------------------------------------------------

TEST_F(Requests, APreferredElectionIsAnsweredWhenItIsWritten) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(2, ids({2, 1}), 3, 10));
  elect_and_settle();
  elect_leaders(ElectionType::kPreferred, {partition(0)});
  EXPECT_TRUE(all<AnswerElectLeaders>().empty()) << "its outcome is not known yet";
  settle();
  EXPECT_EQ(committed(partition(0)), state(1, ids({2, 1}), 4, 11));
  EXPECT_EQ(recipients(partition(0)), (Numbers{1, 2}));
  EXPECT_EQ(election_outcome().elected.at(partition(0)), BrokerId(1));
  EXPECT_TRUE(election_outcome().settled.empty());
}

TEST_F(Requests, EachPartitionOfAnElectionHasItsOwnError) {
  with_brokers({1, 2, 3});
  with_topic("t", {ids({1, 2}), ids({3, 2})});
  with_topic("u", {ids({4, 2})});
  with_state(partition(0), state(1, ids({1, 2})));
  with_state(partition(1), state(2, ids({2})));
  with_state(partition(0, "u"), state(2, ids({2})));
  elect_and_settle();
  elect_leaders(ElectionType::kPreferred,
                {partition(0), partition(1), partition(0, "u"), partition(7)});
  settle();
  EXPECT_TRUE(election_outcome().elected.empty());
  const auto answer = election_outcome().settled;
  EXPECT_EQ(answer.at(partition(0)).code, ErrorCode::kElectionNotNeeded);
  EXPECT_EQ(answer.at(partition(1)).code, ErrorCode::kPreferredLeaderNotAvailable);
  EXPECT_EQ(answer.at(partition(1)).detail,
            "Failed to elect leader for partition t-1 under strategy "
            "PreferredReplicaPartitionLeaderElectionStrategy");
  EXPECT_EQ(answer.at(partition(0, "u")).code, ErrorCode::kPreferredLeaderNotAvailable);
  EXPECT_EQ(answer.at(partition(7)).code, ErrorCode::kUnknownTopicOrPartition);
}

TEST_F(Requests, AnUncleanElectionIsDoneOnRequestWhateverTheTopicSays) {
  with_brokers({2});
  with_topic("t", {ids({1, 2}), ids({1, 3})});
  with_state(partition(0), state(-1, ids({1})));
  with_state(partition(1), state(-1, ids({1})));
  elect_and_settle();
  elect_leaders(ElectionType::kUnclean, {partition(0), partition(1)});
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(2));
  EXPECT_EQ(election_outcome().elected.at(partition(0)), BrokerId(2));
  EXPECT_EQ(election_outcome().settled.at(partition(1)).code,
            ErrorCode::kEligibleLeadersNotAvailable);
}

TEST_F(Requests, AnUncleanElectionIsNotNeededWhereALeaderLives) {
  healthy_partitions();
  elect_leaders(ElectionType::kUnclean, {partition(0)});
  EXPECT_EQ(election_outcome().settled.at(partition(0)).code, ErrorCode::kElectionNotNeeded);
}

// ---- Leader balance ----------------------------------------------------------------------------

TEST_F(Requests, AnImbalanceAboveThePercentageIsCorrected) {
  with_brokers({1, 2});
  std::vector<BrokerIds> assignments(10, ids({1, 2}));
  with_topic("t", assignments);
  for (std::int32_t p = 0; p < 10; ++p) {
    with_state(partition(p), state(p < 2 ? 2 : 1, ids({1, 2})));
  }
  elect_and_settle();
  event([&](Effects& out) { core.on_leader_balance_tick(out); });
  settle();
  EXPECT_EQ(committed(partition(0)).leader, BrokerId(1));
  EXPECT_EQ(committed(partition(1)).leader, BrokerId(1));
}

TEST_F(Requests, AnImbalanceOfJustThePercentageIsLeft) {
  with_brokers({1, 2});
  std::vector<BrokerIds> assignments(10, ids({1, 2}));
  with_topic("t", assignments);
  for (std::int32_t p = 0; p < 10; ++p) {
    with_state(partition(p), state(p < 1 ? 2 : 1, ids({1, 2})));
  }
  elect_and_settle();
  event([&](Effects& out) { core.on_leader_balance_tick(out); });
  EXPECT_TRUE(writes.empty());
}

TEST_F(Requests, ABalanceMovesNothingToAReplicaOutsideTheIsr) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(2, ids({2})));
  elect_and_settle();
  event([&](Effects& out) { core.on_leader_balance_tick(out); });
  EXPECT_TRUE(writes.empty());
}

TEST_F(Requests, OnlyTheRegisteredEpochOfABrokerMayAllocateProducerIds) {
  healthy_partitions();
  EXPECT_EQ(core.check_broker(BrokerId(1), BrokerEpoch(100)), ErrorCode::kNone);
  EXPECT_EQ(core.check_broker(BrokerId(1), BrokerEpoch(101)), ErrorCode::kStaleBrokerEpoch);
  EXPECT_EQ(core.check_broker(BrokerId(9), BrokerEpoch(1)), ErrorCode::kBrokerIdNotRegistered);
}

}  // namespace
}  // namespace barnabas::controller
