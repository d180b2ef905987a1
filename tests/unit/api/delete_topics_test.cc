// DeleteTopics in every version: names up to version 5, names or ids in version 6.
#include "broker/protocol/messages/delete_topics.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/replica/metadata_cache.h"
#include "tests/unit/api/one_broker.h"
#include "zkclient/paths.h"

namespace barnabas::api {
namespace {

using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using DeletedTopic = DeleteTopicsResponse::DeletableTopicResult;

class DeleteTopicsTest : public ::testing::Test {
 protected:
  explicit DeleteTopicsTest(const std::string& more_properties = {}) : broker_(more_properties) {
    broker_.start();
  }

  static DeleteTopicsRequest by_name(std::int16_t version,
                                     const std::vector<std::string_view>& names) {
    DeleteTopicsRequest request;
    request.timeout_ms = 30000;
    if (version < 6) {
      request.topic_names = names;
    } else {
      for (const auto name : names) request.topics.push_back({name, {}});
    }
    return request;
  }
  static DeleteTopicsRequest by_id(const Uuid& id) {
    DeleteTopicsRequest request;
    request.timeout_ms = 30000;
    request.topics.push_back({std::nullopt, id});
    return request;
  }
  const std::vector<DeletedTopic>& ask(const DeleteTopicsRequest& request, std::int16_t version) {
    last_ = broker_.ask<DeleteTopicsResponse>(request, version);
    EXPECT_EQ(last_.throttle_time_ms, 0);
    for (const DeletedTopic& told : last_.responses) EXPECT_EQ(told.error_message, std::nullopt);
    return last_.responses;
  }
  bool is_known(std::string_view topic) {
    return broker_.node().metadata().snapshot()->topic(topic) != nullptr;
  }
  Uuid id_of(std::string_view topic) {
    return broker_.node().metadata().snapshot()->topic(topic)->topic_id;
  }

  OneBroker broker_;
  DeleteTopicsResponse last_;
};

TEST_F(DeleteTopicsTest, NamedTopicGoesInEveryVersion) {
  for (std::int16_t version = 0; version <= 6; ++version) {
    broker_.create_topic("gone", 2);
    broker_.create_topic("stays" + std::to_string(version), 1);
    const auto& told = ask(by_name(version, {"unknown", "gone"}), version);
    ASSERT_EQ(told.size(), 2u) << "version " << version;
    EXPECT_EQ(told[0].name, "unknown");
    EXPECT_EQ(told[0].error_code, ErrorCode::kUnknownTopicOrPartition);
    EXPECT_EQ(told[1].name, "gone");
    EXPECT_EQ(told[1].error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_TRUE(told[1].topic_id.is_zero()) << "who knows the name is not told the id";
    EXPECT_FALSE(is_known("gone")) << "version " << version;
    EXPECT_TRUE(is_known("stays" + std::to_string(version)));
    broker_.run_until([&] {
      return broker_.znode(zk::paths::topic("gone")) == zk::to_string(zk::ZkError::kNoNode);
    });
  }
}

// The controller remembered the first one as being removed, and never began with the second.
TEST_F(DeleteTopicsTest, TopicThatWasCreatedAgainGoesAgain) {
  for (int round = 0; round < 2; ++round) {
    broker_.create_topic("gone", 1);
    const auto& told = ask(by_name(6, {"gone"}), 6);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].error_code, ErrorCode::kNone) << "round " << round;
    broker_.run_until([&] {
      return broker_.znode(zk::paths::topic("gone")) == zk::to_string(zk::ZkError::kNoNode);
    });
  }
}

TEST_F(DeleteTopicsTest, IdIsAnsweredWithTheNameInVersion6) {
  broker_.create_topic("gone", 1);
  const Uuid id = id_of("gone");
  ASSERT_FALSE(id.is_zero());
  const auto& told = ask(by_id(id), 6);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].name, "gone");
  EXPECT_EQ(told[0].topic_id, id);
  EXPECT_EQ(told[0].error_code, ErrorCode::kNone);
  EXPECT_FALSE(is_known("gone"));
}

