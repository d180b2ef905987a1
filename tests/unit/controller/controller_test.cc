#include "broker/controller/controller.h"

#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class ControllerTest : public ControllerWorld {};

// ---- Election ----------------------------------------------------------------------------------

TEST_F(ControllerTest, TheFirstControllerHasEpochOneAndNamesItself) {
  start(1);
  EXPECT_TRUE(controller(1).is_active());
  EXPECT_EQ(controller(1).controller_epoch(), ControllerEpoch(1));
  EXPECT_EQ(data("/controller_epoch"), "1");
  EXPECT_EQ(zk::ControllerZnode::decode(*data("/controller"))->broker, k1);
  EXPECT_EQ(data("/feature"), (zk::FeatureZnode{true, {}}.encode()));
}

TEST_F(ControllerTest, TheSecondBrokerWaitsAndTakesOverWithAGreaterEpoch) {
  start(1);
  start(2);
  EXPECT_FALSE(controller(2).is_active());
  EXPECT_EQ(controller(2).active_controller(), k1);
  kill(1);
  run(milliseconds(50));
  EXPECT_TRUE(controller(2).is_active());
  EXPECT_EQ(controller(2).controller_epoch(), ControllerEpoch(2));
}

TEST_F(ControllerTest, AnElectionWhoseAnswerWasLostIsSettledByReading) {
  for (int delay_us = 0; delay_us < 6000; delay_us += 250) {
    SCOPED_TRACE(delay_us);
    start(1);
    kill(1);
    nodes[1] = std::make_unique<Node>(scheduler);
    Node& node = *nodes[1];
    node.zookeeper = model.connect(node.home, seconds(6));
    ControllerOptions options;
    options.broker_id = k1;
    node.controller = std::make_unique<Controller>(*node.zookeeper, brokers, node.home, node.home,
                                                   random, node.metadata, options);
    run(milliseconds(10));
    node.home.post([&] { enter(1); });
    run(microseconds(delay_us));
    node.zookeeper->reset(sim::ZooKeeperClient::InDoubt::kCarriedOut);
    run(milliseconds(100));
    // Registration is not what is tested: it may have been what was lost.
    if (!data("/controller")) {
      node.home.post([&] { node.controller->startup(); });
      run(milliseconds(100));
    }
    EXPECT_TRUE(node.controller->is_active());
    EXPECT_EQ(data("/controller_epoch"),
              std::to_string(node.controller->controller_epoch().value()));
    kill(1);
    run(milliseconds(50));
  }
}

TEST_F(ControllerTest, AnExpiredSessionEndsTheTermAndTheNewOneStandsAgain) {
  Node& node = start(1);
  model.expire(node.zookeeper->session().id);
  for (int i = 0; i < 100 && controller(1).is_active(); ++i) run(milliseconds(100));
  EXPECT_FALSE(controller(1).is_active());
  node.home.post([&] { node.zookeeper->restart(); });
  run(milliseconds(50));
  node.home.post([&] { enter(1); });
  run(milliseconds(50));
  EXPECT_TRUE(controller(1).is_active());
  EXPECT_EQ(controller(1).controller_epoch(), ControllerEpoch(2));
}

TEST_F(ControllerTest, AShutdownGivesTheControllerUp) {
  start(1);
  bool done = false;
  on(1, [&](Controller& c) { c.shutdown([&] { done = true; }); });
  run(milliseconds(50));
  EXPECT_TRUE(done);
  EXPECT_FALSE(controller(1).is_active());
  EXPECT_FALSE(data("/controller"));
}

TEST_F(ControllerTest, AnotherControllersTermEndsOursAndTheNodesStayAsTheyWere) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  const auto before = state("t", 0);
  model.write({zk::Op::set_data("/controller_epoch", "7", zk::kAnyVersion),
               zk::Op::remove("/controller"),
               zk::Op::create("/controller", zk::ControllerZnode{k3, 0, -1}.encode())});
  kill(2);
  run(milliseconds(50));
  EXPECT_FALSE(controller(1).is_active());
  EXPECT_EQ(controller(1).active_controller(), k3);
  EXPECT_EQ(state("t", 0), before);
}

