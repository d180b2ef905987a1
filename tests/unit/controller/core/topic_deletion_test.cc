#include "broker/controller/core/topic_deletion.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

class Deletion : public ::testing::Test, public CoreHarness {
 protected:
  // Topic t on brokers 1 and 2.
  void topic() {
    with_brokers({1, 2});
    with_topic("t", {ids({1, 2})});
    with_state(partition(0), state(1, ids({1, 2}), 3, 10));
    elect_and_settle();
  }
  void ask(const std::string& name = "t") {
    event([&](Effects& out) { core.on_deletions_listed({name}, out); });
  }
  void answer_stop(std::int32_t id, ErrorCode error = ErrorCode::kNone,
                   std::int64_t broker_epoch = 100) {
    StopReplicaData sent;
    sent.partitions.push_back({partition(0), kEpochDuringDelete, true});
    event([&](Effects& out) {
      core.on_stop_replica_answered(BrokerId(id), BrokerEpoch(broker_epoch), sent, ErrorCode::kNone,
                                    {{partition(0), error}}, out);
    });
  }
  ReplicaState replica(std::int32_t id) const {
    return core.context().partition(partition(0))->replica_state(BrokerId(id));
  }
};

TEST_F(Deletion, BrokersForgetTheTopicThenStopItsReplicasThenDeleteThem) {
  topic();
  ask();
  EXPECT_EQ(order,
            (std::vector<std::string>{"UMR 1", "UMR 2", "STOP 1", "STOP 2", "STOP 1", "STOP 2"}));
  EXPECT_EQ(metadata(1, partition(0))->leadership.state.leader, kLeaderDuringDelete);
  EXPECT_EQ(stopped(1, partition(0)), true);
  EXPECT_EQ(stop_replica[0].data->partitions[0].leader_epoch, kEpochDuringDelete);
  EXPECT_TRUE(leader_and_isr.empty());
  EXPECT_TRUE(writes.empty());
}

TEST_F(Deletion, TheZnodesGoWhenEveryReplicaIsDeleted) {
  topic();
  ask();
  answer_stop(1);
  EXPECT_TRUE(all<DeleteTopicNodes>().empty());
  answer_stop(2);
  ASSERT_EQ(all<DeleteTopicNodes>().size(), 1u);
  EXPECT_TRUE(core.context().topic("t"));
  event([&](Effects& out) { core.on_topic_deleted("t", out); });
  EXPECT_FALSE(core.context().topic("t"));
  EXPECT_FALSE(core.context().is_queued_for_deletion("t"));
}

TEST_F(Deletion, AReplicaOnADeadBrokerHaltsTheDeletionUntilItReturns) {
  topic();
  broker_dies(2);
  settle();
  forget();
  ask();
  EXPECT_EQ(replica(2), ReplicaState::kDeletionIneligible);
  answer_stop(1);
  EXPECT_TRUE(all<DeleteTopicNodes>().empty());

  broker_starts(2, 200);
  EXPECT_EQ(stopped(2, partition(0)), true);
  answer_stop(2, ErrorCode::kNone, 200);
  EXPECT_EQ(all<DeleteTopicNodes>().size(), 1u);
}

TEST_F(Deletion, AReplicaThatCannotBeDeletedHaltsTheDeletion) {
  topic();
  ask();
  answer_stop(1);
  answer_stop(2, ErrorCode::kKafkaStorageError);
  EXPECT_TRUE(all<DeleteTopicNodes>().empty());
  EXPECT_TRUE(core.context().topics_ineligible_for_deletion.contains("t"));
}

TEST_F(Deletion, ABrokerThatDiesWhileItDeletesIsAskedAgainWhenItReturns) {
  topic();
  ask();
  answer_stop(1);
  broker_dies(2);
  EXPECT_EQ(replica(2), ReplicaState::kOffline) << "ineligible, and made ready for a retry";
  broker_starts(2, 200);
  EXPECT_EQ(replica(2), ReplicaState::kDeletionStarted);
  answer_stop(2, ErrorCode::kNone, 200);
  EXPECT_EQ(all<DeleteTopicNodes>().size(), 1u);
}

