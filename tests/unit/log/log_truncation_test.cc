// Cutting a log, and what follows from it: producers, leader epochs, checkpoints.

#include <gtest/gtest.h>

#include <filesystem>

#include "broker/base/random.h"
#include "tests/unit/log/file_log_fixture.h"

namespace barnabas::log {
namespace {

using LogTruncation = FileLogTest;

TEST_F(LogTruncation, DropsEverythingFromTheOffsetOn) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  ASSERT_TRUE(log->truncate_to(Offset(13)));
  EXPECT_EQ(log->log_end_offset(), Offset(13));
  EXPECT_EQ(base_offsets(read_all()).size(), 13u);
  EXPECT_EQ(append(batch())->first_offset, Offset(13));
  EXPECT_EQ(base_offsets(read_all()).size(), 14u);
}

TEST_F(LogTruncation, AtOrAboveTheEndChangesNoRecord) {
  open(true);
  append_many(4);
  ASSERT_TRUE(log->truncate_to(Offset(4)));
  ASSERT_TRUE(log->truncate_to(Offset(100)));
  EXPECT_EQ(log->log_end_offset(), Offset(4));
}

TEST_F(LogTruncation, InsideABatchTakesTheWholeBatch) {
  open(true);
  append_many(2, 5);
  ASSERT_TRUE(log->truncate_to(Offset(7)));
  EXPECT_EQ(log->log_end_offset(), Offset(5));
}

TEST_F(LogTruncation, ProducersAreThoseOfTheBatchesThatRemain) {
  config.segment_bytes = 1000;
  open(true);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
  ASSERT_TRUE(log->truncate_to(Offset(25)));
  EXPECT_TRUE(append(idempotent_batch(9, 0, 24))->duplicate);
  EXPECT_EQ(append(idempotent_batch(9, 0, 26)).code_or(ErrorCode::kNone),
            ErrorCode::kOutOfOrderSequenceNumber);
  EXPECT_EQ(append(idempotent_batch(9, 0, 25))->first_offset, Offset(25));
  // Nothing of the future is left that a later load could believe.
  for (const std::string& name : test::names_in(path())) {
    if (!name.ends_with(".snapshot")) continue;
    EXPECT_LE(std::stoll(name.substr(0, 20)), 25) << name;
  }
}

// Cut to just behind a snapshot, which has the last batch only.
TEST_F(LogTruncation, LastBatchesOfAProducerAreKnownAtEveryCut) {
  config.segment_bytes = 1000;
  for (std::int32_t end = 39; end >= 5; --end) {
    SCOPED_TRACE(end);
    open(true);
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
    ASSERT_TRUE(log->truncate_to(Offset(end)));
    for (std::int32_t i = end - 5; i < end; ++i) {
      const auto again = append(idempotent_batch(9, 0, i));
      ASSERT_TRUE(again) << i << " " << again.error().detail;
      EXPECT_TRUE(again->duplicate);
      EXPECT_EQ(again->first_offset, Offset(i));
    }
    kill();
    std::filesystem::remove_all(path());
  }
}

TEST_F(LogTruncation, ProducerWhoseOnlyBatchIsCutIsForgotten) {
  open(true);
  append_many(2);
  ASSERT_TRUE(append(idempotent_batch(9, 0, 0)));
  ASSERT_TRUE(log->truncate_to(Offset(2)));
  EXPECT_EQ(log->producer_count(), 0u);
  const auto again = append(idempotent_batch(9, 0, 0));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->duplicate);
}

TEST_F(LogTruncation, LeaderEpochsFollow) {
  open(true);
  ASSERT_TRUE(append(batch(5), LeaderEpoch(1)));
  ASSERT_TRUE(append(batch(5), LeaderEpoch(2)));
  ASSERT_TRUE(log->truncate_to(Offset(5)));
  EXPECT_EQ(log->latest_epoch(), LeaderEpoch(1));
  EXPECT_EQ(test::read_text(path("leader-epoch-checkpoint")), "0\n1\n1 0\n");
}

// The checkpoint must come down before anything is appended again: otherwise a crash would take
// the new, unflushed bytes below it for flushed ones.
TEST_F(LogTruncation, BelowTheRecoveryPointLowersTheCheckpointFirst) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  background.run();
  ASSERT_GT(log->recovery_point(), Offset(10));
  ASSERT_TRUE(log->truncate_to(log->recovery_point()));
  EXPECT_TRUE(checkpointed_recovery_points.empty());
  ASSERT_TRUE(log->truncate_to(Offset(3)));
  EXPECT_EQ(checkpointed_recovery_points, std::vector{Offset(3)});
  EXPECT_EQ(log->recovery_point(), Offset(3));
}

