// CreateTopics in every version. What a version does not carry, the decoder leaves at its default.
#include "broker/protocol/messages/create_topics.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/replica/metadata_cache.h"
#include "config/describe.h"
#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::api {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using CreatedTopic = CreateTopicsResponse::CreatableTopicResult;

class CreateTopicsTest : public ::testing::Test {
 protected:
  CreateTopicsTest() { broker_.start(); }

  static CreateTopicsRequest create(std::string_view name, std::int32_t partitions,
                                    std::int16_t replicas = 1) {
    CreateTopicsRequest request;
    request.timeout_ms = 30000;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    return request;
  }
  CreatedTopic ask(const CreateTopicsRequest& request, std::int16_t version) {
    last_ = broker_.ask<CreateTopicsResponse>(request, version);
    EXPECT_EQ(last_.throttle_time_ms, 0);
    EXPECT_EQ(last_.topics.size(), 1u) << "version " << version;
    return last_.topics.empty() ? CreatedTopic{} : last_.topics[0];
  }
  // What is told of a topic with an error, besides that and its id.
  static void expect_nothing_told(const CreatedTopic& told) {
    EXPECT_EQ(told.topic_config_error_code, ErrorCode::kNone);
    EXPECT_EQ(told.num_partitions, -1);
    EXPECT_EQ(told.replication_factor, -1);
    ASSERT_TRUE(told.configs);
    EXPECT_TRUE(told.configs->empty());
  }
  static void expect_error(const CreatedTopic& told, std::int16_t version, ErrorCode error,
                           std::optional<std::string_view> message) {
    EXPECT_EQ(told.error_code, error) << "version " << version;
    EXPECT_EQ(told.error_message, version >= 1 ? message : "") << "version " << version;
    expect_nothing_told(told);
  }
  static std::optional<CreateTopicsResponse::CreatableTopicConfigs> config_of(
      const CreatedTopic& told, std::string_view name) {
    for (const auto& config : *told.configs) {
      if (config.name == name) return config;
    }
    return std::nullopt;
  }
  std::size_t partitions(const std::string& topic) {
    const auto snapshot = broker_.node().metadata().snapshot();
    const auto* known = snapshot->topic(topic);
    return known ? known->partitions.size() : 0;
  }
  bool has_znode(const std::string& topic) {
    return broker_.znode(zk::paths::topic(topic)) != zk::to_string(zk::ZkError::kNoNode);
  }
  static std::string name_in(std::int16_t version) { return "t" + std::to_string(version); }

  OneBroker broker_{"num.partitions=4\nlog.segment.bytes=2000000\n"};
  CreateTopicsResponse last_;
};

TEST_F(CreateTopicsTest, EveryVersionCreatesWithTheConfigsOfTheRequest) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    auto request = create(topic, version + 1);
    request.topics[0].configs.push_back({"retention.ms", "12345"});
    const auto told = ask(request, version);
    EXPECT_EQ(told.name, topic);
    EXPECT_EQ(told.error_code, ErrorCode::kNone) << told.error_message.value_or("");
    EXPECT_EQ(partitions(topic), static_cast<std::size_t>(version + 1));
    const auto config = zk::ConfigZnode::decode(broker_.znode(zk::paths::topic_config(topic)));
    ASSERT_TRUE(config) << "version " << version;
    EXPECT_EQ(config->config, (std::map<std::string, std::string>{{"retention.ms", "12345"}}));
  }
}

TEST_F(CreateTopicsTest, SuccessHasANullMessageFromVersion1On) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    const auto told = ask(create(topic, 1), version);
    EXPECT_EQ(told.error_message.has_value(), version == 0) << "version " << version;
  }
}

