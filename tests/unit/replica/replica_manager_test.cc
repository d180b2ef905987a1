// The shells as one: a broker's replica manager on logs in memory and virtual time.
#include "broker/replica/replica_manager.h"

#include <gtest/gtest.h>

#include "broker/protocol/messages/alter_partition.h"
#include "broker/protocol/messages/fetch.h"
#include "tests/unit/replica/doubles.h"
#include "zkclient/documents.h"

namespace barnabas::replica {
namespace {

using protocol::AlterPartitionRequest;
using protocol::AlterPartitionResponse;
using protocol::FetchRequest;

class ReplicaManagerTest : public testing::Test, public BrokerFixture {};

// ---- orders of the controller

TEST_F(ReplicaManagerTest, OlderBrokerOrControllerEpochRefusesTheWholeRequest) {
  EXPECT_EQ(manager->become_leader_or_follower(stamp(1, 99), {}).error().code,
            ErrorCode::kStaleBrokerEpoch);
  EXPECT_TRUE(manager->stop_replicas(stamp(4), {}));
  EXPECT_EQ(manager->update_metadata(stamp(3), {}).error().code, ErrorCode::kStaleControllerEpoch);
  EXPECT_TRUE(manager->is_broker_epoch_stale(BrokerEpoch{99}));
  EXPECT_FALSE(manager->is_broker_epoch_stale(BrokerEpoch{100}));
}
TEST_F(ReplicaManagerTest, LeaderAssignsItsEpochToAnEmptyLog) {
  lead({1, 2, 3});
  EXPECT_TRUE(partition()->is_leader());
  EXPECT_EQ(logs.find(kPartition)->latest_epoch(), LeaderEpoch{5});
}
TEST_F(ReplicaManagerTest, OtherTopicIdIsInconsistentAndNotApplied) {
  lead({1, 2, 3});
  EXPECT_EQ(told_state(told(1, 6, {1}, 8), kPartition, Uuid{{8}}), ErrorCode::kInconsistentTopicId);
  EXPECT_EQ(partition()->leader_epoch(), LeaderEpoch{5});
}
TEST_F(ReplicaManagerTest, OtherTopicIdThanALogOfTheLastRunIsInconsistent) {
  ASSERT_TRUE(logs.get_or_create(kPartition, Uuid{{8}}, {}));
  EXPECT_EQ(told_state(told(1, 6, {1}, 8)), ErrorCode::kInconsistentTopicId);
}
TEST_F(ReplicaManagerTest, FollowerOfADeadLeaderOpensItsLogAndChangesNothingElse) {
  ASSERT_TRUE(update_metadata({1, 3}));
  EXPECT_EQ(told_state(told(2, 5, {2, 1}, 7)), ErrorCode::kNone);
  EXPECT_NE(logs.find(kPartition), nullptr);
  EXPECT_EQ(partition()->leader_epoch(), kNoLeaderEpoch);
  run_for(seconds(1));
  EXPECT_TRUE(transport.sent.empty());
}
TEST_F(ReplicaManagerTest, FollowerFetchesFromItsLeader) {
  EXPECT_EQ(told_state(told(2, 5, {2, 1}, 7)), ErrorCode::kNone);
  run_for(milliseconds(1));
  const auto request = transport.next<FetchRequest>();
  EXPECT_EQ(transport.sent.front().host, "host2");
  EXPECT_EQ(request.replica_state.replica_id, BrokerId{1});
  EXPECT_EQ(request.replica_state.replica_epoch, 100);
  EXPECT_EQ(request.session_id, 0);
  EXPECT_EQ(request.session_epoch, -1);
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_EQ(request.topics[0].topic_id, kTopicId);
  EXPECT_EQ(request.topics[0].partitions[0].current_leader_epoch, 5);
}
TEST_F(ReplicaManagerTest, ReplicasOfAFailedDirectoryGoOffline) {
  lead({1, 2, 3});
  logs.fail_directory_of(kPartition);
  manager->on_log_dir_failure();
  EXPECT_TRUE(partition()->is_offline());
  EXPECT_FALSE(partition()->is_leader());
  EXPECT_EQ(told_state(told(1, 6, {1}, 8)), ErrorCode::kKafkaStorageError);
}
TEST_F(ReplicaManagerTest, FollowerOfAFailedDirectoryFetchesNoMore) {
  told_state(told(2, 5, {2, 1}, 7));
  run_for(milliseconds(1));
  ASSERT_EQ(transport.sent.size(), 1u);
  transport.sent.clear();
  logs.fail_directory_of(kPartition);
  manager->on_log_dir_failure();
  run_for(seconds(2));
  EXPECT_TRUE(transport.sent.empty());
}
TEST_F(ReplicaManagerTest, ReplicaThatMayLieInAFailedDirectoryIsNotMadeAnew) {
  logs.fail_directory_of(kPartition);
  EXPECT_EQ(told_state(told(1, 5, {1, 2}, 7)), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(logs.find(kPartition), nullptr);
  EXPECT_TRUE(partition()->is_offline());
}
TEST_F(ReplicaManagerTest, BecomingLeaderEndsFetching) {
  told_state(told(2, 5, {2, 1}, 7));
  run_for(milliseconds(1));
  ASSERT_EQ(transport.sent.size(), 1u);
  lead({1}, 6, 8);
  run_for(seconds(2));
  EXPECT_TRUE(transport.sent.empty());
}
// A coordinator that is told of a later epoch loads its whole log anew.
TEST_F(ReplicaManagerTest, LeaderThatStaysIsToldOfTheEpochInWhichItBegan) {
  struct Observer final : LeadershipObserver {
    void on_leader(const TopicPartition&, LeaderEpoch epoch) override { led.push_back(epoch); }
    void on_not_leader(const TopicPartition&, std::optional<LeaderEpoch>) override {}
    void on_metadata_update(const MetadataSnapshot&, const std::vector<TopicPartition>&) override {}
    std::vector<LeaderEpoch> led;
  } observer;
  manager->set_leadership_observer(&observer);
  lead({1, 2, 3});
  lead({1, 2}, 6, 8);
  told_state(told(2, 7, {1, 2}, 9));
  lead({1, 2}, 8, 10);
  EXPECT_EQ(observer.led, (std::vector{LeaderEpoch{5}, LeaderEpoch{5}, LeaderEpoch{8}}));
  manager->set_leadership_observer(nullptr);
}
TEST_F(ReplicaManagerTest, StopReplicaOfAnOlderEpochIsFenced) {
  lead({1, 2, 3});
  const auto answers = manager->stop_replicas(stamp(), {{kPartition, LeaderEpoch{4}, true}});
  EXPECT_EQ(answers->front(), ErrorCode::kFencedLeaderEpoch);
  EXPECT_NE(partition(), nullptr);
}
TEST_F(ReplicaManagerTest, StopReplicaWithDeletionRemovesReplicaAndLog) {
  lead({1, 2, 3});
  const auto answers = manager->stop_replicas(stamp(), {{kPartition, kEpochDuringDelete, true}});
  EXPECT_EQ(answers->front(), ErrorCode::kNone);
  EXPECT_EQ(partition(), nullptr);
  EXPECT_EQ(logs.find(kPartition), nullptr);
}
TEST_F(ReplicaManagerTest, StopReplicaWithDeletionRemovesALogThatNobodyHasOpened) {
  ASSERT_TRUE(logs.get_or_create(kPartition, kTopicId, {}));
  ASSERT_TRUE(manager->stop_replicas(stamp(), {{kPartition, kEpochDuringDelete, true}}));
  EXPECT_EQ(logs.find(kPartition), nullptr);
}
TEST_F(ReplicaManagerTest, StopReplicaOfAnUnknownPartitionIsNoError) {
  EXPECT_EQ(manager->stop_replicas(stamp(), {{kPartition, LeaderEpoch{1}, true}})->front(),
            ErrorCode::kNone);
}
TEST_F(ReplicaManagerTest, StopReplicaWithoutDeletionEndsFetchingOnly) {
  told_state(told(2, 5, {2, 1}, 7));
  run_for(milliseconds(1));
  ASSERT_TRUE(manager->stop_replicas(stamp(), {{kPartition, LeaderEpoch{5}, false}}));
  run_for(seconds(2));
  EXPECT_TRUE(transport.sent.empty());
  EXPECT_NE(logs.find(kPartition), nullptr);
}

// ---- append

TEST_F(ReplicaManagerTest, AcksLeaderIsAnsweredAtOnce) {
  lead({1, 2, 3});
  Appended first;
  Appended second;
  append(first, 3, Acks::kLeader);
  append(second, 2, Acks::kLeader);
  ASSERT_TRUE(first.outcomes && second.outcomes);
  EXPECT_EQ(second.outcomes->front().error, ErrorCode::kNone);
  EXPECT_EQ(second.outcomes->front().base_offset, Offset{3});
  EXPECT_FALSE(second.parked);
}
TEST_F(ReplicaManagerTest, AcksAllWaitsForEveryInSyncReplica) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3);
  EXPECT_TRUE(appended.parked);
  Fetched two;
  Fetched three;
  fetch(two, 2, 3);
  EXPECT_FALSE(appended.outcomes);
  fetch(three, 3, 3);
  ASSERT_TRUE(appended.outcomes);
  EXPECT_EQ(appended.outcomes->front().error, ErrorCode::kNone);
  EXPECT_EQ(appended.outcomes->front().base_offset, Offset{0});
}
TEST_F(ReplicaManagerTest, AcksAllTimesOut) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3, Acks::kAll, milliseconds(200));
  run_for(milliseconds(199));
  EXPECT_FALSE(appended.outcomes);
  run_for(milliseconds(1));
  ASSERT_TRUE(appended.outcomes);
  EXPECT_EQ(appended.outcomes->front().error, ErrorCode::kRequestTimedOut);
}
TEST_F(ReplicaManagerTest, LosingLeadershipAnswersWhatWaits) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3);
  told_state(told(2, 6, {2, 3}, 8));
  ASSERT_TRUE(appended.outcomes);
  EXPECT_EQ(appended.outcomes->front().error, ErrorCode::kNotLeaderOrFollower);
}
TEST_F(ReplicaManagerTest, DeletionAnswersWhatWaits) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3);
  Fetched consumer;
  fetch(consumer, -1, 0);
  ASSERT_TRUE(manager->stop_replicas(stamp(), {{kPartition, kEpochDuringDelete, true}}));
  ASSERT_TRUE(appended.outcomes && consumer.outcomes);
  EXPECT_EQ(appended.outcomes->front().error, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(consumer.outcomes->front().error, ErrorCode::kNotLeaderOrFollower);
}
TEST_F(ReplicaManagerTest, UnknownAndForeignPartitionsAreToldApart) {
  Appended unknown;
  append(unknown, 1);
  EXPECT_EQ(unknown.outcomes->front().error, ErrorCode::kUnknownTopicOrPartition);
  MetadataUpdate update;
  update.partitions.push_back({"first", kTopicId, PartitionId{0}, {}});
  update.partitions.back().state.leader = BrokerId{2};
  ASSERT_TRUE(manager->update_metadata(stamp(), update));
  Appended foreign;
  append(foreign, 1);
  EXPECT_EQ(foreign.outcomes->front().error, ErrorCode::kNotLeaderOrFollower);
}
TEST_F(ReplicaManagerTest, TopicsMinInsyncReplicasIsReadFromItsConfig) {
  ASSERT_EQ(model
                .write({zk::Op::create("/config", ""), zk::Op::create("/config/topics", ""),
                        zk::Op::create("/config/topics/first",
                                       R"({"version":1,"config":{"min.insync.replicas":"2"}})")})
                .error,
            zk::ZkError::kOk);
  std::optional<bool> loaded;
  configs.ensure_loaded({"first", "second"}, [&](bool all) { loaded = all; });
  run_for(seconds(1));
  ASSERT_EQ(loaded, true);
  EXPECT_EQ(configs.get("second").min_insync_replicas, 1);
  lead({1});
  Appended appended;
  append(appended, 1);
  EXPECT_EQ(appended.outcomes->front().error, ErrorCode::kNotEnoughReplicas);
}
TEST_F(ReplicaManagerTest, ChangedMinInsyncReplicasHoldsForThePartitionThatIsLed) {
  const auto config_of = [](const char* min_isr) {
    return zk::ConfigZnode{{{"min.insync.replicas", min_isr}}}.encode();
  };
  model.write({zk::Op::create("/config", ""), zk::Op::create("/config/topics", ""),
               zk::Op::create("/config/topics/first", config_of("1"))});
  configs.ensure_loaded({"first"}, [](bool) {});
  run_for(seconds(1));
  lead({1});
  Appended before;
  append(before, 1);
  EXPECT_EQ(before.outcomes->front().error, ErrorCode::kNone);
  model.write({zk::Op::set_data("/config/topics/first", config_of("2"), zk::kAnyVersion)});
  configs.read({"first"}, [this](const auto& found) {
    if (found) manager->on_topic_config_changed("first");
  });
  run_for(seconds(1));
  Appended after;
  append(after, 1);
  EXPECT_EQ(after.outcomes->front().error, ErrorCode::kNotEnoughReplicas);
}

