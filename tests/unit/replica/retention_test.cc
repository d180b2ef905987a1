// Old records go: on the timer, and on request.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "broker/protocol/messages/fetch.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

// The records of the tests are stamped with 1970: each is too old as soon as it is committed.
class RetentionTimer : public testing::Test, public BrokerFixture {
 protected:
  Offset log_start() const { return logs.find(kPartition)->log_start_offset(); }
  void append_and_forget(int records) {
    Appended appended;
    append(appended, records, Acks::kLeader);
    ASSERT_TRUE(appended.outcomes);
  }
};

TEST_F(RetentionTimer, RunsAfterTheInitialDelayAndThenAtItsInterval) {
  lead({1});
  append_and_forget(3);
  run_for(milliseconds(29900));
  EXPECT_EQ(log_start(), Offset{0});
  run_for(milliseconds(200));
  EXPECT_EQ(log_start(), Offset{3});
  append_and_forget(2);
  run_for(milliseconds(299000));
  EXPECT_EQ(log_start(), Offset{3});
  run_for(milliseconds(2000));
  EXPECT_EQ(log_start(), Offset{5});
}
TEST_F(RetentionTimer, LeavesWhatIsNotCommitted) {
  lead({1, 2});
  append_and_forget(3);
  run_for(seconds(31));
  EXPECT_EQ(log_start(), Offset{0});
}
TEST_F(RetentionTimer, KeepsLogsThatAreOnlyCompacted) {
  log::LogConfig compacted;
  compacted.deletes = false;
  ASSERT_TRUE(logs.get_or_create(kPartition, kTopicId, compacted));
  lead({1});
  append_and_forget(3);
  run_for(seconds(31));
  EXPECT_EQ(log_start(), Offset{0});
}
TEST_F(RetentionTimer, EndsWithTheManager) {
  lead({1});
  append_and_forget(3);
  manager->shutdown();
  run_for(seconds(31));
  EXPECT_EQ(log_start(), Offset{0});
}
TEST_F(RetentionTimer, ReaderBelowTheLogStartIsOutOfRange) {
  lead({1});
  append_and_forget(3);
  run_for(seconds(31));
  Fetched consumer;
  fetch(consumer, -1, 2);
  ASSERT_TRUE(consumer.outcomes);
  EXPECT_EQ(consumer.outcomes->front().error, ErrorCode::kOffsetOutOfRange);
}
TEST_F(RetentionTimer, FollowerTakesItsLeadersLogStart) {
  protocol::FetchResponse response;
  told_state(told(2, 5, {2, 1}, 7));
  run_for(milliseconds(1));
  auto& topic = response.responses.emplace_back();
  topic.topic_id = kTopicId;
  auto& partition = topic.partitions.emplace_back();
  const auto records = batch(4, 0, LeaderEpoch{5});
  partition.records = protocol::Records(BytesView(records));
  partition.high_watermark = 4;
  partition.log_start_offset = 3;
  transport.answer(response);
  EXPECT_EQ(log_start(), Offset{3});
  run_for(milliseconds(1));
  EXPECT_EQ(transport.next<protocol::FetchRequest>().topics[0].partitions[0].log_start_offset, 3);
}

}  // namespace
}  // namespace barnabas::replica
