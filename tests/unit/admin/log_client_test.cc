#include "admin/log_client.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/thread_executor.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/delete_records.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/protocol/messages/metadata.h"
#include "tests/unit/admin/fake_cluster.h"

namespace barnabas::admin {
namespace {

using namespace protocol;

// Brokers 1 and 2 at ports of these numbers; 1 tells the metadata: t-0 is led by `leader`.
class LogClientTest : public testing::Test {
 protected:
  LogClientTest() {
    for (const std::int32_t port : {1, 2}) {
      cluster_.brokers[port] = [this, port](ApiKey api, std::int16_t version, BytesView body) {
        return answer(port, api, version, body);
      };
    }
  }

  Payload answer(std::int32_t port, ApiKey api, std::int16_t version, BytesView body) {
    if (api == ApiKey::kApiVersions) {
      ApiVersionsResponse response;
      for (const ApiInfo& info : kApis) {
        auto& known = response.api_keys.emplace_back();
        known.api_key = static_cast<std::int16_t>(info.key);
        known.min_version = info.min_version;
        known.max_version = info.max_version;
      }
      return response.encode(version);
    }
    if (api == ApiKey::kMetadata) return metadata(version, body);
    ErrorCode code = port == leader ? result : ErrorCode::kNotLeaderOrFollower;
    // Leadership moves once a broker has refused.
    if (port != leader) told_leader = leader;
    if (api == ApiKey::kDeleteRecords) {
      const auto request = DeleteRecordsRequest::decode(body, version);
      EXPECT_TRUE(request.has_value());
      asked_offset = request->topics.at(0).partitions.at(0).offset;
      DeleteRecordsResponse response;
      auto& topic = response.topics.emplace_back();
      topic.name = "t";
      auto& partition = topic.partitions.emplace_back();
      partition.error_code = code;
      partition.low_watermark = 5;
      return response.encode(version);
    }
    EXPECT_EQ(api, ApiKey::kListOffsets);
    ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    auto& partition = topic.partitions.emplace_back();
    partition.error_code = code;
    partition.offset = 42;
    return response.encode(version);
  }

  Payload metadata(std::int16_t version, BytesView body) {
    const auto request = MetadataRequest::decode(body, version);
    EXPECT_TRUE(request.has_value());
    MetadataResponse response;
    for (const std::int32_t id : {1, 2}) {
      auto& broker = response.brokers.emplace_back();
      broker.node_id = BrokerId(id);
      broker.host = "127.0.0.1";
      broker.port = id;
    }
    if (request->topics && !request->topics->empty()) {
      auto& topic = response.topics.emplace_back();
      topic.name = "t";
      topic.error_code = topic_error;
      if (topic_error == ErrorCode::kNone) {
        auto& partition = topic.partitions.emplace_back();
        partition.leader_id = BrokerId(told_leader);
      }
    }
    return response.encode(version);
  }

  Result<std::int64_t> delete_before(std::int64_t offset) {
    ClusterClient client(config_, cluster_, home_, clock_);
    const auto answers = LogClient(client).delete_records({{t0, offset}});
    EXPECT_EQ(answers.size(), 1u);
    return answers.at(t0);
  }
  Result<std::int64_t> latest() {
    ClusterClient client(config_, cluster_, home_, clock_);
    const auto answers = LogClient(client).list_offsets({t0}, -1);
    EXPECT_EQ(answers.size(), 1u);
    return answers.at(t0);
  }

  const TopicPartition t0{"t", PartitionId(0)};
  std::int32_t leader = 2;
  std::int32_t told_leader = 2;
  ErrorCode result = ErrorCode::kNone;
  ErrorCode topic_error = ErrorCode::kNone;
  std::int64_t asked_offset = 0;

  AdminConfig config_ = quick_config(1);
  FakeCluster cluster_;
  SystemClock clock_;
  ThreadExecutor home_{"home"};
};

TEST_F(LogClientTest, DeletionIsAskedOfTheLeader) {
  const auto low_watermark = delete_before(5);
  ASSERT_TRUE(low_watermark);
  EXPECT_EQ(*low_watermark, 5);
  EXPECT_EQ(asked_offset, 5);
}

TEST_F(LogClientTest, LeaderThatHasMovedIsLookedUpAgain) {
  told_leader = 1;
  ASSERT_TRUE(delete_before(-1));
  told_leader = 1;
  const auto offset = latest();
  ASSERT_TRUE(offset);
  EXPECT_EQ(*offset, 42);
}

TEST_F(LogClientTest, RefusalIsTheAnswerOfItsPartition) {
  result = ErrorCode::kOffsetOutOfRange;
  EXPECT_EQ(delete_before(7).error().detail,
            "The requested offset is not within the range of offsets maintained by the server.");
}

TEST_F(LogClientTest, UnknownTopicEndsAQuestionForOffsetsAtOnce) {
  topic_error = ErrorCode::kUnknownTopicOrPartition;
  EXPECT_EQ(
      latest().error().detail,
      "Failed to fetch metadata for partition t-0 because metadata for topic `t` could not be "
      "found");
}

TEST_F(LogClientTest, UnknownTopicIsWaitedForByADeletion) {
  topic_error = ErrorCode::kUnknownTopicOrPartition;
  config_.default_api_timeout = milliseconds(50);
  EXPECT_EQ(delete_before(7).error().code, ErrorCode::kRequestTimedOut);
}

}  // namespace
}  // namespace barnabas::admin
