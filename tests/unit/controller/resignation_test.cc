// Requests that have been carried out when the controller resigns: they wait on, for what the next
// controller tells this broker.
#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class ResignationTest : public ControllerWorld {
 protected:
  ResignationTest() {
    start(1, {.auto_leader_rebalance = false});
    start(2, {.auto_leader_rebalance = false});
  }

  // Broker 1 carries `ask` out, hears nothing of it, and loses the controllership to broker 3,
  // which exists in ZooKeeper only.
  void ask_and_resign(std::function<void(Controller&)> ask) {
    brokers.set_deaf(1, true);
    on(1, std::move(ask));
    run(milliseconds(50));
    EXPECT_TRUE(errors.empty()) << "answered before the metadata showed it";
    model.write({zk::Op::set_data("/controller_epoch", "7", zk::kAnyVersion),
                 zk::Op::remove("/controller"),
                 zk::Op::create("/controller", zk::ControllerZnode{k3, 0, -1}.encode())});
    run(milliseconds(50));
    ASSERT_FALSE(controller(1).is_active());
    EXPECT_TRUE(errors.empty()) << "answered by the resignation";
  }
  // The next controller tells broker 1.
  void tell(std::int32_t partition, BrokerId leader) {
    nodes.at(1)->metadata.set({"t", PartitionId(partition)}, leader);
    on(1, [](Controller& c) { c.on_metadata_updated(); });
    run(milliseconds(5));
  }
  void create(Controller& c, Duration timeout) {
    c.create_topics({topic_on("t", {{k1, k2}})}, timeout, false,
                    [this](auto answers) { errors.push_back(answers.at(0).error.code); });
  }

  std::vector<ErrorCode> errors;  // as answered
  static const std::vector<ErrorCode> kAnswered;
};
const std::vector<ErrorCode> ResignationTest::kAnswered{ErrorCode::kNone};

TEST_F(ResignationTest, ACreatedTopicIsAnsweredWhenTheNextControllerTellsOfIt) {
  ask_and_resign([&](Controller& c) { create(c, seconds(10)); });
  tell(0, k1);
  EXPECT_EQ(errors, kAnswered);
}

TEST_F(ResignationTest, AddedPartitionsAreAnsweredWhenTheNextControllerTellsOfThem) {
  create_topic(1, topic_on("t", {{k1, k2}}));
  ask_and_resign([&](Controller& c) {
    c.create_partitions({{"t", 2, std::nullopt}}, seconds(10), false,
                        [&](auto answers) { errors.push_back(answers.at(0).code); });
  });
  tell(1, k2);
  EXPECT_EQ(errors, kAnswered);
}

TEST_F(ResignationTest, ADeletedTopicIsAnsweredWhenTheNextControllerTellsOfIt) {
  create_topic(1, topic_on("t", {{k1, k2}}));
  ask_and_resign([&](Controller& c) {
    c.delete_topics({{"t", {}}}, seconds(10),
                    [&](auto answers) { errors.push_back(answers.at(0).error); });
  });
  tell(0, kLeaderDuringDelete);
  EXPECT_EQ(errors, kAnswered);
}

TEST_F(ResignationTest, AnElectedLeaderIsAnsweredWhenTheNextControllerTellsOfIt) {
  create_topic(1, topic_on("t", {{k2, k1}}));
  kill(2);
  run(milliseconds(50));
  start(2, {.auto_leader_rebalance = false});
  alter_isr("t", {k1, k2});
  ASSERT_EQ(state("t", 0).leader, k1);
  ask_and_resign([&](Controller& c) {
    c.elect_leaders(ElectionType::kPreferred, {TopicPartition{"t", PartitionId(0)}}, seconds(10),
                    [&](auto answer) { errors.push_back(answer.begin()->second.code); });
  });
  EXPECT_EQ(state("t", 0).leader, k2);
  tell(0, k2);
  EXPECT_EQ(errors, kAnswered);
}

TEST_F(ResignationTest, WhatTheNextControllerDoesNotTellOfIsTimedOutInItsTime) {
  ask_and_resign([&](Controller& c) { create(c, seconds(10)); });
  run(seconds(9));
  EXPECT_TRUE(errors.empty());
  run(seconds(1));
  EXPECT_EQ(errors, (std::vector<ErrorCode>{ErrorCode::kRequestTimedOut}));
}

TEST_F(ResignationTest, TheEndOfTheSessionEndsNoWaiting) {
  brokers.set_deaf(1, true);
  on(1, [&](Controller& c) { create(c, seconds(60)); });
  run(milliseconds(50));
  Node& node = *nodes.at(1);
  model.expire(node.zookeeper->session().id);
  for (int i = 0; i < 100 && controller(1).is_active(); ++i) run(milliseconds(100));
  ASSERT_FALSE(controller(1).is_active());
  EXPECT_TRUE(controller(2).is_active());
  EXPECT_TRUE(errors.empty()) << "answered by the resignation";
  brokers.set_deaf(1, false);
  node.home.post([&] { node.zookeeper->restart(); });
  run(milliseconds(50));
  node.home.post([&] { enter(1); });
  run(seconds(1));
  EXPECT_EQ(errors, kAnswered);
}

// It would seem to have been forgotten already.
TEST_F(ResignationTest, AControllerThatHasNotBeenToldOfATopicDoesNotDeleteIt) {
  create_topic(1, topic_on("t", {{k2}}));
  kill(1);
  run(milliseconds(50));
  ASSERT_TRUE(controller(2).is_active());
  nodes.at(2)->metadata.set({"t", PartitionId(0)}, kLeaderDuringDelete);
  const auto remove = [&](Controller& c) {
    c.delete_topics({{"t", {}}}, seconds(10),
                    [&](auto answers) { errors.push_back(answers.at(0).error); });
  };
  on(2, remove);
  run(milliseconds(50));
  EXPECT_EQ(errors, (std::vector<ErrorCode>{ErrorCode::kUnknownTopicOrPartition}));
  EXPECT_TRUE(data("/brokers/topics/t"));

  errors.clear();
  nodes.at(2)->metadata.set({"t", PartitionId(0)}, k2);
  on(2, remove);
  run(seconds(1));
  EXPECT_EQ(errors, kAnswered);
  EXPECT_FALSE(data("/brokers/topics/t"));
}

}  // namespace
}  // namespace barnabas::controller