TEST_F(ControllerTest, WhoeverTheNodeNamesActsAgainAfterBeingFenced) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  model.write({zk::Op::set_data("/controller_epoch", "7", zk::kAnyVersion)});
  kill(2);
  run(milliseconds(100));
  EXPECT_TRUE(controller(1).is_active());
  EXPECT_EQ(controller(1).controller_epoch(), ControllerEpoch(7));
  EXPECT_EQ(state("t", 0).isr, std::vector<BrokerId>{k1});
}

// An operator's mistake: /controller names us, yet there is no epoch to act with.
TEST_F(ControllerTest, ARemovedEpochDoesNotLeaveTheClusterWithoutAController) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  model.write({zk::Op::remove("/controller_epoch")});
  kill(2);
  run(milliseconds(100));
  EXPECT_TRUE(controller(1).is_active());
  EXPECT_TRUE(data("/controller_epoch"));
}

TEST_F(ControllerTest, ANodeThatIsRemovedByHandLeadsToANewElection) {
  start(1);
  model.write({zk::Op::remove("/controller")});
  run(milliseconds(50));
  EXPECT_TRUE(controller(1).is_active());
  EXPECT_EQ(controller(1).controller_epoch(), ControllerEpoch(2));
}

TEST_F(ControllerTest, ItIsDestroyedWithCallbacksUnderWay) {
  for (int delay_us = 0; delay_us < 5000; delay_us += 100) {
    start(1);
    kill(1);
    nodes[1] = std::make_unique<Node>(scheduler);
    nodes[1]->zookeeper = model.connect(nodes[1]->home, seconds(6));
    nodes[1]->controller = std::make_unique<Controller>(
        *nodes[1]->zookeeper, brokers, nodes[1]->home, nodes[1]->home, random, nodes[1]->metadata,
        ControllerOptions{.broker_id = k1});
    nodes[1]->home.post([&] { enter(1); });
    run(microseconds(delay_us));
    kill(1);
    run(milliseconds(20));
    EXPECT_FALSE(data("/controller"));
  }
}

// ---- Topics and failover -----------------------------------------------------------------------

TEST_F(ControllerTest, ACreatedTopicHasStatesAndItsBrokersHearOfIt) {
  start(1);
  start(2);
  const auto answer = create_topic(1, topic_on("t", {{k2, k1}, {k1, k2}}));
  EXPECT_EQ(answer.error.code, ErrorCode::kNone);
  EXPECT_EQ(answer.num_partitions, 2);
  EXPECT_EQ(answer.replication_factor, 2);
  EXPECT_FALSE(answer.topic_id.is_zero());
  EXPECT_EQ(state("t", 0).leader, k2);
  EXPECT_EQ(state("t", 1).leader, k1);
  EXPECT_EQ(state("t", 0).controller_epoch, ControllerEpoch(1));
  EXPECT_EQ(data("/config/topics/t"), (zk::ConfigZnode{}.encode()));
  const auto requests = brokers.leader_and_isr(2);
  ASSERT_FALSE(requests.empty());
  const auto& told = requests.back();
  EXPECT_EQ(told.controller_id, k1);
  EXPECT_EQ(told.controller_epoch, 1);
  ASSERT_EQ(told.topic_states.size(), 1u);
  EXPECT_EQ(told.topic_states[0].topic_id, answer.topic_id);
  ASSERT_EQ(told.topic_states[0].partition_states.size(), 2u);
  EXPECT_TRUE(told.topic_states[0].partition_states[0].is_new);
  EXPECT_EQ(told.live_leaders.size(), 2u);
}

TEST_F(ControllerTest, RequestsBearTheCzxidOfTheReceiversRegistration) {
  start(1);
  start(2);
  const auto requests = brokers.update_metadata(2);
  ASSERT_FALSE(requests.empty());
  EXPECT_EQ(requests.back().broker_epoch, model.tree().find("/brokers/ids/2")->stat.czxid);
}

