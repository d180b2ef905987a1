#include "admin/admin_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "broker/base/thread_executor.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/list_partition_reassignments.h"
#include "broker/protocol/messages/metadata.h"
#include "tests/unit/admin/fake_cluster.h"

namespace barnabas::admin {
namespace {

using namespace protocol;
using testing::ElementsAre;

class AdminClientTest : public testing::Test {
 protected:
  static constexpr std::int32_t kBootstrapPort = 1;

  AdminClientTest() { add_broker(kBootstrapPort); }

  void add_broker(std::int32_t port) {
    cluster_.brokers[port] = [this, port](ApiKey api, std::int16_t version, BytesView body) {
      return answer(port, api, version, body);
    };
  }

  Payload answer(std::int32_t port, ApiKey api, std::int16_t version, BytesView body) {
    switch (api) {
      case ApiKey::kApiVersions:
        return api_versions(version);
      case ApiKey::kMetadata:
        return metadata(version);
      case ApiKey::kCreateTopics: {
        const auto request = CreateTopicsRequest::decode(body, version);
        EXPECT_TRUE(request.has_value());
        CreateTopicsResponse response;
        auto& topic = response.topics.emplace_back();
        topic.name = request->topics.at(0).name;
        topic.error_code = port == controller_port_ ? creation_result_ : ErrorCode::kNotController;
        return response.encode(version);
      }
      default:
        ADD_FAILURE() << "unexpected API " << static_cast<int>(api);
        return {};
    }
  }

  Payload api_versions(std::int16_t version) {
    ApiVersionsResponse response;
    if (version > newest_api_versions_) {
      response.error_code = ErrorCode::kUnsupportedVersion;
      return response.encode(0);
    }
    for (const auto api : known_apis_) {
      response.api_keys.push_back({static_cast<std::int16_t>(api), 0,
                                   newest_.contains(api) ? newest_.at(api) : std::int16_t{5}});
    }
    return response.encode(version);
  }

  Payload metadata(std::int16_t version) {
    metadata_versions_.push_back(version);
    MetadataResponse response;
    for (const std::int32_t port : advertised_) {
      auto& broker = response.brokers.emplace_back();
      broker.node_id = BrokerId(port + 100);
      broker.host = "127.0.0.1";
      broker.port = port;
    }
    response.controller_id = BrokerId(told_controller_ + 100);
    // Who is told the wrong controller is told the right one next time.
    told_controller_ = controller_port_;
    auto& topic = response.topics.emplace_back();
    topic.name = "first";
    auto& partition = topic.partitions.emplace_back();
    partition.leader_id = BrokerId(102);
    partition.replica_nodes = {BrokerId(102), BrokerId(103)};
    partition.isr_nodes = {BrokerId(102)};
    return response.encode(version);
  }

  AdminClient client() { return AdminClient(config_, cluster_, home_, clock_); }

  std::set<ApiKey> known_apis_{ApiKey::kApiVersions, ApiKey::kMetadata, ApiKey::kCreateTopics};
  std::map<ApiKey, std::int16_t> newest_;
  std::int16_t newest_api_versions_ = 3;
  std::vector<std::int32_t> advertised_{kBootstrapPort};
  std::int32_t controller_port_ = kBootstrapPort;
  std::int32_t told_controller_ = kBootstrapPort;
  ErrorCode creation_result_ = ErrorCode::kNone;
  std::vector<std::int16_t> metadata_versions_;

