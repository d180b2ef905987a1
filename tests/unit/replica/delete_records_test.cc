// DeleteRecords through the shells: what waits, and what ends the waiting.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

struct Deleted {
  bool parked = false;
  std::optional<std::vector<DeleteRecordsOutcome>> outcomes;
};
class DeleteProbe final : public DeleteRecordsSink {
 public:
  explicit DeleteProbe(Deleted& to) : to_(to) {}
  void parked() override { to_.parked = true; }
  void done(std::vector<DeleteRecordsOutcome> outcomes) override {
    EXPECT_FALSE(to_.outcomes) << "answered twice";
    to_.outcomes = std::move(outcomes);
  }

 private:
  Deleted& to_;
};

class DeleteRecordsTest : public testing::Test, public BrokerFixture {
 protected:
  void delete_to(Deleted& to, std::int64_t offset, Duration timeout = seconds(30),
                 const TopicPartition& tp = kPartition) {
    manager->delete_records({{tp.topic, tp.partition, Offset{offset}}}, timeout,
                            std::make_unique<DeleteProbe>(to));
  }
  void append_and_forget(int records) {
    Appended appended;
    append(appended, records, Acks::kLeader);
    ASSERT_TRUE(appended.outcomes);
  }
  // As fetch(), telling a log start offset.
  void follow(std::int32_t replica, std::int64_t offset, std::int64_t log_start) {
    Fetched fetched;
    FetchParams params;
    params.replica_id = BrokerId{replica};
    params.max_bytes = 1 << 20;
    FetchEntry entry;
    entry.topic = kPartition.topic;
    entry.partition = kPartition.partition;
    entry.topic_id = kTopicId;
    entry.current_leader_epoch = LeaderEpoch{5};
    entry.fetch_offset = Offset{offset};
    entry.log_start_offset = Offset{log_start};
    entry.max_bytes = 1 << 20;
    manager->fetch(params, {entry}, std::make_unique<FetchProbe>(fetched));
    ASSERT_TRUE(fetched.outcomes);
    answered_log_start = fetched.outcomes->front().log_start_offset;
  }

  // Leads with two followers that have all five records and start at 0.
  void lead_five_replicated_records() {
    lead({1, 2, 3});
    append_and_forget(5);
    follow(2, 5, 0);
    follow(3, 5, 0);
  }

  Offset answered_log_start;
};

TEST_F(DeleteRecordsTest, LoneReplicaAnswersAtOnce) {
  lead({1});
  ASSERT_TRUE(update_metadata({1}));
  append_and_forget(5);
  Deleted deleted;
  delete_to(deleted, -1);
  ASSERT_TRUE(deleted.outcomes);
  EXPECT_EQ(deleted.outcomes->front().error, ErrorCode::kNone);
  EXPECT_EQ(deleted.outcomes->front().low_watermark, Offset{5});
  EXPECT_EQ(logs.find(kPartition)->log_start_offset(), Offset{5});
}
TEST_F(DeleteRecordsTest, WaitsUntilEveryFollowerHasTakenTheLogStart) {
  lead_five_replicated_records();
  Deleted deleted;
  delete_to(deleted, 4);
  EXPECT_TRUE(deleted.parked);
  follow(2, 5, 0);
  EXPECT_EQ(answered_log_start, Offset{4});
  follow(2, 5, 4);
  EXPECT_FALSE(deleted.outcomes);
  follow(3, 5, 4);
  ASSERT_TRUE(deleted.outcomes);
  EXPECT_EQ(deleted.outcomes->front().error, ErrorCode::kNone);
  EXPECT_EQ(deleted.outcomes->front().low_watermark, Offset{4});
}
TEST_F(DeleteRecordsTest, DeathOfTheFollowerThatIsWaitedForEndsTheWaiting) {
  lead_five_replicated_records();
  Deleted deleted;
  delete_to(deleted, 4);
  follow(2, 5, 4);
  ASSERT_TRUE(update_metadata({1, 2}));
  ASSERT_TRUE(deleted.outcomes);
  EXPECT_EQ(deleted.outcomes->front().low_watermark, Offset{4});
}
TEST_F(DeleteRecordsTest, TimesOutWithTheLowWatermarkSoFar) {
  lead_five_replicated_records();
  Deleted deleted;
  delete_to(deleted, 4, milliseconds(100));
  run_for(milliseconds(101));
  ASSERT_TRUE(deleted.outcomes);
  EXPECT_EQ(deleted.outcomes->front().error, ErrorCode::kRequestTimedOut);
  EXPECT_EQ(deleted.outcomes->front().low_watermark, Offset{0});
}
TEST_F(DeleteRecordsTest, LosingTheLeadershipEndsTheWaiting) {
  lead_five_replicated_records();
  Deleted deleted;
  delete_to(deleted, 4);
  told_state(told(2, 6, {1, 2}, 8));
  ASSERT_TRUE(deleted.outcomes);
  EXPECT_EQ(deleted.outcomes->front().error, ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(deleted.outcomes->front().low_watermark, kUnknownOffset);
}
TEST_F(DeleteRecordsTest, WhatCannotBeDoneIsToldAtOnce) {
  lead({1, 2, 3});
  append_and_forget(5);
  Deleted above;
  delete_to(above, 1);
  ASSERT_TRUE(above.outcomes);
  EXPECT_EQ(above.outcomes->front().error, ErrorCode::kOffsetOutOfRange);
  Deleted unknown;
  delete_to(unknown, 0, seconds(30), {"no-such", PartitionId{0}});
  ASSERT_TRUE(unknown.outcomes);
  EXPECT_EQ(unknown.outcomes->front().error, ErrorCode::kUnknownTopicOrPartition);
}

}  // namespace
}  // namespace barnabas::replica
