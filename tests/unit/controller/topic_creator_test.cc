#include "broker/controller/topic_creator.h"

#include "broker/controller/topic_name.h"
#include "tests/unit/controller/controller_world.h"

namespace barnabas::controller {
namespace {

class TopicCreation : public ControllerWorld {
 protected:
  TopicCreation() {
    ControllerOptions options;
    options.default_num_partitions = 3;
    options.default_replication_factor = 1;
    options.validate_topic_configs = [](const auto& configs) -> Result<void> {
      if (configs.contains("bad")) {
        return Error{ErrorCode::kInvalidConfig, "Unknown topic config name: bad"};
      }
      return {};
    };
    start(1, options);
  }
  Error refusal(NewTopic topic) { return create_topic(1, std::move(topic)).error; }
  static NewTopic spread(const std::string& name, std::int32_t partitions, std::int16_t factor) {
    NewTopic topic;
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = factor;
    return topic;
  }
};

TEST_F(TopicCreation, TheBrokersDefaultsStandForMinusOne) {
  const auto answer = create_topic(1, spread("t", -1, -1));
  EXPECT_EQ(answer.error.code, ErrorCode::kNone);
  EXPECT_EQ(answer.num_partitions, 3);
  EXPECT_EQ(answer.replication_factor, 1);
}

TEST_F(TopicCreation, ConfigsStandInTheirNode) {
  NewTopic topic = spread("t", 1, 1);
  topic.configs = {{"retention.ms", "7"}};
  EXPECT_EQ(create_topic(1, topic).error.code, ErrorCode::kNone);
  EXPECT_EQ(data("/config/topics/t"), (zk::ConfigZnode{{{"retention.ms", "7"}}}.encode()));
}

TEST_F(TopicCreation, AConfigNodeLeftBehindIsOverwritten) {
  model.write({zk::Op::create("/config/topics/t", R"({"version":1,"config":{"a":"b"}})")});
  EXPECT_EQ(create_topic(1, spread("t", 1, 1)).error.code, ErrorCode::kNone);
  EXPECT_EQ(data("/config/topics/t"), (zk::ConfigZnode{}.encode()));
}

TEST_F(TopicCreation, ValidateOnlyWritesNothing) {
  const auto answer = create_topic(1, spread("t", 2, 1), true);
  EXPECT_EQ(answer.error.code, ErrorCode::kNone);
  EXPECT_EQ(answer.num_partitions, 2);
  EXPECT_FALSE(data("/brokers/topics/t"));
  EXPECT_FALSE(data("/config/topics/t"));
}

TEST_F(TopicCreation, AnExistingTopicIsSaidInKafkasWords) {
  create_topic(1, spread("t", 1, 1));
  const Error error = refusal(spread("t", 1, 1));
  EXPECT_EQ(error.code, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(error.detail, "Topic 't' already exists.");
}

TEST_F(TopicCreation, ATopicThatIsBeingDeletedIsSaidSo) {
  model.write({zk::Op::create("/admin/delete_topics/t", {})});
  model.write({zk::Op::create("/brokers/topics/t", R"({"version":1,"partitions":{"0":[9]}})")});
  run(milliseconds(20));
  model.write({zk::Op::create("/admin/delete_topics/t", {})});
  const Error error = refusal(spread("t", 1, 1));
  EXPECT_EQ(error.code, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(error.detail, "Topic 't' is marked for deletion.");
}

TEST_F(TopicCreation, NamesThatMetricsCannotTellApartCollide) {
  create_topic(1, spread("a.b", 1, 1));
  const Error error = refusal(spread("a_b", 1, 1));
  EXPECT_EQ(error.code, ErrorCode::kInvalidTopicException);
  EXPECT_EQ(error.detail, "Topic 'a_b' collides with existing topics: a.b");
}

TEST_F(TopicCreation, BadInputIsRefusedInKafkasWords) {
  EXPECT_EQ(refusal(spread("t", 1, 3)).detail,
            "Replication factor: 3 larger than available brokers: 1.");
  EXPECT_EQ(refusal(spread("t", 0, 1)).code, ErrorCode::kInvalidPartitions);
  EXPECT_EQ(refusal(spread("a/b", 1, 1)).code, ErrorCode::kInvalidTopicException);
  NewTopic both = topic_on("t", {{k1}});
  both.num_partitions = 1;
  EXPECT_EQ(refusal(both).code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(refusal(topic_on("t", {{k1}, {k1, k2}})).code, ErrorCode::kInvalidReplicaAssignment);
  NewTopic null = spread("t", 1, 1);
  null.configs = {{"x", std::nullopt}};
  EXPECT_EQ(refusal(null).detail, "Null value not supported for topic configs: x");
  NewTopic bad = spread("t", 1, 1);
  bad.configs = {{"bad", "1"}};
  EXPECT_EQ(refusal(bad).detail, "Unknown topic config name: bad");
  EXPECT_FALSE(data("/brokers/topics/t"));
}

TEST_F(TopicCreation, ATopicThatNobodyLeadsInTimeHasTimedOutButExists) {
  const auto answer = create_topic(1, topic_on("t", {{k2}}));
  EXPECT_EQ(answer.error.code, ErrorCode::kRequestTimedOut);
  EXPECT_TRUE(data("/brokers/topics/t"));
}

TEST_F(TopicCreation, ATopicWhoseAnswerWasLostIsOurs) {
  for (int delay_us = 0; delay_us < 8000; delay_us += 400) {
    SCOPED_TRACE(delay_us);
    const std::string name = "t" + std::to_string(delay_us);
    std::optional<NewTopicAnswer> answer;
    on(1, [&](Controller& c) {
      c.create_topics({spread(name, 1, 1)}, seconds(5), false,
                      [&](std::vector<NewTopicAnswer> answers) { answer = answers.at(0); });
    });
    run(microseconds(delay_us));
    nodes.at(1)->zookeeper->reset(sim::ZooKeeperClient::InDoubt::kCarriedOut);
    run(seconds(1));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error.code, ErrorCode::kNone) << answer->error.detail;
  }
}

TEST(TopicName, IsCheckedWithKafkasMessages) {
  EXPECT_TRUE(validate_topic_name("A-z_0.9"));
  EXPECT_EQ(validate_topic_name("").error().detail,
            "Topic name is invalid: the empty string is not allowed");
  EXPECT_EQ(validate_topic_name("..").error().detail, "Topic name is invalid: '..' is not allowed");
  EXPECT_FALSE(validate_topic_name(std::string(250, 'a')));
  EXPECT_EQ(validate_topic_name("a b").error().detail,
            "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
            "alphanumerics, '.', '_' and '-'");
  EXPECT_TRUE(topic_names_collide("a.b_c", "a_b.c"));
  EXPECT_FALSE(topic_names_collide("a.b", "a.b"));
  EXPECT_FALSE(topic_names_collide("a.b", "a.bc"));
}

}  // namespace
}  // namespace barnabas::controller