// Otherwise a topic of the same name that is made later would have them.
TEST_F(ReplicaManagerTest, ReadingTheConfigOfAnUnknownTopicLeavesItUnknown) {
  model.write({zk::Op::create("/config", ""), zk::Op::create("/config/topics", ""),
               zk::Op::create("/config/topics/first",
                              zk::ConfigZnode{{{"min.insync.replicas", "2"}}}.encode())});
  std::optional<TopicConfigs::OverridesOfTopics> read;
  configs.read({"first", "second"}, [&](const auto& found) { read = found; });
  run_for(seconds(1));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("first").at("min.insync.replicas"), "2");
  EXPECT_TRUE(read->at("second").empty());
  EXPECT_TRUE(configs.known_topics().empty());
}

// ---- fetch

TEST_F(ReplicaManagerTest, FollowerWaitsForDataAndIsWokenByAnAppend) {
  lead({1, 2, 3});
  Fetched follower;
  fetch(follower, 2, 0);
  EXPECT_TRUE(follower.parked);
  Appended appended;
  append(appended, 3);
  ASSERT_TRUE(follower.outcomes);
  EXPECT_GT(follower.outcomes->front().size_bytes, 0);
}
// Records that the in-sync replicas lack may vanish: no consumer sees them.
TEST_F(ReplicaManagerTest, ConsumerIsWokenByTheHighWatermarkOnly) {
  lead({1, 2, 3});
  Fetched consumer;
  fetch(consumer, -1, 0);
  Appended appended;
  append(appended, 3);
  EXPECT_FALSE(consumer.outcomes);
  Fetched two;
  Fetched three;
  fetch(two, 2, 3);
  EXPECT_FALSE(consumer.outcomes);
  fetch(three, 3, 3);
  ASSERT_TRUE(consumer.outcomes);
  EXPECT_EQ(bytes_of(consumer.outcomes->front().records).size(), produced.back().size());
  EXPECT_EQ(consumer.outcomes->front().high_watermark, Offset{3});
}
TEST_F(ReplicaManagerTest, FetchIsAnsweredEmptyWhenItsTimeIsOver) {
  lead({1, 2, 3});
  Fetched consumer;
  fetch(consumer, -1, 0, 5, milliseconds(500));
  run_for(milliseconds(499));
  EXPECT_FALSE(consumer.outcomes);
  run_for(milliseconds(1));
  ASSERT_TRUE(consumer.outcomes);
  EXPECT_EQ(consumer.outcomes->front().error, ErrorCode::kNone);
  EXPECT_EQ(consumer.outcomes->front().size_bytes, 0);
}
TEST_F(ReplicaManagerTest, WaitingFetchIsFencedByANewLeaderEpoch) {
  lead({1, 2, 3});
  Fetched follower;
  fetch(follower, 2, 0);
  lead({1, 2, 3}, 6, 8);
  ASSERT_TRUE(follower.outcomes);
  EXPECT_EQ(follower.outcomes->front().error, ErrorCode::kFencedLeaderEpoch);
}
TEST_F(ReplicaManagerTest, ErrorIsAnsweredAtOnce) {
  lead({1, 2, 3});
  Fetched follower;
  fetch(follower, 2, 7);
  ASSERT_TRUE(follower.outcomes);
  EXPECT_EQ(follower.outcomes->front().error, ErrorCode::kOffsetOutOfRange);
}
// Completed from the purgatory a fetch says nothing new of the follower.
TEST_F(ReplicaManagerTest, WaitingFetchUpdatesTheFollowerOnlyOnce) {
  lead({1, 2, 3});
  Fetched two;
  fetch(two, 2, 0);
  Appended appended;
  append(appended, 3);
  Fetched three;
  fetch(three, 3, 3);
  EXPECT_EQ(partition()->high_watermark(), Offset{0});
}

