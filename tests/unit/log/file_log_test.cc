#include "broker/log/file_log.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <cstddef>
#include <filesystem>

#include "tests/unit/log/descriptors.h"
#include "tests/unit/log/file_log_fixture.h"

namespace barnabas::log {
namespace {

using protocol::RecordBatchView;
using test::Bytes;

TEST_F(FileLogTest, LeaderAssignsOffsetsAndEpochInPlace) {
  open(true);
  ASSERT_TRUE(append(batch(3)));
  Bytes second = batch(2);
  const auto info = log->append_as_leader(second, LeaderEpoch(9), AppendOrigin::kClient);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->first_offset, Offset(3));
  EXPECT_EQ(info->last_offset, Offset(4));
  EXPECT_EQ(info->log_append_time, kNoTimestamp);
  EXPECT_EQ(log->log_end_offset(), Offset(5));
  const RecordBatchView view(second.data());
  EXPECT_EQ(view.base_offset(), Offset(3));
  EXPECT_EQ(view.partition_leader_epoch(), LeaderEpoch(9));
  EXPECT_EQ(read(Offset(3)), second);
}

TEST_F(FileLogTest, ReadBeginsWithTheBatchThatHoldsTheOffset) {
  open(true);
  append_many(3, 5);
  EXPECT_EQ(base_offsets(read(Offset(7))), (std::vector{Offset(5), Offset(10)}));
}

TEST_F(FileLogTest, ReadStopsBelowTheUpperBound) {
  open(true);
  append_many(4, 5);
  EXPECT_EQ(base_offsets(read(Offset(0), 1 << 20, Offset(10))),
            (std::vector{Offset(0), Offset(5)}));
  // A bound inside a batch hides all of it.
  EXPECT_EQ(base_offsets(read(Offset(0), 1 << 20, Offset(12))),
            (std::vector{Offset(0), Offset(5)}));
  EXPECT_TRUE(read(Offset(10), 1 << 20, Offset(10)).empty());
}

TEST_F(FileLogTest, ReadOutsideTheLogIsOutOfRange) {
  open(true);
  append_many(2);
  EXPECT_EQ(log->read(Offset(3), 100, Offset(2), true).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(log->read(Offset(-1), 100, Offset(2), true).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_TRUE(read(Offset(2)).empty());
}

TEST_F(FileLogTest, FirstBatchComesWholeOnlyWhenAtLeastOneIsAsked) {
  open(true);
  append_many(2, 1, 500);
  const auto whole = log->read(Offset(0), 100, Offset(2), true);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->oversized);
  EXPECT_EQ(base_offsets(bytes_of(whole->records)), std::vector{Offset(0)});
  const auto nothing = log->read(Offset(0), 100, Offset(2), false);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->size_bytes, 0);
}

TEST_F(FileLogTest, LargeReadsAreFileRanges) {
  open(true);
  append_many(1, 1, 20'000);
  const auto info = log->read(Offset(0), 1 << 20, Offset(1), true);
  ASSERT_TRUE(info);
  ASSERT_EQ(info->records.pieces().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<FileRange>(info->records.pieces()[0]));
}

TEST_F(FileLogTest, ColdReadsFindEveryOffsetThroughTheIndex) {
  config.index_interval_bytes = 200;
  open(true);
  append_many(300, 2, 50);
  for (std::int64_t offset = 0; offset < 600; offset += 7) {
    const auto bases = base_offsets(read(Offset(offset), 1));
    ASSERT_EQ(bases, std::vector{Offset(offset - offset % 2)});
  }
}

TEST_F(FileLogTest, SegmentsRollAtSegmentBytesAndAreReadThrough) {
  config.segment_bytes = 1000;
  open(true);
  append_many(30, 1, 100);
  EXPECT_GT(test::names_in(path()).count("00000000000000000005.log"), 0u);
  EXPECT_EQ(base_offsets(read_all()).size(), 30u);
}

TEST_F(FileLogTest, FlushMessagesForcesRecordsToDiskBeforeTheirAppendIsAnswered) {
  config.flush_messages = 3;
  open(true);
  append_many(2);
  EXPECT_EQ(log->recovery_point(), Offset(0));
  append_many(1);
  EXPECT_EQ(log->recovery_point(), Offset(3)) << "and nothing was left to the background";
  append_many(1, 7);
  EXPECT_EQ(log->recovery_point(), Offset(10));
}

TEST_F(FileLogTest, FlushMsForcesRecordsToDiskWhenThatTimeHasPassed) {
  config.flush_ms = 5000;
  open(true);
  append_many(2);
  clock.advance(milliseconds(4999));
  log->flush_if_due();
  EXPECT_EQ(log->recovery_point(), Offset(0));
  clock.advance(milliseconds(1));
  log->flush_if_due();
  EXPECT_EQ(log->recovery_point(), Offset(2));
  append_many(1);
  clock.advance(milliseconds(4999));
  log->flush_if_due();
  EXPECT_EQ(log->recovery_point(), Offset(2)) << "since the last time";
}

TEST_F(FileLogTest, RestartAfterCleanStopKeepsEverything) {
  config.segment_bytes = 2000;
  open(true);
  append_many(50, 2, 60);
  ASSERT_TRUE(append(idempotent_batch(44, 0, 0, 3)));
  const Bytes before = read_all();
  stop_cleanly();
  open(true);
  EXPECT_EQ(log->log_end_offset(), Offset(103));
  EXPECT_EQ(log->recovery_point(), Offset(103));
  EXPECT_EQ(log->latest_epoch(), kEpoch);
  EXPECT_EQ(read_all(), before);
  const auto retry = append(idempotent_batch(44, 0, 0, 3));
  ASSERT_TRUE(retry);
  EXPECT_TRUE(retry->duplicate);
  EXPECT_EQ(retry->first_offset, Offset(100));
}

TEST_F(FileLogTest, RestartAfterCrashKeepsEverythingWritten) {
  config.segment_bytes = 2000;
  open(true);
  append_many(50, 2, 60);
  ASSERT_TRUE(append(idempotent_batch(44, 0, 0, 3)));
  const Bytes before = read_all();
  kill();
  open(false);
  EXPECT_EQ(log->log_end_offset(), Offset(103));
  EXPECT_EQ(read_all(), before);
  const auto next = append(idempotent_batch(44, 0, 3));
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->duplicate);
  EXPECT_EQ(next->first_offset, Offset(103));
}

TEST_F(FileLogTest, FollowerTakesTheLeadersBytesAsTheyCame) {
  open(true);
  Bytes bytes = replicated(0, 3, 2);
  const Bytes second = replicated(5, 4, 1);  // compaction may leave gaps
  bytes.insert(bytes.end(), second.begin(), second.end());
  Bytes cut = replicated(6, 4);
  cut.resize(cut.size() - 1);
  Bytes sent = bytes;
  sent.insert(sent.end(), cut.begin(), cut.end());
  const auto info = log->append_as_follower(sent);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->first_offset, Offset(0));
  EXPECT_EQ(info->last_offset, Offset(5));
  EXPECT_EQ(log->log_end_offset(), Offset(6));
  EXPECT_EQ(read(Offset(0)), bytes);
  EXPECT_EQ(log->end_offset_for(LeaderEpoch(3)).end_offset, Offset(5));
  EXPECT_EQ(log->latest_epoch(), LeaderEpoch(4));
}

