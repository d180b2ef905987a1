// What tools ask for by writing znodes themselves, as CMAK does.
#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class ZnodeRequestsTest : public ControllerWorld {
 protected:
  static constexpr auto kElection = "/admin/preferred_replica_election";

  void write(zk::Op op) {
    model.write({std::move(op)});
    run(milliseconds(100));
  }

  // Two brokers; partition 0 of "t" should be led by 2 and is led by 1.
  void start_with_a_leader_out_of_place() {
    const ControllerOptions options{.auto_leader_rebalance = false};
    start(1, options);
    start(2, options);
    create_topic(1, topic_on("t", {{k2, k1}}));
    kill(2);
    run(milliseconds(50));
    start(2, options);
    ASSERT_EQ(state("t", 0).leader, k1);
  }
};

TEST_F(ZnodeRequestsTest, ATopicAndLaterItsFurtherPartitionsGetLeaders) {
  start(1);
  start(2);
  write(zk::Op::create("/brokers/topics/t", R"({"version":1,"partitions":{"0":[1,2]}})"));
  EXPECT_EQ(state("t", 0).leader, k1);
  write(zk::Op::set_data("/brokers/topics/t", R"({"version":1,"partitions":{"0":[1,2],"1":[2,1]}})",
                         zk::kAnyVersion));
  EXPECT_EQ(state("t", 1).leader, k2);
}

// CMAK's znodes know of no topic ids. Replicas refuse to go on under another one.
TEST_F(ZnodeRequestsTest, ATopicWrittenWithoutItsIdKeepsIt) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  const auto before = zk::TopicZnode::decode(*data("/brokers/topics/t"));
  write(zk::Op::set_data("/brokers/topics/t", R"({"version":1,"partitions":{"0":[1,2],"1":[2,1]}})",
                         zk::kAnyVersion));
  const auto after = zk::TopicZnode::decode(*data("/brokers/topics/t"));
  ASSERT_TRUE(before && after);
  EXPECT_TRUE(before->topic_id);
  EXPECT_EQ(after->topic_id, before->topic_id);
  EXPECT_EQ(after->partitions.size(), 2u);
}

TEST_F(ZnodeRequestsTest, ATopicIsDeleted) {
  start(1);
  create_topic(1, topic_on("t", {{k1}}));
  write(zk::Op::create("/admin/delete_topics/t", {}));
  EXPECT_FALSE(data("/brokers/topics/t"));
  EXPECT_FALSE(data("/admin/delete_topics/t"));
}

// zookeeper-shell's deleteall, and the topic made again: nothing of the old one is there any more.
TEST_F(ZnodeRequestsTest, ATopicThatWasRemovedByHandAndMadeAgainGetsLeaders) {
  start(1);
  create_topic(1, topic_on("t", {{k1}, {k1}}));
  for (const char* node : {"/brokers/topics/t/partitions/0/state", "/brokers/topics/t/partitions/0",
                           "/brokers/topics/t/partitions/1/state", "/brokers/topics/t/partitions/1",
                           "/brokers/topics/t/partitions", "/brokers/topics/t"}) {
    write(zk::Op::remove(node));
  }
  EXPECT_EQ(create_topic(1, topic_on("t", {{k1}, {k1}})).error.code, ErrorCode::kNone);
  run(milliseconds(100));
  EXPECT_EQ(state("t", 0).leader, k1);
  EXPECT_EQ(state("t", 1).leader, k1);
}

TEST_F(ZnodeRequestsTest, PreferredLeadersAreElectedAndTheRequestRemoved) {
  start_with_a_leader_out_of_place();
  alter_isr("t", {k1, k2});
  write(zk::Op::create(kElection, R"({"version":1,"partitions":[{"topic":"t","partition":0}]})"));
  EXPECT_EQ(state("t", 0).leader, k2);
  EXPECT_FALSE(data(kElection));
}

TEST_F(ZnodeRequestsTest, ARequestThatCannotBeMetIsRemovedAndTheNextOneHeard) {
  start_with_a_leader_out_of_place();
  const auto asked = R"({"version":1,"partitions":[{"topic":"t","partition":0}]})";
  for (const auto* text : {asked, "", "no JSON", R"({"version":1,"partitions":[]})",
                           R"({"version":1,"partitions":[{"topic":"nobody","partition":0}]})"}) {
    write(zk::Op::create(kElection, text));
    EXPECT_FALSE(data(kElection)) << text;
    EXPECT_EQ(state("t", 0).leader, k1) << "broker 2 is not in the ISR";
  }
  alter_isr("t", {k1, k2});
  write(zk::Op::create(kElection, asked));
  EXPECT_EQ(state("t", 0).leader, k2);
}

TEST_F(ZnodeRequestsTest, ARequestThatStandsThereIsMetByTheNextController) {
  start_with_a_leader_out_of_place();
  alter_isr("t", {k1, k2});
  start(3, {.auto_leader_rebalance = false});
  kill(1);
  run(milliseconds(50));
  ASSERT_EQ(state("t", 0).leader, k2);
  write(zk::Op::create(kElection, R"({"version":1,"partitions":[{"topic":"t","partition":0}]})"));
  EXPECT_FALSE(data(kElection));
  kill(2);
  kill(3);
  run(milliseconds(50));
  write(zk::Op::create(kElection, R"({"version":1,"partitions":[{"topic":"t","partition":0}]})"));
  EXPECT_TRUE(data(kElection)) << "nobody is controller";
  start(2);
  run(milliseconds(100));
  EXPECT_FALSE(data(kElection));
}

}  // namespace
}  // namespace barnabas::controller
