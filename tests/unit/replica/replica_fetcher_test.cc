// The follower's fetcher against a leader that the test plays.
#include "broker/replica/replica_fetcher.h"

#include <gtest/gtest.h>

#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/list_offsets.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

class ReplicaFetcherTest : public testing::Test, public BrokerFixture {
 protected:
  // Broker 1 follows broker 2 in epoch 5.
  void SetUp() override { follow(5); }

  void follow(std::int32_t epoch, const TopicPartition& tp = kPartition) {
    EXPECT_EQ(told_state(told(2, epoch, {2, 1}, epoch), tp), ErrorCode::kNone);
    run_for(milliseconds(1));
  }
  FetchRequest::FetchPartition asked() const {
    return transport.next<FetchRequest>().topics.at(0).partitions.at(0);
  }
  FetchResponse::PartitionData data(ErrorCode error = ErrorCode::kNone) const {
    FetchResponse::PartitionData answer;
    answer.error_code = error;
    answer.records = protocol::Records::empty();
    answer.log_start_offset = 0;
    return answer;
  }
  void answer(FetchResponse::PartitionData partition_data) {
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = kTopicId;
    topic.partitions.push_back(std::move(partition_data));
    transport.answer(response);
  }
  void answer_records(const std::vector<std::uint8_t>& bytes, std::int64_t high_watermark) {
    auto partition_data = data();
    partition_data.records = protocol::Records(BytesView(bytes));
    partition_data.high_watermark = high_watermark;
    answer(std::move(partition_data));
  }
  void answer_offset(std::int64_t offset, ErrorCode error = ErrorCode::kNone) {
    ListOffsetsResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "first";
    auto& partition_answer = topic.partitions.emplace_back();
    partition_answer.error_code = error;
    partition_answer.offset = offset;
    transport.answer(response);
  }
  Offset end() const { return logs.find(kPartition)->log_end_offset(); }
};