TEST_F(FileLogTest, FollowerRefusesOffsetsBelowItsEnd) {
  open(true);
  ASSERT_TRUE(log->append_as_follower(replicated(0, 1, 3)));
  EXPECT_EQ(log->append_as_follower(replicated(2, 1)).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(log->log_end_offset(), Offset(3));
}

TEST_F(FileLogTest, FollowerSplitsWhatDoesNotFitIntoOneSegment) {
  config.segment_bytes = 500;
  open(true);
  Bytes sent;
  for (int i = 0; i < 20; ++i) {
    const Bytes one = replicated(i, 1);
    sent.insert(sent.end(), one.begin(), one.end());
  }
  const auto info = log->append_as_follower(sent);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->first_offset, Offset(0));
  EXPECT_EQ(info->last_offset, Offset(19));
  EXPECT_EQ(read_all(), sent);
  for (const std::string& name : test::names_in(path())) {
    if (!name.ends_with(".log")) continue;
    EXPECT_LE(std::filesystem::file_size(path(name)), 500u) << name;
  }
}

TEST_F(FileLogTest, RollIsFlushedInTheBackgroundAndRaisesTheRecoveryPoint) {
  config.segment_bytes = 500;
  open(true);
  append_many(20, 1, 50);
  EXPECT_EQ(log->recovery_point(), Offset(0));
  background.run();
  EXPECT_GT(log->recovery_point(), Offset(10));
  EXPECT_LT(log->recovery_point(), log->log_end_offset());
}

TEST_F(FileLogTest, FindsTheFirstRecordAtOrAfterATimestamp) {
  config.segment_bytes = 1000;
  config.index_interval_bytes = 100;
  open(true);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(batch(2, 20, 1000 + i * 10)));
  const auto exact = log->find_by_timestamp(1501);
  ASSERT_TRUE(exact && *exact);
  EXPECT_EQ((*exact)->offset, Offset(101));
  EXPECT_EQ((*exact)->timestamp, 1501);
  EXPECT_EQ((*exact)->epoch, kEpoch);
  const auto between = log->find_by_timestamp(1505);
  ASSERT_TRUE(between && *between);
  EXPECT_EQ((*between)->offset, Offset(102));
  EXPECT_EQ((*log->find_by_timestamp(0))->offset, Offset(0));
  EXPECT_FALSE(*log->find_by_timestamp(5000));
  EXPECT_EQ((*log->find_max_timestamp())->offset, Offset(199));
}