// ---- ISR

class IsrOverTheWire : public ReplicaManagerTest {
 protected:
  void SetUp() override {
    lead({1, 2});
    Fetched three;
    fetch(three, 3, 0, 5, Duration{0});
    run_for(milliseconds(1));
  }
  void grant(const AlterPartitionRequest& request, std::int32_t partition_epoch) {
    AlterPartitionResponse response;
    auto& topic = response.topics.emplace_back();
    topic.topic_id = request.topics[0].topic_id;
    auto& answer = topic.partitions.emplace_back();
    answer.partition_index = request.topics[0].partitions[0].partition_index;
    answer.leader_id = BrokerId{1};
    answer.leader_epoch = request.topics[0].partitions[0].leader_epoch;
    answer.partition_epoch = partition_epoch;
    for (const auto& member : request.topics[0].partitions[0].new_isr_with_epochs) {
      answer.isr.push_back(member.broker_id);
    }
    transport.answer(response);
  }
};
TEST_F(IsrOverTheWire, IsAskedOfTheControllerWithTopicIdAndBrokerEpoch) {
  const auto request = transport.next<AlterPartitionRequest>();
  EXPECT_EQ(transport.sent.front().host, "host3");
  EXPECT_EQ(transport.sent.front().version, 3);
  EXPECT_EQ(request.broker_id, BrokerId{1});
  EXPECT_EQ(request.broker_epoch, 100);
  EXPECT_EQ(request.topics[0].topic_id, kTopicId);
  const auto& partition_data = request.topics[0].partitions[0];
  EXPECT_EQ(partition_data.leader_epoch, 5);
  EXPECT_EQ(partition_data.partition_epoch, 7);
  ASSERT_EQ(partition_data.new_isr_with_epochs.size(), 3u);
  EXPECT_EQ(partition_data.new_isr_with_epochs[2].broker_id, BrokerId{3});
  EXPECT_EQ(partition_data.new_isr_with_epochs[2].broker_epoch, -1);
}
TEST_F(IsrOverTheWire, GrantedIsCommitted) {
  grant(transport.next<AlterPartitionRequest>(), 8);
  EXPECT_EQ(partition()->status().isr, brokers({1, 2, 3}));
  EXPECT_EQ(partition()->status().partition_epoch, PartitionEpoch{8});
}
TEST_F(IsrOverTheWire, TopLevelErrorAndLostConnectionAreTriedAgainAfter50Ms) {
  AlterPartitionResponse refused;
  refused.error_code = ErrorCode::kNotController;
  transport.answer(refused);
  EXPECT_TRUE(transport.sent.empty());
  run_for(milliseconds(49));
  EXPECT_TRUE(transport.sent.empty());
  run_for(milliseconds(1));
  transport.fail(ErrorCode::kNetworkException);
  run_for(milliseconds(50));
  grant(transport.next<AlterPartitionRequest>(), 8);
  EXPECT_EQ(partition()->status().isr, brokers({1, 2, 3}));
}
TEST_F(IsrOverTheWire, AnotherControllerIsAskedAtOnce) {
  ASSERT_EQ(transport.sent.front().host, "host3");
  ASSERT_TRUE(update_metadata({1, 2, 3}, 2));
  ASSERT_EQ(transport.sent.size(), 1u);
  EXPECT_EQ(transport.sent.front().host, "host2");
}
TEST_F(IsrOverTheWire, OneRequestIsOutstandingAndWhatComesMeanwhileGoesInTheNext) {
  const TopicPartition other{"first", PartitionId{1}};
  lead({1, 2}, 5, 7, other);
  FetchParams params;
  params.replica_id = BrokerId{3};
  params.max_bytes = 1000;
  FetchEntry entry;
  entry.topic = other.topic;
  entry.partition = other.partition;
  entry.current_leader_epoch = LeaderEpoch{5};
  entry.max_bytes = 1000;
  Fetched three;
  manager->fetch(params, {entry}, std::make_unique<FetchProbe>(three));
  run_for(milliseconds(1));
  ASSERT_EQ(transport.sent.size(), 1u);
  grant(transport.next<AlterPartitionRequest>(), 8);
  ASSERT_EQ(transport.sent.size(), 1u);
  EXPECT_EQ(transport.next<AlterPartitionRequest>().topics[0].partitions[0].partition_index, 1);
}
TEST_F(ReplicaManagerTest, LaggingFollowerIsDroppedByTheTimer) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3);
  Fetched two;
  run_for(milliseconds(29000));
  fetch(two, 2, 3);
  run_for(milliseconds(16001));
  const auto request = transport.next<AlterPartitionRequest>();
  EXPECT_EQ(request.topics[0].partitions[0].new_isr_with_epochs.size(), 2u);
}