TEST_F(CreateTopicsTest, SizeAndConfigsAreToldFromVersion5On) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    auto request = create(topic, 3);
    request.topics[0].configs.push_back({"retention.ms", "12345"});
    const auto told = ask(request, version);
    ASSERT_TRUE(told.configs) << "version " << version;
    if (version < 5) {
      EXPECT_EQ(told.num_partitions, -1);
      EXPECT_EQ(told.replication_factor, -1);
      EXPECT_TRUE(told.configs->empty());
      continue;
    }
    EXPECT_EQ(told.num_partitions, 3) << "version " << version;
    EXPECT_EQ(told.replication_factor, 1);
    EXPECT_EQ(told.topic_config_error_code, ErrorCode::kNone);
    EXPECT_EQ(told.configs->size(), config::describe_topic(broker_.config(), {}).size());
    const auto expect_config = [&](std::string_view name, std::string_view value,
                                   config::ConfigSource source) {
      const auto config = config_of(told, name);
      ASSERT_TRUE(config) << name;
      EXPECT_EQ(config->value, value);
      EXPECT_EQ(config->config_source, static_cast<std::int8_t>(source)) << name;
      EXPECT_FALSE(config->read_only);
      EXPECT_FALSE(config->is_sensitive);
    };
    expect_config("retention.ms", "12345", config::ConfigSource::kTopicConfig);
    expect_config("segment.bytes", "2000000", config::ConfigSource::kStaticBrokerConfig);
    expect_config("cleanup.policy", "delete", config::ConfigSource::kDefaultConfig);
  }
}

TEST_F(CreateTopicsTest, TopicIdIsToldFromVersion7On) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    const auto told = ask(create(topic, 1), version);
    const Uuid id = told.topic_id;
    const auto znode = zk::TopicZnode::decode(broker_.znode(zk::paths::topic(topic)));
    ASSERT_TRUE(znode && znode->topic_id) << "version " << version;
    EXPECT_FALSE(znode->topic_id->is_zero());
    EXPECT_EQ(id, version >= 7 ? *znode->topic_id : Uuid{}) << "version " << version;
  }
}

TEST_F(CreateTopicsTest, ErrorMessageIsToldFromVersion1On) {
  broker_.create_topic("there", 1);
  for (std::int16_t version = 0; version <= 7; ++version) {
    const auto told = ask(create("there", 2), version);
    EXPECT_EQ(told.name, "there");
    expect_error(told, version, ErrorCode::kTopicAlreadyExists, "Topic 'there' already exists.");
    EXPECT_TRUE(told.topic_id.is_zero()) << "version " << version;
  }
  EXPECT_EQ(partitions("there"), 1u);
}

TEST_F(CreateTopicsTest, WhatTheRequestItselfForbidsIsRefusedInEveryVersion) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    auto twice = create("twice", 1);
    twice.topics.push_back(twice.topics[0]);
    expect_error(ask(twice, version), version, ErrorCode::kInvalidRequest,
                 "Found multiple entries for this topic.");
    expect_error(ask(create("__cluster_metadata", 1), version), version, ErrorCode::kInvalidRequest,
                 "Creation of internal topic __cluster_metadata is prohibited.");
    auto null_config = create("null-config", 1);
    null_config.topics[0].configs.push_back({"retention.ms", std::nullopt});
    expect_error(ask(null_config, version), version, ErrorCode::kInvalidConfig,
                 "Null value not supported for topic configs: retention.ms");
  }
  EXPECT_FALSE(has_znode("twice"));
  EXPECT_FALSE(has_znode("null-config"));
}

TEST_F(CreateTopicsTest, ValidateOnlyCreatesNothingAndTellsWhatWouldBe) {
  broker_.create_topic("there", 1);
  for (std::int16_t version = 1; version <= 7; ++version) {
    auto request = create("checked", 3);
    request.validate_only = true;
    const auto told = ask(request, version);
    EXPECT_EQ(told.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(told.error_message, std::nullopt);
    EXPECT_EQ(told.num_partitions, version >= 5 ? 3 : -1);
    EXPECT_EQ(told.replication_factor, version >= 5 ? 1 : -1);
    EXPECT_EQ(told.configs->empty(), version < 5);
    EXPECT_TRUE(told.topic_id.is_zero()) << "nothing has an id that was not created";
    request.topics[0].name = "there";
    expect_error(ask(request, version), version, ErrorCode::kTopicAlreadyExists,
                 "Topic 'there' already exists.");
  }
  broker_.run_for(seconds(1));
  EXPECT_FALSE(has_znode("checked"));
  EXPECT_EQ(partitions("checked"), 0u);
}

// KIP-464 speaks of version 4; below it only the clients refuse to send -1, a broker takes it.
TEST_F(CreateTopicsTest, MinusOnePartitionsAreTheBrokersDefault) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    const auto told = ask(create(topic, -1, -1), version);
    EXPECT_EQ(told.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(told.num_partitions, version >= 5 ? 4 : -1);
    EXPECT_EQ(told.replication_factor, version >= 5 ? 1 : -1);
    EXPECT_EQ(partitions(topic), 4u) << "version " << version;
  }
}