TEST_F(FileLogTest, FindsATimestampInsideACompressedBatch) {
  open(true);
  for (const auto codec : {protocol::Compression::kGzip, protocol::Compression::kZstd}) {
    protocol::RecordBatchBuilder builder;
    builder.codec = codec;
    for (int i = 0; i < 4; ++i) builder.add(1000 * static_cast<int>(codec) + 10 * i, "k", "v");
    ASSERT_TRUE(append(builder.build()));
  }
  EXPECT_EQ((*log->find_by_timestamp(1015))->offset, Offset(2));
  EXPECT_EQ((*log->find_by_timestamp(1015))->timestamp, 1020);
  EXPECT_EQ((*log->find_by_timestamp(1031))->offset, Offset(4));
  EXPECT_EQ((*log->find_by_timestamp(4030))->offset, Offset(7));
  EXPECT_EQ((*log->find_max_timestamp())->offset, Offset(7));
}

TEST_F(FileLogTest, SegmentTimesAreWhereSegmentsBeginAndTheEnd) {
  config.segment_bytes = 500;
  open(true);
  EXPECT_EQ(log->segment_times()->size(), 1u);
  append_many(20, 1, 50);
  const auto times = log->segment_times();
  ASSERT_TRUE(times);
  ASSERT_GT(times->size(), 2u);
  EXPECT_EQ(times->front().offset, Offset(0));
  EXPECT_EQ(times->back().offset, log->log_end_offset());
  EXPECT_GT(times->front().written_at, 0);
}

TEST_F(FileLogTest, AnEmptyLogHasNoTimestamps) {
  open(true);
  EXPECT_FALSE(*log->find_by_timestamp(0));
  EXPECT_FALSE(*log->find_max_timestamp());
}

TEST_F(FileLogTest, BytesBetweenCountsTheBatches) {
  config.segment_bytes = 2000;
  open(true);
  append_many(100, 1, 100);
  const auto size = static_cast<std::int64_t>(batch(1, 100).size());
  EXPECT_EQ(log->bytes_between(Offset(99), Offset(100)), size);
  EXPECT_EQ(log->bytes_between(Offset(0), Offset(100)), 100 * size);
  EXPECT_EQ(log->bytes_between(Offset(3), Offset(60)), 57 * size);
  EXPECT_EQ(log->bytes_between(Offset(60), Offset(60)), 0);
}

// A full disk is played by a limit on the size of files: the write comes back short, then fails.
TEST_F(FileLogTest, FailedAppendLeavesNothingAndEndsWriting) {
  open(true);
  append_many(2, 1, 100);
  const Bytes before = read_all();
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit tight = old;
  tight.rlim_cur = before.size() + 70;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto refused = append(batch(1, 100));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  EXPECT_EQ(refused.code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(test::read_bytes(path("00000000000000000000.log")), before);
  EXPECT_EQ(log->log_end_offset(), Offset(2));
  EXPECT_EQ(append(batch()).code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(read_all(), before);
  EXPECT_FALSE(log->close());
}

// Reads that have to look into an index which the disk does not give.
class FileLogReadErrors : public FileLogTest {
 protected:
  FileLogReadErrors() {
    config.segment_bytes = 1000;
    config.index_interval_bytes = 100;
  }
  void SetUp() override {
    open(true);
    append_many(30, 1, 100);
  }
  ErrorCode error_of_read() {
    return log->read(Offset(2), 1, log->log_end_offset(), true).code_or(ErrorCode::kNone);
  }
  // Runs `work` while no descriptor is free.
  template <typename Work>
  void without_descriptors(Work work) {
    const test::NoFreeDescriptor none;
    work();
  }
};

TEST_F(FileLogReadErrors, DiskErrorOfAReadIsToldOnceAndEndsWriting) {
  std::filesystem::rename(path("00000000000000000000.index"), directory.path("away"));
  EXPECT_EQ(error_of_read(), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(error_of_read(), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(log->find_by_timestamp(1000).code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(append(batch()).code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
}

// Many connections take the last descriptors: the disk is none the worse for it.
TEST_F(FileLogReadErrors, ReadThatFindsNoFreeDescriptorFailsAlone) {
  ErrorCode refused = ErrorCode::kNone;
  without_descriptors([&] { refused = error_of_read(); });
  EXPECT_EQ(refused, ErrorCode::kKafkaStorageError);
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(base_offsets(read(Offset(2), 1)), std::vector{Offset(2)});
  EXPECT_TRUE(append(batch()));
}

TEST_F(FileLogReadErrors, TruncationThatFindsNoFreeDescriptorEndsWriting) {
  ErrorCode refused = ErrorCode::kNone;
  without_descriptors([&] { refused = log->truncate_to(Offset(2)).code_or(ErrorCode::kNone); });
  EXPECT_EQ(refused, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_EQ(append(batch()).code_or(ErrorCode::kNone), ErrorCode::kKafkaStorageError);
}

}  // namespace
}  // namespace barnabas::log
