#include "broker/api/topic_creation.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/protocol/error_code.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/replica/metadata_cache.h"
#include "tests/unit/api/one_broker.h"
#include "zkclient/documents.h"

namespace barnabas::api {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

class AutoTopicCreationTest : public ::testing::Test {
 protected:
  std::optional<AutoTopicCreation::Told> create(const std::vector<std::string>& names) {
    std::vector<controller::NewTopic> topics;
    for (const std::string& name : names) topics.emplace_back().name = name;
    told_.reset();
    creation_.create(std::move(topics),
                     [this, once = std::make_shared<bool>(false)](AutoTopicCreation::Told told) {
                       EXPECT_FALSE(std::exchange(*once, true)) << "told twice";
                       told_ = std::move(told);
                     });
    return told_;
  }

  using Told = AutoTopicCreation::Told;
  static constexpr ErrorCode kComeAgain = ErrorCode::kUnknownTopicOrPartition;

  std::vector<AutoTopicCreation::Asking> asked_;
  std::optional<Told> told_;
  AutoTopicCreation creation_{
      [this](AutoTopicCreation::Asking asking) { asked_.push_back(std::move(asking)); }};
};

TEST_F(AutoTopicCreationTest, TopicIsAskedForOnceAtATime) {
  create({"a"});
  EXPECT_EQ(create({"a", "b"}), std::nullopt);
  EXPECT_EQ(create({"b"}), (Told{{"b", kComeAgain}}));
  ASSERT_EQ(asked_.size(), 2u);
  ASSERT_EQ(asked_[1].topics.size(), 1u);
  EXPECT_EQ(asked_[1].topics[0].name, "b");
  asked_[0].answered({Error{ErrorCode::kNotController, {}}});
  create({"a", "b"});
  ASSERT_EQ(asked_.size(), 3u);
  ASSERT_EQ(asked_[2].topics.size(), 1u);
  EXPECT_EQ(asked_[2].topics[0].name, "a");
}

TEST_F(AutoTopicCreationTest, AnotherBrokersAnswerIsNotWaitedFor) {
  create({"a"});
  EXPECT_FALSE(told_);
  asked_[0].sent();
  EXPECT_EQ(told_, (Told{{"a", kComeAgain}}));
  asked_[0].answered({Error{ErrorCode::kInvalidReplicationFactor, {}}});
  create({"a"});
  EXPECT_EQ(asked_.size(), 2u);
}

TEST_F(AutoTopicCreationTest, TheControllerTellsWhatBecameOfThem) {
  create({"a", "b", "c", "d"});
  const auto error = [](ErrorCode code) { return Error{code, {}}; };
  asked_[0].answered({error(ErrorCode::kRequestTimedOut), error(ErrorCode::kTopicAlreadyExists),
                      error(ErrorCode::kInvalidReplicationFactor),
                      error(ErrorCode::kNotController)});
  EXPECT_EQ(told_, (Told{{"a", ErrorCode::kLeaderNotAvailable},
                         {"b", ErrorCode::kLeaderNotAvailable},
                         {"c", ErrorCode::kInvalidReplicationFactor},
                         {"d", kComeAgain}}));
}

TEST_F(AutoTopicCreationTest, ANameThatNoTopicCanHaveIsNotAskedFor) {
  EXPECT_EQ(create({"a/b", ""}), (Told{{"a/b", ErrorCode::kInvalidTopicException},
                                       {"", ErrorCode::kInvalidTopicException}}));
  EXPECT_TRUE(asked_.empty());
}

TEST(OffsetsTopic, IsCompactedAndAsLargeAsConfigured) {
  OneBroker broker("offsets.topic.segment.bytes=1234567\noffsets.topic.num.partitions=7\n");
  const controller::NewTopic topic = offsets_topic(broker.config());
  EXPECT_EQ(topic.name, "__consumer_offsets");
  EXPECT_EQ(topic.num_partitions, 7);
  EXPECT_EQ(topic.replication_factor, 3);
  const std::vector<std::pair<std::string, std::optional<std::string>>> configs = {
      {"cleanup.policy", "compact"},
      {"segment.bytes", "1234567"},
      {"compression.type", "producer"}};
  EXPECT_EQ(topic.configs, configs);
}

TEST(AutomaticTopic, HasTheBrokersDefaultsUnlessItIsInternal) {
  OneBroker broker("num.partitions=4\ndefault.replication.factor=2\n");
  const controller::NewTopic plain = automatic_topic(broker.config(), "t");
  EXPECT_EQ(plain.num_partitions, 4);
  EXPECT_EQ(plain.replication_factor, 2);
  EXPECT_TRUE(plain.configs.empty());
  EXPECT_EQ(automatic_topic(broker.config(), "__consumer_offsets").num_partitions, 50);
  const controller::NewTopic transactions = automatic_topic(broker.config(), "__transaction_state");
  EXPECT_EQ(transactions.num_partitions, 50);
  EXPECT_EQ(transactions.replication_factor, 3);
  EXPECT_EQ(transactions.configs.size(), 5u);
}

MetadataRequest ask_for(std::string_view topic, bool allow_creation = true) {
  MetadataRequest request;
  request.topics.emplace();
  request.topics->emplace_back().name = topic;
  request.allow_auto_topic_creation = allow_creation;
  return request;
}

ErrorCode metadata_error(OneBroker& broker, const MetadataRequest& request,
                         std::int16_t version = 12) {
  const auto response = broker.ask<MetadataResponse>(request, version);
  return response.topics.at(0).error_code;
}

TEST(AutomaticCreation, AMissingTopicIsThereWhenTheClientComesAgain) {
  OneBroker broker("num.partitions=3\n");
  broker.start();
  for (std::int16_t version = 0; version <= 12; ++version) {
    const std::string topic = "t" + std::to_string(version);
    EXPECT_EQ(metadata_error(broker, ask_for(topic), version), ErrorCode::kLeaderNotAvailable);
    broker.run_until(
        [&] { return metadata_error(broker, ask_for(topic), version) == ErrorCode::kNone; });
    EXPECT_EQ(broker.node().metadata().snapshot()->topic(topic)->partitions.size(), 3u);
  }
}

TEST(AutomaticCreation, WhatPreventsItIsSaid) {
  OneBroker broker("default.replication.factor=2\n");
  broker.start();
  EXPECT_EQ(metadata_error(broker, ask_for("t")), ErrorCode::kInvalidReplicationFactor);
  EXPECT_EQ(metadata_error(broker, ask_for("a/b")), ErrorCode::kInvalidTopicException);
}

TEST(AutomaticCreation, ClientAndBrokerHaveToAllowIt) {
  OneBroker broker;
  broker.start();
  EXPECT_EQ(metadata_error(broker, ask_for("t", false)), ErrorCode::kUnknownTopicOrPartition);
  OneBroker unwilling("auto.create.topics.enable=false\n");
  unwilling.start();
  EXPECT_EQ(metadata_error(unwilling, ask_for("t")), ErrorCode::kUnknownTopicOrPartition);
  broker.run_for(seconds(1));
  EXPECT_EQ(broker.node().metadata().snapshot()->topic("t"), nullptr);
}

// The other broker, which is the controller: keeps what it is asked.
class RemoteController final : public protocol::RequestHandler {
 public:
  void handle(protocol::Request request, protocol::Responder responder) override {
    ASSERT_EQ(request.api, protocol::ApiKey::kCreateTopics);
    const auto asked = CreateTopicsRequest::decode(request.body, request.version);
    ASSERT_TRUE(asked);
    CreateTopicsResponse response;
    for (const auto& topic : asked->topics) {
      names.emplace_back(topic.name);
      partitions.push_back(topic.num_partitions);
      auto& told = response.topics.emplace_back();
      told.name = topic.name;
      told.error_code = ErrorCode::kNone;
    }
    if (silent) {
      waiting.push_back(std::move(responder));
    } else {
      responder.respond(response.encode(request.version));
    }
  }