  AdminConfig config_ = quick_config(kBootstrapPort);
  SystemClock clock_;
  FakeCluster cluster_;
  ThreadExecutor home_{"fake-network"};
};

TEST_F(AdminClientTest, SpeaksTheNewestVersionThatBothKnow) {
  newest_[ApiKey::kMetadata] = 7;
  ASSERT_TRUE(client().list_topics().has_value());
  EXPECT_THAT(metadata_versions_, ElementsAre(7));

  newest_[ApiKey::kMetadata] = 99;
  ASSERT_TRUE(client().list_topics().has_value());
  EXPECT_EQ(metadata_versions_.back(), MetadataRequest::kMaxVersion);
}

// A broker that does not know our ApiVersions answers in version 0 and tells what it knows.
TEST_F(AdminClientTest, AsksAnOlderBrokerForItsVersionsAgain) {
  newest_api_versions_ = 2;
  EXPECT_TRUE(client().list_topics().has_value());
}

TEST_F(AdminClientTest, GoesToTheNextServerWhenOneIsDown) {
  config_.bootstrap_servers.insert(config_.bootstrap_servers.begin(), {"127.0.0.1", 9});
  testing::internal::CaptureStderr();
  const auto topics = client().list_topics();
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(topics.has_value());
  EXPECT_EQ(topics->at(0).name, "first");
  EXPECT_THAT(log,
              testing::HasSubstr("WARN [AdminClient clientId=adminclient-1] Connection to "
                                 "node -1 (/127.0.0.1:9) could not be established. Node may "
                                 "not be available. (org.apache.kafka.clients.NetworkClient)"));
}

TEST_F(AdminClientTest, GivesUpInTheWordsOfKafkasClient) {
  cluster_.brokers.clear();
  config_.default_api_timeout = milliseconds(20);
  testing::internal::CaptureStderr();
  const auto topics = client().list_topics();
  testing::internal::GetCapturedStderr();
  ASSERT_FALSE(topics.has_value());
  EXPECT_EQ(topics.error().code, ErrorCode::kRequestTimedOut);
  EXPECT_EQ(topics.error().detail, "Timed out waiting for a node assignment. Call: listTopics");
}

TEST_F(AdminClientTest, OrdersGoToTheController) {
  advertised_ = {kBootstrapPort, 2};
  add_broker(2);
  controller_port_ = told_controller_ = 2;
  EXPECT_TRUE(client().create_topic({.name = "t"}).has_value());
  EXPECT_EQ(cluster_.requests.back(), std::pair(2, ApiKey::kCreateTopics));
}

// The controller has moved since it was looked up: NOT_CONTROLLER, look again, order there.
TEST_F(AdminClientTest, FollowsAControllerThatHasMoved) {
  advertised_ = {kBootstrapPort, 2};
  add_broker(2);
  controller_port_ = 2;
  told_controller_ = kBootstrapPort;
  EXPECT_TRUE(client().create_topic({.name = "t"}).has_value());
  EXPECT_EQ(std::ranges::count(cluster_.requests, std::pair(kBootstrapPort, ApiKey::kCreateTopics)),
            1);
  EXPECT_EQ(cluster_.requests.back(), std::pair(2, ApiKey::kCreateTopics));
}

TEST_F(AdminClientTest, BrokersRefusalIsTheResult) {
  creation_result_ = ErrorCode::kTopicAlreadyExists;
  const auto created = client().create_topic({.name = "t"});
  ASSERT_FALSE(created.has_value());
  EXPECT_EQ(created.error().code, ErrorCode::kTopicAlreadyExists);
  EXPECT_EQ(std::ranges::count(cluster_.requests, std::pair(kBootstrapPort, ApiKey::kCreateTopics)),
            1);
}

TEST_F(AdminClientTest, LeaderThatIsNotAliveIsNone) {
  advertised_ = {kBootstrapPort};  // 102 is not among the brokers
  const auto topics = client().describe_topics({"first"});
  ASSERT_TRUE(topics.has_value());
  EXPECT_EQ(topics->at(0).partitions.at(0).leader, std::nullopt);
}

TEST_F(AdminClientTest, ClusterThatKnowsNoReassignmentsHasNone) {
  const auto reassignments = client().list_reassignments({{"first", PartitionId(0)}});
  ASSERT_TRUE(reassignments.has_value());
  EXPECT_TRUE(reassignments->empty());
}

TEST_F(AdminClientTest, TopicThatTheBrokerLeavesOutIsNotFound) {
  const auto topics = client().describe_topics({"other"});
  ASSERT_FALSE(topics.has_value());
  EXPECT_EQ(topics.error().detail, "Topic other not found.");
}

}  // namespace
}  // namespace barnabas::admin
