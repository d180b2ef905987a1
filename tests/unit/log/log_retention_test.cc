#include <filesystem>

#include "broker/base/random.h"
#include "broker/log/file_log.h"
#include "broker/protocol/error_code.h"
#include "tests/unit/log/file_log_fixture.h"

namespace barnabas::log {
namespace {

class LogRetention : public FileLogTest {
 protected:
  LogRetention() {
    config.segment_bytes = 1000;
    config.retention_ms = -1;
  }
  // Batches of one record, about six a segment, stamped with the present.
  void append_now(int batches) {
    for (int i = 0; i < batches; ++i) {
      ASSERT_TRUE(append(batch(1, 100, clock.wall_clock_ms())));
    }
  }
  std::size_t delete_old(std::optional<Offset> high_watermark = std::nullopt) {
    const auto deleted = log->delete_old_segments(high_watermark.value_or(log->log_end_offset()));
    EXPECT_TRUE(deleted) << deleted.error().detail;
    return deleted.value_or(0);
  }
  std::size_t files_with(std::string_view part) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      count += entry.path().filename().string().find(part) != std::string::npos ? 1 : 0;
    }
    return count;
  }
};

TEST_F(LogRetention, SegmentsGoWhenTheirLastRecordIsTooOld) {
  config.retention_ms = 1000;
  open(true);
  append_now(20);
  clock.advance(milliseconds(1000));
  EXPECT_EQ(delete_old(), 0u);
  append_now(10);
  clock.advance(milliseconds(1));
  const std::size_t segments = files_with(".log");
  const std::size_t deleted = delete_old();
  EXPECT_GT(deleted, 1u);
  EXPECT_LT(deleted, segments);
  EXPECT_EQ(log->log_start_offset(), log->first_segment_base_offset());
  EXPECT_GT(log->log_start_offset(), Offset(10));
  EXPECT_EQ(log->read(log->log_start_offset() - 1, 10, log->log_end_offset(), true)
                .code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(base_offsets(read_all()).front(), log->log_start_offset());
}

TEST_F(LogRetention, WithoutTimestampsTheFilesAgeCounts) {
  config.retention_ms = 1000;
  open(true);
  ASSERT_TRUE(append(batch(1, 100, kNoTimestamp)));
  EXPECT_EQ(delete_old(), 0u) << "the manual clock is years behind the file's";
}

TEST_F(LogRetention, EmptiedLogRollsFirstAndGoesOnAtItsEnd) {
  config.retention_ms = 1000;
  open(true);
  append_now(5);
  clock.advance(milliseconds(2000));
  EXPECT_EQ(delete_old(), 1u);
  EXPECT_EQ(log->log_start_offset(), Offset(5));
  EXPECT_EQ(log->log_end_offset(), Offset(5));
  EXPECT_EQ(delete_old(), 0u) << "the empty segment stays";
  append_now(1);
  EXPECT_EQ(base_offsets(read_all()), std::vector{Offset(5)});
  kill();
  open(false);
  EXPECT_EQ(log->log_start_offset(), Offset(5));
  EXPECT_EQ(log->log_end_offset(), Offset(6));
}

TEST_F(LogRetention, NothingAboveTheHighWatermarkGoes) {
  config.retention_bytes = 0;
  open(true);
  append_now(40);
  EXPECT_GT(delete_old(Offset(20)), 0u);
  EXPECT_LE(log->log_start_offset(), Offset(20));
  EXPECT_GT(log->log_start_offset(), Offset(10));
}

TEST_F(LogRetention, FilesAreRenamedAndRemovedAfterTheDelay) {
  config.retention_bytes = 1500;
  config.file_delete_delay_ms = 60000;
  open(true);
  append_now(40);
  background.run();
  const std::size_t deleted = delete_old();
  ASSERT_GT(deleted, 0u);
  EXPECT_EQ(files_with(".log.deleted"), deleted);
  EXPECT_EQ(files_with(".index.deleted"), deleted);
  EXPECT_EQ(files_with(".timeindex.deleted"), deleted);
  // The first segment has none.
  EXPECT_EQ(files_with(".snapshot.deleted"), deleted - 1);
  background.advance(milliseconds(59999));
  EXPECT_EQ(files_with(".log.deleted"), deleted);
  background.advance(milliseconds(1));
  EXPECT_EQ(files_with(".deleted"), 0u);
  EXPECT_TRUE(failures.empty());
}

TEST_F(LogRetention, WhatACrashLeavesHalfDeletedIsGoneAfterTheStart) {
  config.retention_bytes = 1500;
  open(true);
  append_now(40);
  ASSERT_GT(delete_old(), 0u);
  const Offset start = log->log_start_offset();
  kill();
  ASSERT_GT(files_with(".deleted"), 0u);
  open(false);
  EXPECT_EQ(files_with(".deleted"), 0u);
  EXPECT_EQ(log->log_start_offset(), start);
}

TEST_F(LogRetention, ReaderOfADeletedSegmentKeepsItsBytes) {
  config.segment_bytes = 40000;
  config.retention_bytes = 0;
  open(true);
  append_many(2, 1, 30000);
  const auto info = log->read(Offset(0), 1 << 20, Offset(2), true);
  ASSERT_TRUE(info);
  ASSERT_EQ(delete_old(), 2u);
  background.advance(milliseconds(config.file_delete_delay_ms));
  EXPECT_EQ(base_offsets(bytes_of(info->records)), std::vector{Offset(0)});
}

TEST_F(LogRetention, RaisedStartHidesRecordsAtOnceAndItsSegmentsGoLater) {
  open(true);
  append_many(40, 1, 100);
  ASSERT_TRUE(log->raise_log_start_offset(Offset(20)));
  EXPECT_EQ(log->log_start_offset(), Offset(20));
  EXPECT_EQ(log->first_segment_base_offset(), Offset(0));
  EXPECT_EQ(log->read(Offset(19), 10, Offset(40), true).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(base_offsets(read(Offset(20), 1)), std::vector{Offset(20)});
  EXPECT_EQ(log->raise_log_start_offset(Offset(41)).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_GT(delete_old(), 0u);
  EXPECT_EQ(log->log_start_offset(), Offset(20));
  EXPECT_GT(log->first_segment_base_offset(), Offset(10));
  EXPECT_LE(log->first_segment_base_offset(), Offset(20));
}

TEST_F(LogRetention, LeaderEpochsFollowTheStart) {
  open(true);
  for (int epoch = 1; epoch <= 3; ++epoch) {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(batch(1, 100), LeaderEpoch(epoch)));
  }
  ASSERT_TRUE(log->raise_log_start_offset(Offset(15)));
  EXPECT_EQ(log->earliest_epoch(), LeaderEpoch(2));
  background.run();
  EXPECT_EQ(test::read_text(path("leader-epoch-checkpoint")), "0\n2\n2 15\n3 20\n");
}

// A flush that waits in the background finds its segment gone.
TEST_F(LogRetention, FlushOfADeletedSegmentIsNoFailure) {
  config.retention_bytes = 0;
  open(true);
  append_now(40);
  ASSERT_GT(delete_old(), 0u);
  background.run();
  EXPECT_TRUE(failures.empty());
  append_now(1);
  EXPECT_EQ(log->log_end_offset(), Offset(41));
}

TEST_F(LogRetention, ProducerIsKnownAfterItsRecordsWereDeleted) {
  config.retention_bytes = 0;
  open(true);
  ASSERT_TRUE(append(idempotent_batch(9, 0, 0)));
  ASSERT_EQ(delete_old(), 1u);
  EXPECT_EQ(append(idempotent_batch(9, 0, 5)).code_or(ErrorCode::kNone),
            ErrorCode::kOutOfOrderSequenceNumber);
  const auto again = append(idempotent_batch(9, 0, 0));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
}

// Appends, cuts, deletions by time, size and request, crashes and clean stops in any order, beside
// a list that does the same. What is readable is what the list has: nothing above the high
// watermark or too young is lost, nothing below the log start offset comes back.
TEST_F(LogRetention, AnyHistoryLeavesWhatTheModelKeeps) {
  struct Batch {
    std::int64_t base;
    Timestamp at;
  };
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    std::filesystem::remove_all(path());
    config.segment_bytes = 600 + static_cast<std::int64_t>(random.below(1500));
    config.index_interval_bytes = 100;
    config.retention_ms = 10000;
    config.retention_bytes = random.below(2) == 0 ? -1 : 4000;
    open(true);
    std::vector<Batch> model;  // what was appended and not cut, deleted or not
    std::int64_t end = 0;
    std::int64_t start = 0;
    for (int step = 0; step < 80; ++step) {
      switch (random.below(14)) {
        case 0: {
          const auto to = start + static_cast<std::int64_t>(
                                      random.below(static_cast<std::uint64_t>(end - start) + 1));
          ASSERT_TRUE(log->raise_log_start_offset(Offset(to)));
          start = to;
          break;
        }
        case 1:
        case 2: {
          const auto high_watermark =
              start +
              static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(end - start) + 1));
          const bool by_size = log->size_bytes() >= config.retention_bytes;
          delete_old(Offset(high_watermark));
          const std::int64_t now_at = log->log_start_offset().value();
          ASSERT_GE(now_at, start);
          ASSERT_LE(now_at, high_watermark);
          for (const Batch& batch : model) {
            if (batch.base < start || batch.base >= now_at) continue;
            const bool old = clock.wall_clock_ms() - batch.at > config.retention_ms;
            ASSERT_TRUE(old || (config.retention_bytes >= 0 && by_size)) << batch.base;
          }
          start = now_at;
          if (high_watermark == end && config.retention_bytes >= 0) {
            // One segment more would be too much.
            ASSERT_LT(log->size_bytes(), config.retention_bytes + config.segment_bytes);
          }
          break;
        }
        case 3: {
          const Offset recovery_point = log->recovery_point();
          kill();
          open(false, recovery_point, Offset(start));
          break;
        }
        case 4:
          stop_cleanly();
          open(true, Offset(0), Offset(start));
          break;
        case 5:
          background.advance(milliseconds(static_cast<std::int64_t>(random.below(90000))));
          break;
        case 6: {
          const auto to = start + static_cast<std::int64_t>(
                                      random.below(static_cast<std::uint64_t>(end - start) + 1));
          ASSERT_TRUE(log->truncate_to(Offset(to)));
          while (!model.empty() && model.back().base >= to) model.pop_back();
          end = to;
          break;
        }
        default: {
          const Timestamp at = clock.wall_clock_ms();
          ASSERT_TRUE(append(batch(1, 100, at)));
          model.push_back({end++, at});
          clock.advance(milliseconds(static_cast<std::int64_t>(random.below(2000))));
        }
      }
      ASSERT_TRUE(failures.empty()) << failures.front();
      ASSERT_EQ(log->log_end_offset(), Offset(end)) << step;
      ASSERT_EQ(log->log_start_offset(), Offset(start)) << step;
      std::vector<Offset> readable;
      for (const Batch& batch : model) {
        if (batch.base >= start) readable.emplace_back(batch.base);
      }
      ASSERT_EQ(base_offsets(read_all(500)), readable) << step;
    }
    kill();
    background.advance(seconds(120));
  }
}

}  // namespace
}  // namespace barnabas::log