// ---- high watermark checkpoint, and the end

TEST_F(ReplicaManagerTest, HighWatermarksAreCheckpointedFromTheFirstLeaderAndIsrOn) {
  lead({1});
  Appended appended;
  append(appended, 3);
  EXPECT_EQ(logs.checkpointed_high_watermark(kPartition), Offset{0});
  run_for(milliseconds(5001));
  EXPECT_EQ(logs.checkpointed_high_watermark(kPartition), Offset{3});
}
TEST_F(ReplicaManagerTest, CleanShutdownWritesTheHighWatermarks) {
  lead({1});
  Appended appended;
  append(appended, 3);
  manager->shutdown();
  EXPECT_EQ(logs.checkpointed_high_watermark(kPartition), Offset{3});
}
TEST_F(ReplicaManagerTest, DestroyedWithOperationsWaitingLeavesNothingBehind) {
  lead({1, 2, 3});
  Appended appended;
  append(appended, 3);
  Fetched consumer;
  fetch(consumer, -1, 0);
  std::weak_ptr<Partition> weak = partition();
  manager.reset();
  EXPECT_TRUE(weak.expired());
  run_for(seconds(60));
  EXPECT_FALSE(appended.outcomes || consumer.outcomes);
}

}  // namespace
}  // namespace barnabas::replica
