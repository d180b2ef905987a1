#include "broker/controller/partition_creator.h"

#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class PartitionCreation : public ControllerWorld {
 protected:
  PartitionCreation() {
    start(1);
    start(2);
    EXPECT_EQ(create_topic(1, topic_on("t", {{k1, k2}})).error.code, ErrorCode::kNone);
  }

  Error grow(const NewPartitions& asked, bool validate_only = false, Duration timeout = seconds(10),
             std::int32_t at = 1) {
    std::optional<Error> answer;
    on(at, [&](Controller& c) {
      c.create_partitions({asked}, timeout, validate_only,
                          [&](std::vector<Error> answers) { answer = answers.at(0); });
    });
    for (int i = 0; i < 300 && !answer; ++i) run(milliseconds(50));
    EXPECT_TRUE(answer) << "no answer";
    return answer.value_or(Error{ErrorCode::kUnknownServerError, {}});
  }
  zk::TopicZnode topic() const { return *zk::TopicZnode::decode(*data("/brokers/topics/t")); }
};

TEST_F(PartitionCreation, NewPartitionsHaveLeadersWhenItIsAnswered) {
  const auto id = topic().topic_id;
  EXPECT_EQ(grow({"t", 3, std::nullopt}).code, ErrorCode::kNone);
  EXPECT_EQ(topic().partitions.size(), 3u);
  EXPECT_EQ(topic().topic_id, id);
  for (std::int32_t partition = 0; partition < 3; ++partition) {
    const auto now = state("t", partition);
    EXPECT_EQ(now.leader, topic().partitions.at(PartitionId(partition)).front());
    EXPECT_EQ(now.isr.size(), 2u);
  }
  // The old one is left alone.
  EXPECT_EQ(state("t", 0).leader_epoch, LeaderEpoch(0));
}

TEST_F(PartitionCreation, ValidateOnlyWritesNothing) {
  EXPECT_EQ(grow({"t", 3, std::nullopt}, true).code, ErrorCode::kNone);
  EXPECT_EQ(topic().partitions.size(), 1u);
  EXPECT_EQ(grow({"t", 1, std::nullopt}, true).code, ErrorCode::kInvalidPartitions);
}

TEST_F(PartitionCreation, WithoutATimeoutItIsWrittenAndAnsweredTimedOut) {
  EXPECT_EQ(grow({"t", 2, std::nullopt}, false, Duration::zero()).code,
            ErrorCode::kRequestTimedOut);
  run(milliseconds(100));
  EXPECT_EQ(state("t", 1).isr.size(), 2u);
}

TEST_F(PartitionCreation, TopicsThatCannotGrowAreRefusedInKafkasWords) {
  EXPECT_EQ(grow({"none", 2, std::nullopt}).code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(grow({"none", 2, std::nullopt}).detail, "The topic 'none' does not exist.");
  EXPECT_EQ(grow({"a/b", 2, std::nullopt}).code, ErrorCode::kUnknownTopicOrPartition);
  zk::TopicZnode reassigned = topic();
  reassigned.adding_replicas[PartitionId(0)] = {k3};
  model.write({zk::Op::set_data("/brokers/topics/t", reassigned.encode(), zk::kAnyVersion)});
  const Error busy = grow({"t", 2, std::nullopt});
  EXPECT_EQ(busy.code, ErrorCode::kReassignmentInProgress);
  EXPECT_EQ(busy.detail, "A partition reassignment is in progress for the topic 't'.");
}

TEST_F(PartitionCreation, ATopicThatIsBeingDeletedDoesNotGrow) {
  brokers.set_deaf(2, true);
  model.write({zk::Op::create("/admin/delete_topics/t", {})});
  run(milliseconds(50));
  const Error error = grow({"t", 2, std::nullopt});
  EXPECT_EQ(error.code, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(error.detail, "The topic is queued for deletion.");
}

TEST_F(PartitionCreation, OnlyTheControllerAddsPartitions) {
  EXPECT_EQ(grow({"t", 2, std::nullopt}, false, seconds(10), 2).code, ErrorCode::kNotController);
  EXPECT_EQ(topic().partitions.size(), 1u);
}

// The node is written, its controller dies before it has seen it.
TEST_F(PartitionCreation, TheNextControllerBringsWhatWasWrittenToLife) {
  zk::TopicZnode grown = topic();
  grown.partitions[PartitionId(1)] = {k2};
  const std::int64_t session = nodes.at(1)->zookeeper->session().id;
  nodes.at(1)->home.kill();
  nodes.erase(1);
  model.write({zk::Op::set_data("/brokers/topics/t", grown.encode(), zk::kAnyVersion)});
  model.expire(session);
  run(seconds(1));
  EXPECT_EQ(state("t", 1).leader, k2);
}

}  // namespace
}  // namespace barnabas::controller