TEST_F(DeleteTopicsTest, UnknownIdHasAnErrorOfItsOwnAndNoName) {
  const auto& told = ask(by_id(Uuid{{7}}), 6);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].name, std::nullopt);
  EXPECT_EQ(told[0].topic_id, (Uuid{{7}}));
  EXPECT_EQ(told[0].error_code, ErrorCode::kUnknownTopicId);
}

// As Kafka: the request as a whole is refused, whatever else it names.
TEST_F(DeleteTopicsTest, NameTogetherWithIdIsInvalidAndNothingGoes) {
  broker_.create_topic("a", 1);
  broker_.create_topic("b", 1);
  const Uuid id = id_of("a");
  auto request = by_name(6, {"b"});
  request.topics.push_back({"a", id});
  const auto& told = ask(request, 6);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].name, "b");
  EXPECT_EQ(told[0].error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(told[1].name, "a");
  EXPECT_EQ(told[1].topic_id, id);
  EXPECT_EQ(told[1].error_code, ErrorCode::kInvalidRequest);
  broker_.run_for(seconds(1));
  EXPECT_TRUE(is_known("a"));
  EXPECT_TRUE(is_known("b"));
}

TEST_F(DeleteTopicsTest, WithoutATimeoutTheAnswerIsTimedOutAndTheTopicGoes) {
  for (std::int16_t version = 0; version <= 6; ++version) {
    broker_.create_topic("gone", 1);
    auto request = by_name(version, {"gone"});
    request.timeout_ms = 0;
    const auto& told = ask(request, version);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].error_code, ErrorCode::kRequestTimedOut) << "version " << version;
    broker_.run_until([&] {
      return !is_known("gone") &&
             broker_.znode(zk::paths::topic("gone")) == zk::to_string(zk::ZkError::kNoNode);
    });
  }
}

class DeleteTopicsDisabled : public DeleteTopicsTest {
 protected:
  DeleteTopicsDisabled() : DeleteTopicsTest("delete.topic.enable=false\n") {}
};

// Clients below version 3 do not know the error that says so.
TEST_F(DeleteTopicsDisabled, IsSaidInTheWordsOfTheVersion) {
  broker_.create_topic("stays", 1);
  for (std::int16_t version = 0; version <= 6; ++version) {
    const auto& told = ask(by_name(version, {"stays", "unknown"}), version);
    ASSERT_EQ(told.size(), 2u) << "version " << version;
    EXPECT_EQ(told[0].name, "stays");
    EXPECT_EQ(told[1].name, "unknown");
    for (const DeletedTopic& one : told) {
      EXPECT_EQ(one.error_code,
                version >= 3 ? ErrorCode::kTopicDeletionDisabled : ErrorCode::kInvalidRequest)
          << "version " << version;
    }
  }
  const Uuid id = id_of("stays");
  const auto& told = ask(by_id(id), 6);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].name, std::nullopt);
  EXPECT_EQ(told[0].topic_id, id);
  EXPECT_EQ(told[0].error_code, ErrorCode::kTopicDeletionDisabled);
  broker_.run_for(seconds(1));
  EXPECT_TRUE(is_known("stays"));
}

TEST(DeleteTopicsElsewhere, IsRefusedInEveryVersion) {
  OneBroker broker;  // never the controller: it is not started
  for (std::int16_t version = 0; version <= 6; ++version) {
    DeleteTopicsRequest request;
    if (version < 6) {
      request.topic_names = {"t"};
    } else {
      request.topics.push_back({std::nullopt, Uuid{{7}}});
    }
    const auto response = broker.ask<DeleteTopicsResponse>(request, version);
    ASSERT_EQ(response.responses.size(), 1u);
    const DeletedTopic& told = response.responses[0];
    EXPECT_EQ(told.error_code, ErrorCode::kNotController) << "version " << version;
    if (version < 6) {
      EXPECT_EQ(told.name, "t");
    } else {
      EXPECT_EQ(told.name, std::nullopt);
      EXPECT_EQ(told.topic_id, (Uuid{{7}}));
    }
  }
}

}  // namespace
}  // namespace barnabas::api
