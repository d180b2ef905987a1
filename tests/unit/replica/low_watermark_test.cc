// Which records a client may have deleted, and when every replica has deleted them.
#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

// Broker 1 leads [10, 100) with everything committed.
class DeleteRecordsRules : public testing::Test, public LeaderFixture {
 protected:
  DeleteRecordsRules() {
    log = log_of(10, 100);
    lead({1, 2, 3}, 100);
    report(2, 10);
    report(3, 10);
    effects.clear();
  }
  void report(std::int32_t follower, std::int64_t log_start) {
    core.on_follower_fetch(BrokerId{follower}, Offset{100}, Offset{log_start}, log, at_ms(0),
                           effects);
  }
  std::optional<std::int64_t> deleted(std::int64_t required) const {
    const auto low = core.check_deleted(Offset{required}, log);
    EXPECT_TRUE(low);
    return low && *low ? std::optional((*low)->value()) : std::nullopt;
  }
};

TEST_F(DeleteRecordsRules, MinusOneIsTheHighWatermark) {
  EXPECT_EQ(*core.check_delete_records(kDeleteToHighWatermark, true), Offset{100});
}
TEST_F(DeleteRecordsRules, AnyOffsetUpToTheHighWatermarkWillDo) {
  EXPECT_EQ(*core.check_delete_records(Offset{0}, true), Offset{0});
  EXPECT_EQ(*core.check_delete_records(Offset{100}, true), Offset{100});
}
TEST_F(DeleteRecordsRules, AboveTheHighWatermarkIsOutOfRange) {
  append_to(110);
  EXPECT_EQ(core.check_delete_records(Offset{101}, true).error().code,
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(core.check_delete_records(Offset{-2}, true).error().code, ErrorCode::kOffsetOutOfRange);
}
TEST_F(DeleteRecordsRules, PolicyWithoutDeleteIsViolatedWhateverTheOffset) {
  EXPECT_EQ(core.check_delete_records(Offset{101}, false).error().code,
            ErrorCode::kPolicyViolation);
}
TEST_F(DeleteRecordsRules, OnlyTheLeaderDeletes) {
  core.become_follower(told(2, 6, {2, 1}, 8), effects);
  EXPECT_EQ(core.check_delete_records(Offset{20}, false).error().code,
            ErrorCode::kNotLeaderOrFollower);
  EXPECT_EQ(core.check_deleted(Offset{10}, log).error().code, ErrorCode::kNotLeaderOrFollower);
}
TEST_F(DeleteRecordsRules, LowWatermarkIsTheLowestLogStart) {
  log.log_start = Offset{50};
  EXPECT_EQ(deleted(50), std::nullopt);
  report(2, 50);
  EXPECT_EQ(deleted(50), std::nullopt);
  EXPECT_EQ(core.low_watermark(log), Offset{10});
  report(3, 60);
  EXPECT_EQ(deleted(50), 50);
}
TEST_F(DeleteRecordsRules, DeadReplicaIsNotWaitedFor) {
  log.log_start = Offset{50};
  report(2, 50);
  core.on_live_brokers(live({1, 2}));
  EXPECT_EQ(deleted(50), 50);
}
TEST_F(DeleteRecordsRules, ReplicaOutsideTheIsrIsWaitedForWhileItLives) {
  core.become_leader(told(1, 5, {1, 2}, 8), log, at_ms(0), effects);
  log.log_start = Offset{50};
  report(2, 50);
  EXPECT_EQ(deleted(50), std::nullopt);
}
TEST_F(DeleteRecordsRules, MovedLogStartOfAFollowerIsTold) {
  report(2, 10);
  EXPECT_TRUE(all_of<FollowerLogStartMoved>(effects).empty());
  report(2, 20);
  EXPECT_EQ(all_of<FollowerLogStartMoved>(effects).size(), 1u);
}

}  // namespace
}  // namespace barnabas::replica
