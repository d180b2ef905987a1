#include "broker/controller/core/request_batch.h"

#include <gtest/gtest.h>

#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

class Batch : public ::testing::Test {
 protected:
  Batch() {
    for (std::int32_t id : {1, 2, 3}) context_.put_broker(broker(id));
    context_.add_topic("t", topic_id_of("t"));
    for (std::int32_t p : {0, 1}) {
      Partition& known = context_.topic("t")->partitions[PartitionId(p)];
      known.assignment.replicas = ids({1, 2});
      known.leadership = Leadership{state(p + 1, ids({1, 2}), 6, 40), ControllerEpoch(4)};
    }
  }
  template <typename Kind>
  std::vector<Kind> send() {
    Effects out;
    batch_.send(context_, out);
    std::vector<Kind> result;
    for (const Effect& effect : out) {
      if (const Kind* kind = std::get_if<Kind>(&effect)) result.push_back(*kind);
    }
    return result;
  }

  ControllerContext context_{ControllerEpoch(5)};
  RequestBatch batch_;
};

TEST_F(Batch, GoesOutAsLeaderAndIsrThenUpdateMetadataThenStopReplica) {
  batch_.add_stop_replica(context_, BrokerId(2), partition(1), false);
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), false);
  Effects out;
  batch_.send(context_, out);
  ASSERT_EQ(out.size(), 5u);
  EXPECT_TRUE(std::holds_alternative<SendLeaderAndIsr>(out.front()));
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(std::holds_alternative<SendUpdateMetadata>(out[i]));
  EXPECT_TRUE(std::holds_alternative<SendStopReplica>(out.back()));
}

TEST_F(Batch, BearsTheControllerEpochOfTheStoredStateAndTheReceiversBrokerEpoch) {
  batch_.add_leader_and_isr(context_, ids({2}), partition(0), false);
  const auto sent = send<SendLeaderAndIsr>();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].data->partitions[0].leadership.controller_epoch, ControllerEpoch(4));
  EXPECT_EQ(sent[0].broker_epoch, BrokerEpoch(100));
}

TEST_F(Batch, IsNewSticks) {
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), true);
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), false);
  EXPECT_TRUE(send<SendLeaderAndIsr>()[0].data->partitions[0].is_new);
}

TEST_F(Batch, DeletePartitionSticks) {
  batch_.add_stop_replica(context_, BrokerId(1), partition(0), true);
  batch_.add_stop_replica(context_, BrokerId(1), partition(0), false);
  EXPECT_TRUE(send<SendStopReplica>()[0].data->partitions[0].delete_partition);
}

TEST_F(Batch, NamesOnlyTheLiveLeadersOfItsPartitions) {
  batch_.add_leader_and_isr(context_, ids({1}), partition(1), false);
  const auto sent = send<SendLeaderAndIsr>();
  ASSERT_EQ(sent[0].data->live_leaders.size(), 1u);
  EXPECT_EQ(sent[0].data->live_leaders[0].id, BrokerId(2));
}

TEST_F(Batch, ADeadBrokerGetsNothing) {
  batch_.add_leader_and_isr(context_, ids({9}), partition(0), false);
  EXPECT_TRUE(send<SendLeaderAndIsr>().empty());
}

TEST_F(Batch, ABrokerThatIsShuttingDownIsStillTold) {
  context_.set_shutting_down(BrokerId(2));
  batch_.add_leader_and_isr(context_, ids({2}), partition(0), false);
  EXPECT_EQ(send<SendLeaderAndIsr>().size(), 1u);
}

TEST_F(Batch, LeaderAndIsrMakesThePartitionKnownToAll) {
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), false);
  const auto sent = send<SendUpdateMetadata>();
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[2].data->partitions.size(), 1u);
  EXPECT_EQ(sent[2].data->live_brokers.size(), 3u);
  EXPECT_EQ(sent[2].data->topic_ids.at("t"), topic_id_of("t"));
}

TEST_F(Batch, MetadataNamesTheReplicasThatAreOffline) {
  context_.remove_broker(BrokerId(2));
  batch_.add_update_metadata(context_, {partition(0)});
  EXPECT_EQ(send<SendUpdateMetadata>()[0].data->partitions[0].offline_replicas, ids({2}));
}

TEST_F(Batch, MetadataOfADeletedTopicSaysLeaderDuringDelete) {
  context_.topics_to_be_deleted.insert("t");
  batch_.add_update_metadata(context_, {partition(0)});
  const auto entry = send<SendUpdateMetadata>()[0].data->partitions[0];
  EXPECT_EQ(entry.leadership.state.leader, kLeaderDuringDelete);
  EXPECT_EQ(entry.leadership.state.isr, ids({1, 2}));
}

TEST_F(Batch, StopReplicaBearsTheLeaderEpochOrMinusTwoWhenDeleting) {
  batch_.add_stop_replica(context_, BrokerId(1), partition(0), false);
  EXPECT_EQ(send<SendStopReplica>()[0].data->partitions[0].leader_epoch, LeaderEpoch(6));
  context_.topics_to_be_deleted.insert("t");
  batch_.add_stop_replica(context_, BrokerId(1), partition(0), true);
  EXPECT_EQ(send<SendStopReplica>()[0].data->partitions[0].leader_epoch, kEpochDuringDelete);
}

TEST_F(Batch, AReplicaIsNotStoppedOnceItsBrokerIsHereAnew) {
  batch_.add_stop_replica(context_, BrokerId(1), partition(0), false);
  context_.put_broker(broker(1, 200));
  EXPECT_TRUE(send<SendStopReplica>().empty());
}

TEST_F(Batch, TellsWhatIsCommittedWhenItIsSent) {
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), false);
  context_.partition(partition(0))->leadership =
      Leadership{state(2, ids({2}), 7, 41), ControllerEpoch(5)};
  EXPECT_EQ(send<SendLeaderAndIsr>()[0].data->partitions[0].leadership.state.leader, BrokerId(2));
}

TEST_F(Batch, IsEmptyOnceSent) {
  batch_.add_leader_and_isr(context_, ids({1}), partition(0), false);
  send<SendLeaderAndIsr>();
  Effects out;
  batch_.send(context_, out);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace barnabas::controller