  bool silent = false;
  std::vector<std::string> names;
  std::vector<std::int32_t> partitions;
  std::vector<protocol::Responder> waiting;
};

class AutomaticCreationElsewhere : public ::testing::Test {
 protected:
  AutomaticCreationElsewhere() {
    broker_.start();
    // Another broker takes the place of the controller.
    broker_.set_znode("/controller", zk::ControllerZnode{BrokerId(2), 0, -1}.encode());
    broker_.run_until([&] { return !broker_.node().controller().is_active(); });
    broker_.network().listen(2, process_, controller_);
    replica::MetadataUpdate update;
    update.controller_id = BrokerId(2);
    update.live_brokers = {{kOurId, {{"PLAINTEXT", "PLAINTEXT", "host-1", 1}}, {}},
                           {BrokerId(2), {{"PLAINTEXT", "PLAINTEXT", "host-2", 2}}, {}}};
    broker_.node().metadata().update(update);
  }

  RemoteController controller_;
  OneBroker broker_{"num.partitions=3\n"};
  sim::Process process_{broker_.scheduler(), 0};
};

TEST_F(AutomaticCreationElsewhere, TheControllerIsAskedAndTheClientComesAgain) {
  EXPECT_EQ(metadata_error(broker_, ask_for("t")), ErrorCode::kUnknownTopicOrPartition);
  broker_.run_until([&] { return !controller_.names.empty(); });
  EXPECT_EQ(controller_.names, (std::vector<std::string>{"t"}));
  EXPECT_EQ(controller_.partitions, (std::vector<std::int32_t>{3}));
}

TEST_F(AutomaticCreationElsewhere, ItIsNotAskedAgainBeforeItHasAnswered) {
  controller_.silent = true;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(metadata_error(broker_, ask_for("t")), ErrorCode::kUnknownTopicOrPartition);
    broker_.run_for(milliseconds(100));
  }
  EXPECT_EQ(controller_.names.size(), 1u);
  controller_.waiting.clear();  // the connection ends
  controller_.silent = false;
  broker_.run_until([&] {
    metadata_error(broker_, ask_for("t"));
    return controller_.names.size() == 2;
  });
}

}  // namespace
}  // namespace barnabas::api