TEST(CreateTopicsOnTwoBrokers, MinusOneReplicasAreTheBrokersDefault) {
  TwoBrokers brokers("default.replication.factor=2\n");
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = "t" + std::to_string(version);
    CreateTopicsRequest request;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.num_partitions = 1;
    asked.replication_factor = -1;
    const auto response = brokers.ask<CreateTopicsResponse>(request, version);
    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(response.topics[0].replication_factor, version >= 5 ? 2 : -1);
    EXPECT_EQ(brokers.partition(topic).replicas.size(), 2u) << "version " << version;
  }
}

TEST(CreateTopicsOnTwoBrokers, AssignmentOfTheRequestIsTakenInEveryVersion) {
  TwoBrokers brokers;
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = "t" + std::to_string(version);
    CreateTopicsRequest request;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    asked.num_partitions = asked.replication_factor = -1;
    asked.assignments = {{0, {kSecondId, kOurId}}, {1, {kOurId, kSecondId}}};
    const auto response = brokers.ask<CreateTopicsResponse>(request, version);
    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(response.topics[0].num_partitions, version >= 5 ? 2 : -1);
    EXPECT_EQ(response.topics[0].replication_factor, version >= 5 ? 2 : -1);
    const auto* first = brokers.metadata().partition(topic, PartitionId{0});
    const auto* second = brokers.metadata().partition(topic, PartitionId{1});
    ASSERT_TRUE(first && second) << "version " << version;
    EXPECT_EQ(first->replicas, (std::vector<BrokerId>{kSecondId, kOurId}));
    EXPECT_EQ(first->leader, kSecondId);
    EXPECT_EQ(second->replicas, (std::vector<BrokerId>{kOurId, kSecondId}));
    EXPECT_EQ(second->leader, kOurId);
  }
}

TEST_F(CreateTopicsTest, AssignmentAndSizeExcludeEachOtherInEveryVersion) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    auto request = create("t", 1, -1);
    request.topics[0].assignments = {{0, {kOurId}}};
    expect_error(ask(request, version), version, ErrorCode::kInvalidRequest,
                 "Both numPartitions or replicationFactor and replicasAssignments were set. Both "
                 "cannot be used at the same time.");
  }
  EXPECT_FALSE(has_znode("t"));
}

// Who does not wait is told that it is not known yet, and the topic comes: with the id that was
// told.
TEST_F(CreateTopicsTest, WithoutATimeoutTheAnswerIsTimedOutInEveryVersion) {
  for (std::int16_t version = 0; version <= 7; ++version) {
    const std::string topic = name_in(version);
    auto request = create(topic, 2);
    request.timeout_ms = 0;
    const auto told = ask(request, version);
    expect_error(told, version, ErrorCode::kRequestTimedOut, std::nullopt);
    const Uuid id = told.topic_id;
    broker_.run_until([&] { return partitions(topic) == 2; });
    const Uuid known = broker_.node().metadata().snapshot()->topic(topic)->topic_id;
    EXPECT_EQ(id, version >= 7 ? known : Uuid{}) << "version " << version;
  }
}

TEST(CreateTopicsElsewhere, IsRefusedInEveryVersion) {
  OneBroker broker;  // never the controller: it is not started
  for (std::int16_t version = 0; version <= 7; ++version) {
    CreateTopicsRequest request;
    request.topics.emplace_back().name = "t";
    const auto response = broker.ask<CreateTopicsResponse>(request, version);
    ASSERT_EQ(response.topics.size(), 1u);
    EXPECT_EQ(response.topics[0].name, "t");
    EXPECT_EQ(response.topics[0].error_code, ErrorCode::kNotController);
    EXPECT_EQ(response.topics[0].error_message.has_value(), version == 0);
    ASSERT_TRUE(response.topics[0].configs);
    EXPECT_TRUE(response.topics[0].configs->empty());
  }
}

}  // namespace
}  // namespace barnabas::api