TEST_F(Deletion, AnAnswerOfTheBrokersEarlierLifeDeletesNothing) {
  topic();
  ask();
  answer_stop(1);
  broker_dies(2);
  broker_starts(2, 200);
  answer_stop(2, ErrorCode::kNone, 100);
  EXPECT_TRUE(all<DeleteTopicNodes>().empty());
}

TEST_F(Deletion, AnUnknownTopicsRequestIsDropped) {
  topic();
  ask("nobody");
  ASSERT_EQ(all<DropDeletionRequests>().size(), 1u);
  EXPECT_EQ(all<DropDeletionRequests>()[0].topics, std::vector<std::string>{"nobody"});
}

TEST(DeletionDisabled, EveryRequestIsDropped) {
  CoreHarness harness({.delete_topic_enable = false});
  harness.with_brokers({1});
  harness.with_topic("t", {ids({1})});
  harness.with_state(partition(0), state(1, ids({1})));
  harness.elect_and_settle();
  harness.event([&](Effects& out) { harness.core.on_deletions_listed({"t"}, out); });
  EXPECT_EQ(harness.all<DropDeletionRequests>().size(), 1u);
  EXPECT_TRUE(harness.order.empty());
}

TEST_F(Deletion, ANewControllerGoesOnWithIt) {
  with_brokers({1, 2});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2}), 3, 10));
  snapshot.topics_to_delete = {"t"};
  elect();
  EXPECT_EQ(stopped(1, partition(0)), true);
  EXPECT_EQ(stopped(2, partition(0)), true);
}

TEST_F(Deletion, ANewControllerEndsOneWhoseTopicIsGoneAlready) {
  with_brokers({1});
  snapshot.topics_to_delete = {"t"};
  elect();
  ASSERT_EQ(all<DeleteTopicNodes>().size(), 1u);
  EXPECT_EQ(all<DeleteTopicNodes>()[0].topic, "t");
  EXPECT_TRUE(all<DropDeletionRequests>().empty());
}

TEST(DeletionDisabled, ANewControllerDropsEveryRequest) {
  CoreHarness harness({.delete_topic_enable = false});
  harness.with_brokers({1});
  harness.with_topic("t", {ids({1})});
  harness.with_state(partition(0), state(1, ids({1})));
  harness.snapshot.topics_to_delete = {"t", "gone"};
  harness.elect();
  EXPECT_TRUE(harness.all<DeleteTopicNodes>().empty());
  ASSERT_EQ(harness.all<DropDeletionRequests>().size(), 1u);
  EXPECT_EQ(harness.all<DropDeletionRequests>()[0].topics, (std::vector<std::string>{"t", "gone"}));
}

TEST_F(Deletion, ANewControllerWaitsForADeadReplica) {
  with_brokers({1});
  with_topic("t", {ids({1, 2})});
  with_state(partition(0), state(1, ids({1, 2}), 3, 10));
  snapshot.topics_to_delete = {"t"};
  elect();
  EXPECT_FALSE(stopped(1, partition(0)));
  broker_starts(2, 200);
  EXPECT_EQ(stopped(1, partition(0)), true);
  EXPECT_EQ(stopped(2, partition(0)), true);
}

TEST_F(Deletion, NoLeaderIsElectedForATopicThatIsBeingDeleted) {
  topic();
  ask();
  broker_dies(1);
  EXPECT_TRUE(writes.empty());
}

TEST_F(Deletion, PartitionsAddedMeanwhileAreTakenBack) {
  topic();
  ask();
  TopicSnapshot grown{"t", topic_id_of("t"), {}};
  grown.assignment[PartitionId(0)].replicas = ids({1, 2});
  grown.assignment[PartitionId(1)].replicas = ids({1, 2});
  event([&](Effects& out) { core.on_topics_read({grown}, out); });
  ASSERT_EQ(all<RestoreAssignment>().size(), 1u);
  EXPECT_EQ(all<RestoreAssignment>()[0].assignment.size(), 1u);
}

TEST_F(Deletion, AnElectionUnderWayEndsWithoutTellingAnybody) {
  topic();
  broker_dies(1);
  ASSERT_EQ(writes.size(), 1u);
  ask();
  settle();
  EXPECT_TRUE(leader_and_isr.empty());
}

}  // namespace
}  // namespace barnabas::controller