TEST_F(ControllerTest, ADeadLeaderIsReplaced) {
  for (std::int32_t id : {1, 2, 3}) start(id);
  create_topic(1, topic_on("t", {{k3, k2, k1}}));
  kill(3);
  run(milliseconds(20));
  EXPECT_EQ(state("t", 0).leader, k2);
  EXPECT_EQ(state("t", 0).isr, (std::vector<BrokerId>{k2, k1}));
  EXPECT_EQ(state("t", 0).leader_epoch, LeaderEpoch(1));
}

// From the end of the session to the LeaderAndIsr: the event to us, our write there and back. The
// model takes at most 0.8 ms for each way.
TEST_F(ControllerTest, ASuccessorIsToldAfterOneWriteAndNoRead) {
  for (std::int32_t id : {1, 2, 3}) start(id);
  std::vector<std::vector<BrokerId>> replicas(40, {k3, k2, k1});
  create_topic(1, topic_on("t", replicas));
  brokers.sent.clear();
  const Time died = scheduler.now();
  kill(3);
  run(milliseconds(20));
  Time told{};
  for (const auto& sent : brokers.sent) {
    if (sent.broker == 2 && sent.api == protocol::ApiKey::kLeaderAndIsr) {
      told = sent.at;
      break;
    }
  }
  EXPECT_GT(told, died);
  EXPECT_LE(told - died, 3 * microseconds(800));
  ASSERT_EQ(brokers.leader_and_isr(2).size(), 1u);
  EXPECT_EQ(brokers.leader_and_isr(2)[0].topic_states[0].partition_states.size(), 40u);
}

TEST_F(ControllerTest, ADeadControllerThatLedIsReplacedInBothRoles) {
  for (std::int32_t id : {1, 2, 3}) start(id);
  create_topic(1, topic_on("t", {{k1, k2, k3}}));
  kill(1);
  run(milliseconds(50));
  EXPECT_EQ(state("t", 0).leader, k2);
  EXPECT_TRUE(controller(2).is_active() || controller(3).is_active());
}

TEST_F(ControllerTest, ADeafBrokerIsAskedAgainAndDelaysNobody) {
  start(1);
  start(2);
  brokers.set_deaf(2, true);
  create_topic(1, topic_on("t", {{k1, k2}}));
  EXPECT_FALSE(brokers.leader_and_isr(1).empty());
  EXPECT_TRUE(brokers.leader_and_isr(2).empty());
  run(seconds(1));
  EXPECT_GE(brokers.failures, 5);
  EXPECT_LE(brokers.failures, 12);
  brokers.set_deaf(2, false);
  run(seconds(1));
  EXPECT_EQ(brokers.leader_and_isr(2).size(), 1u);
}

TEST_F(ControllerTest, ADeletedTopicLeavesNothingBehind) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  std::vector<DeleteTopicAnswer> answers;
  on(1, [&](Controller& c) {
    c.delete_topics({{"t", {}}, {"nobody", {}}}, seconds(5), [&](auto a) { answers = a; });
  });
  run(milliseconds(200));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].error, ErrorCode::kNone);
  EXPECT_EQ(answers[1].error, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_FALSE(data("/brokers/topics/t"));
  EXPECT_FALSE(data("/config/topics/t"));
  EXPECT_FALSE(data("/admin/delete_topics/t"));
  EXPECT_FALSE(brokers.stop_replica(2).empty());
  EXPECT_EQ(create_topic(1, topic_on("t", {{k1, k2}})).error.code, ErrorCode::kNone);
}

// Nobody is told of it any more, though its deletion has to wait for a dead replica.
TEST_F(ControllerTest, ATopicWhoseDeletionHasBegunIsUnknownToFurtherDeletions) {
  start(1);
  start(2);
  const auto created = create_topic(1, topic_on("t", {{k1, k2}}));
  kill(2);
  run(milliseconds(50));
  const std::vector<TopicReference> asked{{"t", {}}, {"t", {}}, {std::nullopt, created.topic_id}};
  const std::vector<ErrorCode> expected{ErrorCode::kNone, ErrorCode::kUnknownTopicOrPartition,
                                        ErrorCode::kUnknownTopicOrPartition};
  std::vector<ErrorCode> errors;
  for (const TopicReference& topic : asked) {
    on(1, [&](Controller& c) {
      c.delete_topics({topic}, seconds(5), [&](auto a) { errors.push_back(a.at(0).error); });
    });
    run(milliseconds(200));
  }
  EXPECT_EQ(errors, expected);
  EXPECT_TRUE(data("/brokers/topics/t"));
  EXPECT_TRUE(data("/admin/delete_topics/t"));
}

