#include "broker/protocol/messages/create_partitions.h"

#include "broker/replica/metadata_cache.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;

class CreatePartitionsTest : public ::testing::Test {
 protected:
  CreatePartitionsTest() {
    broker_.start();
    broker_.create_topic("t", 1);
  }
  static CreatePartitionsRequest grow_to(std::int32_t count, std::string_view name = "t") {
    CreatePartitionsRequest request;
    request.timeout_ms = 30000;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.count = count;
    topic.assignments = std::nullopt;
    return request;
  }
  std::size_t partitions() {
    return broker_.node().metadata().snapshot()->topic("t")->partitions.size();
  }

  OneBroker broker_;
};

TEST_F(CreatePartitionsTest, EveryVersionAddsPartitions) {
  for (std::int16_t version = 0; version <= 3; ++version) {
    const auto response = broker_.ask<CreatePartitionsResponse>(grow_to(version + 2), version);
    ASSERT_EQ(response.results.size(), 1u);
    EXPECT_EQ(response.results[0].name, "t");
    EXPECT_EQ(response.results[0].error_code, ErrorCode::kNone);
    EXPECT_EQ(response.results[0].error_message, std::nullopt);
    EXPECT_EQ(partitions(), static_cast<std::size_t>(version + 2));
  }
}

TEST_F(CreatePartitionsTest, AnAssignmentIsFollowed) {
  auto request = grow_to(2);
  request.topics[0].assignments.emplace();
  request.topics[0].assignments->push_back({{BrokerId(9)}});
  auto response = broker_.ask<CreatePartitionsResponse>(request, 3);
  EXPECT_EQ(response.results[0].error_code, ErrorCode::kInvalidReplicaAssignment);
  EXPECT_EQ(response.results[0].error_message, "Unknown broker(s) in replica assignment: 9.");
  request.topics[0].assignments->at(0).broker_ids = {kOurId};
  response = broker_.ask<CreatePartitionsResponse>(request, 3);
  EXPECT_EQ(response.results[0].error_code, ErrorCode::kNone);
}

TEST_F(CreatePartitionsTest, ATopicThatIsNamedTwiceIsAnsweredOnce) {
  auto request = grow_to(2);
  request.topics.push_back(request.topics[0]);
  request.topics.push_back(grow_to(2, "none").topics[0]);
  const auto response = broker_.ask<CreatePartitionsResponse>(request, 3);
  ASSERT_EQ(response.results.size(), 2u);
  EXPECT_EQ(response.results[0].error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(response.results[0].error_message, "Duplicate topic in request.");
  EXPECT_EQ(response.results[1].error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(partitions(), 1u);
}

}  // namespace
}  // namespace barnabas::api
