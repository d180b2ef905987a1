// DeleteRecords and DescribeLogDirs, in all versions.
#include <string>
#include <utility>
#include <vector>

#include "broker/protocol/messages/delete_records.h"
#include "broker/protocol/messages/describe_log_dirs.h"
#include "broker/protocol/messages/produce.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using protocol::DescribeLogDirsRequest;
using protocol::DescribeLogDirsResponse;
using protocol::ProduceRequest;
using protocol::ProduceResponse;

class LogApis : public ::testing::Test {
 protected:
  LogApis() {
    broker.start();
    broker.create_topic("first", 2);
    broker.create_topic("compacted", 1, {{"cleanup.policy", "compact"}});
  }

  void produce(std::string_view topic, int records) {
    protocol::RecordBatchBuilder builder;
    for (int i = 0; i < records; ++i) builder.add(1000, "key", "value");
    const auto bytes = builder.build();
    batch_bytes = static_cast<std::int64_t>(bytes.size());
    ProduceRequest request;
    request.acks = 1;
    request.timeout_ms = 1000;
    auto& data = request.topic_data.emplace_back();
    data.name = topic;
    data.partition_data.emplace_back().records = protocol::Records(BytesView(bytes));
    const auto response = broker.ask<ProduceResponse>(request, 9);
    ASSERT_EQ(response.responses.at(0).partition_responses.at(0).error_code, ErrorCode::kNone);
  }
  std::pair<ErrorCode, std::int64_t> deleted(std::string_view topic, std::int64_t offset,
                                             std::int16_t version = 2, std::int32_t partition = 0) {
    DeleteRecordsRequest request;
    request.timeout_ms = 1000;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    auto& asked_partition = asked.partitions.emplace_back();
    asked_partition.partition_index = partition;
    asked_partition.offset = offset;
    const auto response = broker.ask<DeleteRecordsResponse>(request, version);
    EXPECT_EQ(response.topics.at(0).name, topic);
    const auto& answer = response.topics.at(0).partitions.at(0);
    EXPECT_EQ(answer.partition_index, partition);
    return {answer.error_code, answer.low_watermark};
  }

  OneBroker broker;
  std::int64_t batch_bytes = 0;
};

using DeletionAnswer = std::pair<ErrorCode, std::int64_t>;

TEST_F(LogApis, RecordsAreDeletedInEveryVersion) {
  produce("first", 10);
  EXPECT_EQ(deleted("first", 3, 0), (DeletionAnswer{ErrorCode::kNone, 3}));
  EXPECT_EQ(deleted("first", 4, 1), (DeletionAnswer{ErrorCode::kNone, 4}));
  EXPECT_EQ(deleted("first", -1, 2), (DeletionAnswer{ErrorCode::kNone, 10}));
  EXPECT_EQ(deleted("first", 2), (DeletionAnswer{ErrorCode::kNone, 10})) << "they are gone already";
}
TEST_F(LogApis, WhatCannotBeDeletedIsToldWhy) {
  produce("first", 10);
  broker.create_topic("__consumer_offsets", 1, {{"cleanup.policy", "compact"}});
  EXPECT_EQ(deleted("first", 11), (DeletionAnswer{ErrorCode::kOffsetOutOfRange, -1}));
  EXPECT_EQ(deleted("first", -2), (DeletionAnswer{ErrorCode::kOffsetOutOfRange, -1}));
  EXPECT_EQ(deleted("compacted", 0), (DeletionAnswer{ErrorCode::kPolicyViolation, -1}));
  EXPECT_EQ(deleted("first", 0, 2, 7), (DeletionAnswer{ErrorCode::kUnknownTopicOrPartition, -1}));
  EXPECT_EQ(deleted("no-such", 0), (DeletionAnswer{ErrorCode::kUnknownTopicOrPartition, -1}));
  EXPECT_EQ(deleted("__consumer_offsets", 0),
            (DeletionAnswer{ErrorCode::kInvalidTopicException, -1}));
}
TEST_F(LogApis, LogDirectoriesAreDescribedInEveryVersion) {
  produce("first", 10);
  DescribeLogDirsRequest all;
  all.topics.reset();
  for (std::int16_t version = 0; version <= 4; ++version) {
    const auto response = broker.ask<DescribeLogDirsResponse>(all, version);
    ASSERT_EQ(response.results.size(), 1u);
    const auto& dir = response.results[0];
    EXPECT_EQ(dir.error_code, ErrorCode::kNone);
    EXPECT_EQ(dir.log_dir, "/memory");
    EXPECT_EQ(dir.total_bytes, version >= 4 ? 2000 : -1);
    EXPECT_EQ(dir.usable_bytes, version >= 4 ? 1000 : -1);
    ASSERT_EQ(dir.topics.size(), 2u);
    EXPECT_EQ(dir.topics[0].name, "compacted");
    EXPECT_EQ(dir.topics[1].name, "first");
    ASSERT_EQ(dir.topics[1].partitions.size(), 2u);
    EXPECT_EQ(dir.topics[1].partitions[0].partition_size, batch_bytes);
    EXPECT_EQ(dir.topics[1].partitions[0].offset_lag, 0);
    EXPECT_FALSE(dir.topics[1].partitions[0].is_future_key);
    EXPECT_EQ(dir.topics[1].partitions[1].partition_size, 0);
  }
}
TEST_F(LogApis, OnlyTheReplicasThatAreAskedForAreDescribed) {
  DescribeLogDirsRequest request;
  request.topics.emplace();
  auto& first = request.topics->emplace_back();
  first.topic = "first";
  first.partitions = {1, 7};
  request.topics->emplace_back().topic = "compacted";
  const auto response = broker.ask<DescribeLogDirsResponse>(request, 4);
  ASSERT_EQ(response.results.at(0).topics.size(), 1u);
  EXPECT_EQ(response.results[0].topics[0].name, "first");
  ASSERT_EQ(response.results[0].topics[0].partitions.size(), 1u);
  EXPECT_EQ(response.results[0].topics[0].partitions[0].partition_index, 1);
}

}  // namespace
}  // namespace barnabas::api