// The last step of a deletion removes the topic, its config and the request, one after another.
TEST_F(ControllerTest, ADeletionThatAControllerDidNotFinishIsFinishedByTheNext) {
  model.write({zk::Op::create("/config/topics/t", zk::ConfigZnode{}.encode())});
  model.write({zk::Op::create("/admin/delete_topics/t", {})});
  start(1);
  run(milliseconds(50));
  EXPECT_FALSE(data("/config/topics/t"));
  EXPECT_FALSE(data("/admin/delete_topics/t"));
  EXPECT_EQ(create_topic(1, topic_on("t", {{k1}})).error.code, ErrorCode::kNone);
}

TEST_F(ControllerTest, ATopicIsDeletedByItsIdToo) {
  start(1);
  const auto created = create_topic(1, topic_on("t", {{k1}}));
  std::vector<DeleteTopicAnswer> answers;
  Uuid unknown = created.topic_id;
  unknown.bytes[0] ^= 1;
  on(1, [&](Controller& c) {
    c.delete_topics({{std::nullopt, created.topic_id}, {std::nullopt, unknown}}, seconds(5),
                    [&](auto a) { answers = a; });
  });
  run(milliseconds(200));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].error, ErrorCode::kNone);
  EXPECT_EQ(answers[0].name, "t");
  EXPECT_EQ(answers[1].error, ErrorCode::kUnknownTopicId);
}

TEST_F(ControllerTest, AnOldTopicWithoutAnIdGetsOne) {
  model.write({zk::Op::create("/brokers/topics/old", R"({"version":1,"partitions":{"0":[1]}})")});
  start(1);
  const auto znode = zk::TopicZnode::decode(*data("/brokers/topics/old"));
  ASSERT_TRUE(znode->topic_id);
  EXPECT_EQ(state("old", 0).leader, k1);
}

TEST_F(ControllerTest, AnIsrIsAlteredInZooKeeper) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k1, k2}}));
  AlterPartition request{
      k1, BrokerEpoch(model.tree().find("/brokers/ids/1")->stat.czxid), false, {}};
  AlterPartitionItem& item = request.items.emplace_back();
  item.topic = "t";
  item.new_isr = {k1};
  AlterPartitionAnswer answer;
  on(1, [&](Controller& c) { c.alter_partition(request, [&](auto a) { answer = a; }); });
  run(milliseconds(50));
  ASSERT_EQ(answer.items.size(), 1u);
  EXPECT_EQ(answer.items[0].error, ErrorCode::kNone);
  EXPECT_EQ(answer.items[0].partition_epoch, PartitionEpoch(1));
  EXPECT_EQ(state("t", 0).isr, std::vector<BrokerId>{k1});
}

TEST_F(ControllerTest, AShutDownBrokersLeadershipMovesBeforeItIsAnswered) {
  start(1);
  start(2);
  create_topic(1, topic_on("t", {{k2, k1}}));
  std::optional<ControlledShutdownAnswer> answer;
  on(1, [&](Controller& c) {
    c.controlled_shutdown(k2, kNoBrokerEpoch, [&](auto a) {
      answer = a;
      EXPECT_EQ(state("t", 0).leader, k1);
    });
  });
  run(milliseconds(50));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error, ErrorCode::kNone);
  EXPECT_TRUE(answer->remaining.empty());
}

TEST_F(ControllerTest, LeadersReturnToTheirPlacesByThemselves) {
  ControllerOptions options;
  options.leader_imbalance_check_interval = seconds(10);
  start(1, options);
  start(2, options);
  create_topic(1, topic_on("t", {{k2, k1}}));
  kill(2);
  run(milliseconds(50));
  start(2, options);
  alter_isr("t", {k1, k2});
  run(seconds(11));
  EXPECT_EQ(state("t", 0).leader, k2);
}