TEST_F(ReplicaFetcherTest, AppendsWhatItIsGivenAndAsksOn) {
  EXPECT_EQ(asked().fetch_offset, 0);
  EXPECT_EQ(asked().last_fetched_epoch, -1);
  answer_records(batch(3, 0, LeaderEpoch{5}), 2);
  EXPECT_EQ(end(), Offset{3});
  EXPECT_EQ(partition()->high_watermark(), Offset{2});
  EXPECT_EQ(asked().fetch_offset, 3);
  EXPECT_EQ(asked().last_fetched_epoch, 5);
}
TEST_F(ReplicaFetcherTest, TruncatesWhereTheLeaderDivergesAndFetchesOn) {
  answer_records(batch(3, 0, LeaderEpoch{3}), 2);
  answer_records(batch(4, 3, LeaderEpoch{4}), 2);
  auto diverging = data();
  diverging.diverging_epoch.epoch = 3;
  diverging.diverging_epoch.end_offset = 3;
  answer(std::move(diverging));
  EXPECT_EQ(end(), Offset{3});
  EXPECT_EQ(asked().fetch_offset, 3);
  EXPECT_EQ(asked().last_fetched_epoch, 3);
}
// In a failover the new leader is often a moment behind its followers.
TEST_F(ReplicaFetcherTest, TriesAgainSoonAfterAnErrorThatPasses) {
  answer(data(ErrorCode::kNotLeaderOrFollower));
  EXPECT_TRUE(transport.sent.empty());
  run_for(milliseconds(10));
  EXPECT_EQ(transport.sent.size(), 1u);
}
TEST_F(ReplicaFetcherTest, LostConnectionIsTriedAgainWithLongerAndLongerBackOff) {
  transport.fail(ErrorCode::kNetworkException);
  run_for(milliseconds(10));
  transport.fail(ErrorCode::kNetworkException);
  run_for(milliseconds(19));
  EXPECT_TRUE(transport.sent.empty());
  run_for(milliseconds(1));
  EXPECT_EQ(transport.sent.size(), 1u);
}
TEST_F(ReplicaFetcherTest, FencedPartitionIsLeftUntilLeaderAndIsr) {
  answer(data(ErrorCode::kFencedLeaderEpoch));
  run_for(seconds(10));
  EXPECT_TRUE(transport.sent.empty());
  follow(6);
  EXPECT_EQ(asked().current_leader_epoch, 6);
}
// A fetch that waits for data at the leader would keep the new partition from being fetched.
TEST_F(ReplicaFetcherTest, NewPartitionBreaksOffAWaitingFetch) {
  follow(5, {"first", PartitionId{1}});
  ASSERT_EQ(transport.sent.size(), 1u);
  const auto request = transport.next<FetchRequest>();
  ASSERT_EQ(request.topics.size(), 1u);
  EXPECT_EQ(request.topics[0].partitions.size(), 2u);
  EXPECT_EQ(transport.opened, 2);
}
// A batch that is larger than replica.fetch.max.bytes is given to the first that has any only.
TEST_F(ReplicaFetcherTest, PartitionThatGotNothingIsAskedForBeforeThoseThatGotRecords) {
  follow(5, {"first", PartitionId{1}});
  follow(5, {"first", PartitionId{2}});
  for (const int round : {0, 1}) {
    const auto bytes = batch(1, round, LeaderEpoch{5});
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic_id = kTopicId;
    for (const int index : {0, 1, 2}) {
      topic.partitions.push_back(data());
      topic.partitions.back().partition_index = index;
      if (index != 1) topic.partitions.back().records = protocol::Records(BytesView(bytes));
    }
    transport.answer(response);
    EXPECT_EQ(asked().partition, 1) << round;
  }
  const auto request = transport.next<FetchRequest>();
  ASSERT_EQ(request.topics.at(0).partitions.size(), 3u);
  EXPECT_EQ(request.topics[0].partitions[1].fetch_offset, 2);
}
TEST_F(ReplicaFetcherTest, FetchWaitsNoLongerThanTheBackOffOfAnotherPartition) {
  follow(5, {"first", PartitionId{1}});
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  topic.partitions.push_back(data(ErrorCode::kUnknownLeaderEpoch));
  topic.partitions.push_back(data());
  topic.partitions[1].partition_index = 1;
  transport.answer(response);
  const auto request = transport.next<FetchRequest>();
  EXPECT_EQ(request.topics[0].partitions.size(), 1u);
  EXPECT_EQ(request.max_wait_ms, 10);
}
TEST_F(ReplicaFetcherTest, LeaderThatEndsEarlierAfterAnUncleanElectionTruncates) {
  answer_records(batch(9, 0, LeaderEpoch{5}), 2);
  answer_records(batch(3, 9, LeaderEpoch{5}), 2);
  answer(data(ErrorCode::kOffsetOutOfRange));
  const auto request = transport.next<ListOffsetsRequest>();
  EXPECT_EQ(request.replica_id, BrokerId{1});
  EXPECT_EQ(request.topics[0].partitions[0].timestamp, kLatestTimestamp);
  EXPECT_EQ(request.topics[0].partitions[0].current_leader_epoch, 5);
  answer_offset(9);
  EXPECT_EQ(end(), Offset{9});
  EXPECT_EQ(asked().fetch_offset, 9);
}
TEST_F(ReplicaFetcherTest, LeaderThatStartsLaterRestartsTheLog) {
  answer_records(batch(3, 0, LeaderEpoch{5}), 2);
  answer(data(ErrorCode::kOffsetOutOfRange));
  answer_offset(100);
  EXPECT_EQ(transport.next<ListOffsetsRequest>().topics[0].partitions[0].timestamp,
            kEarliestTimestamp);
  answer_offset(40);
  EXPECT_EQ(end(), Offset{40});
  EXPECT_EQ(logs.find(kPartition)->log_start_offset(), Offset{40});
  EXPECT_EQ(asked().fetch_offset, 40);
}
TEST_F(ReplicaFetcherTest, FirstBatchAroundTheLogsStartStartsTheLogThere) {
  answer(data(ErrorCode::kOffsetOutOfRange));
  answer_offset(100);
  answer_offset(42);
  answer_records(batch(10, 40, LeaderEpoch{5}), 50);
  EXPECT_EQ(logs.find(kPartition)->log_start_offset(), Offset{40});
  EXPECT_EQ(end(), Offset{50});
}
TEST_F(ReplicaFetcherTest, CorruptRecordsAreNotAppendedAndAskedForAgain) {
  auto bytes = batch(3, 0, LeaderEpoch{5});
  bytes.back() ^= 0xff;
  answer_records(bytes, 2);
  EXPECT_EQ(end(), Offset{0});
  run_for(milliseconds(10));
  EXPECT_EQ(asked().fetch_offset, 0);
}
TEST_F(ReplicaFetcherTest, TopicWithoutIdIsFetchedByName) {
  EXPECT_EQ(told_state(told(2, 5, {2, 1}, 5), {"old", PartitionId{0}}, Uuid{}), ErrorCode::kNone);
  run_for(milliseconds(1));
  EXPECT_EQ(transport.sent.front().version, 12);
  const auto request = transport.next<FetchRequest>();
  ASSERT_EQ(request.topics.size(), 2u);
  EXPECT_EQ(request.replica_id, BrokerId{1});
}
TEST_F(ReplicaFetcherTest, LeaderElsewhereIsFetchedFromThere) {
  EXPECT_EQ(told_state(told(3, 6, {3, 1}, 6)), ErrorCode::kNone);
  run_for(milliseconds(1));
  ASSERT_EQ(transport.sent.size(), 1u);
  EXPECT_EQ(transport.sent.front().host, "host3");
}

}  // namespace
}  // namespace barnabas::replica