TEST_F(LogTruncation, FlushUnderWayDoesNotCountAfterwards) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);  // its flushes wait in the background
  ASSERT_TRUE(log->truncate_to(Offset(3)));
  background.run();
  EXPECT_LE(log->recovery_point(), Offset(3));
  EXPECT_TRUE(failures.empty());
}

// The old segments are still there then, and all of them seem flushed.
TEST_F(LogTruncation, FlushThatBeginsInsideATruncationDoesNotCount) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  background.run();
  ASSERT_GT(log->recovery_point(), Offset(10));
  while_truncating = [this] { EXPECT_TRUE(log->flush_to(log->log_end_offset())); };
  ASSERT_TRUE(log->truncate_to(Offset(3)));
  EXPECT_EQ(checkpointed_recovery_points, std::vector{Offset(3)});
  EXPECT_EQ(log->recovery_point(), Offset(3));
  EXPECT_TRUE(failures.empty());
  while_truncating = nullptr;
  EXPECT_EQ(append(batch())->first_offset, Offset(3));
  ASSERT_TRUE(log->flush_to(Offset(4)));
  EXPECT_EQ(log->recovery_point(), Offset(4)) << "and afterwards one counts again";
}

// The files have other names then, but the log has not let go of the segments yet.
TEST_F(LogTruncation, FlushOfSegmentsThatAreGoingIsNoFailure) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  background.run();
  int flushes = 0;
  background.when_asked_for_later = [&] {
    EXPECT_TRUE(log->flush_to(log->log_end_offset()));
    ++flushes;
  };
  ASSERT_TRUE(log->truncate_fully_and_start_at(Offset(100)));
  background.when_asked_for_later = nullptr;
  EXPECT_EQ(flushes, 1);
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(log->recovery_point(), Offset(100));
  EXPECT_TRUE(append(batch()));
}

TEST_F(LogTruncation, FullTruncationStartsAtTheOffset) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  ASSERT_TRUE(log->truncate_fully_and_start_at(Offset(100)));
  EXPECT_EQ(log->log_start_offset(), Offset(100));
  EXPECT_EQ(log->log_end_offset(), Offset(100));
  EXPECT_EQ(log->latest_epoch(), kNoLeaderEpoch);
  ASSERT_TRUE(log->append_as_follower(replicated(100, 4, 2)));
  kill();
  open(false);
  EXPECT_EQ(log->log_start_offset(), Offset(100));
  EXPECT_EQ(log->log_end_offset(), Offset(102));
}

TEST_F(LogTruncation, BelowTheFirstSegmentStartsThere) {
  open(true);
  ASSERT_TRUE(log->truncate_fully_and_start_at(Offset(100)));
  ASSERT_TRUE(log->append_as_follower(replicated(100, 4, 2)));
  ASSERT_TRUE(log->truncate_to(Offset(50)));
  EXPECT_EQ(log->log_start_offset(), Offset(50));
  EXPECT_EQ(log->log_end_offset(), Offset(50));
}

// Appends, cuts, crashes and clean stops in any order, beside a list that does the same: the log
// always holds exactly the list's batches, and the producer goes on where they end.
TEST_F(LogTruncation, AnyHistoryLeavesExactlyTheBatchesThatShouldBeThere) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    Random random(seed);
    std::filesystem::remove_all(path());
    config.segment_bytes = 600 + static_cast<std::int64_t>(random.below(1500));
    config.index_interval_bytes = 100;
    open(true);
    std::vector<int> records;  // of each batch
    const auto end = [&] {
      std::int64_t sum = 0;
      for (const int n : records) sum += n;
      return sum;
    };
    std::int32_t epoch = 0;
    for (int step = 0; step < 60; ++step) {
      switch (random.below(12)) {
        case 0: {
          const std::size_t keep = random.below(records.size() + 1);
          records.resize(keep);
          ASSERT_TRUE(log->truncate_to(Offset(end()))) << seed;
          break;
        }
        case 1: {
          const Offset recovery_point = log->recovery_point();
          kill();
          open(false, recovery_point);
          break;
        }
        case 2:
          stop_cleanly();
          open(true);
          break;
        case 3:
          background.run();
          break;
        case 4:
          ++epoch;
          break;
        default: {
          const int n = 1 + static_cast<int>(random.below(4));
          const auto info = append(idempotent_batch(9, 0, static_cast<std::int32_t>(end()), n),
                                   LeaderEpoch(epoch));
          ASSERT_TRUE(info) << seed << " " << info.error().detail;
          ASSERT_FALSE(info->duplicate) << seed;
          records.push_back(n);
        }
      }
      ASSERT_EQ(log->log_end_offset(), Offset(end())) << seed << " step " << step;
      const auto bases = base_offsets(read_all(500));
      ASSERT_EQ(bases.size(), records.size()) << seed << " step " << step;
    }
    kill();
  }
}

}  // namespace
}  // namespace barnabas::log