TEST_F(ControllerTest, WhoIsNotTheControllerSaysSo) {
  start(1);
  start(2);
  ErrorCode alter{}, shutdown{}, producer{}, elect{};
  on(2, [&](Controller& c) {
    c.alter_partition({}, [&](auto a) { alter = a.error; });
    c.controlled_shutdown(k1, kNoBrokerEpoch, [&](auto a) { shutdown = a.error; });
    c.allocate_producer_ids(k1, kNoBrokerEpoch, [&](auto a) { producer = a.error().code; });
    c.elect_leaders(ElectionType::kPreferred, {TopicPartition{"t", PartitionId(0)}}, seconds(1),
                    [&](auto a) { elect = a.begin()->second.code; });
  });
  run(milliseconds(10));
  EXPECT_EQ(alter, ErrorCode::kNotController);
  EXPECT_EQ(shutdown, ErrorCode::kStaleControllerEpoch);
  EXPECT_EQ(producer, ErrorCode::kNotController);
  EXPECT_EQ(elect, ErrorCode::kNotController);
  EXPECT_EQ(create_topic(2, topic_on("t", {{k1}})).error.code, ErrorCode::kNotController);
}

// ---- Producer ids ------------------------------------------------------------------------------

TEST_F(ControllerTest, ProducerIdBlocksFollowEachOtherAcrossControllers) {
  start(1);
  start(2);
  std::vector<ProducerIdBlock> blocks;
  const auto allocate = [&](std::int32_t at) {
    on(at, [&](Controller& c) {
      const BrokerEpoch epoch(model.tree().find("/brokers/ids/2")->stat.czxid);
      for (int i = 0; i < 2; ++i) {
        c.allocate_producer_ids(k2, epoch, [&](auto block) {
          ASSERT_TRUE(block);
          blocks.push_back(*block);
        });
      }
    });
    run(milliseconds(50));
  };
  allocate(1);
  kill(1);
  run(milliseconds(50));
  allocate(2);
  ASSERT_EQ(blocks.size(), 4u);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(blocks[static_cast<std::size_t>(i)].first, ProducerId(i * 1000));
    EXPECT_EQ(blocks[static_cast<std::size_t>(i)].length, 1000);
  }
  EXPECT_EQ(data("/latest_producer_id_block"),
            (zk::ProducerIdBlockZnode{k2, ProducerId(3000), ProducerId(3999)}.encode()));
}

TEST_F(ControllerTest, ABlockWhoseAnswerWasLostIsHandedOutOnce) {
  start(1);
  const BrokerEpoch epoch(model.tree().find("/brokers/ids/1")->stat.czxid);
  std::int64_t next = 0;
  for (int delay_us = 0; delay_us < 4000; delay_us += 200) {
    std::optional<ProducerIdBlock> block;
    on(1, [&](Controller& c) {
      c.allocate_producer_ids(k1, epoch, [&](auto b) {
        ASSERT_TRUE(b);
        block = *b;
      });
    });
    run(microseconds(delay_us));
    nodes.at(1)->zookeeper->reset(sim::ZooKeeperClient::InDoubt::kCarriedOut);
    run(milliseconds(100));
    ASSERT_TRUE(block);
    EXPECT_EQ(block->first, ProducerId(next));
    next += 1000;
  }
}

TEST_F(ControllerTest, AStaleBrokerGetsNoProducerIds) {
  start(1);
  ErrorCode stale{}, unknown{};
  on(1, [&](Controller& c) {
    c.allocate_producer_ids(k1, BrokerEpoch(1), [&](auto a) { stale = a.error().code; });
    c.allocate_producer_ids(k3, BrokerEpoch(1), [&](auto a) { unknown = a.error().code; });
  });
  run(milliseconds(10));
  EXPECT_EQ(stale, ErrorCode::kStaleBrokerEpoch);
  EXPECT_EQ(unknown, ErrorCode::kBrokerIdNotRegistered);
}

}  // namespace
}  // namespace barnabas::controller
