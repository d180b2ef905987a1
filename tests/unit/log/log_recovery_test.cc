// Stops of every kind: what is kept, what is cut, and what is not even looked at.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>

#include "broker/protocol/legacy_records.h"
#include "tests/unit/log/file_log_fixture.h"

namespace barnabas::log {
namespace {

using test::Bytes;

constexpr const char* kFirstSegment = "00000000000000000000.log";

class LogRecovery : public FileLogTest {
 protected:
  // Opens a copy of the directory with one file changed, as after a crash.
  void reopen_with(const std::string& file, const Bytes& content, Offset recovery_point) {
    kill();
    std::filesystem::remove_all(path());
    std::filesystem::copy(directory.path("saved"), path());
    test::write_bytes(path(file), content);
    open(false, recovery_point);
  }
  void save() {
    kill();
    std::filesystem::remove_all(directory.path("saved"));
    std::filesystem::copy(path(), directory.path("saved"));
  }
  static Bytes old_message(std::int8_t magic, std::int64_t offset) {
    protocol::LegacyMessage message;
    message.offset = offset;
    message.magic = magic;
    message.timestamp = 1000;
    message.value = as_bytes("of before 0.11");
    Bytes bytes;
    protocol::append_message(message, bytes);
    return bytes;
  }
  std::vector<std::string> logs() const {
    std::vector<std::string> found;
    for (const std::string& name : test::names_in(path())) {
      if (name.ends_with(".log")) found.push_back(name);
    }
    return found;
  }
};

TEST_F(LogRecovery, DropsTornLastBatchAtEveryByte) {
  open(true);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, 2 * i, 2)));
  save();
  const Bytes whole = test::read_bytes(path(kFirstSegment));
  const std::size_t one = whole.size() / 4;
  for (std::size_t size = 2 * one; size <= whole.size(); ++size) {
    const auto batches = static_cast<std::int64_t>(size / one);
    reopen_with(kFirstSegment, Bytes(whole.begin(), whole.begin() + static_cast<long>(size)),
                Offset(0));
    ASSERT_EQ(log->log_end_offset(), Offset(2 * batches)) << size;
    ASSERT_EQ(std::filesystem::file_size(path(kFirstSegment)),
              static_cast<std::size_t>(batches) * one);
    // The producers are those of the batches that are left: the next sequence follows on.
    const auto next = append(idempotent_batch(9, 0, static_cast<std::int32_t>(2 * batches), 2));
    ASSERT_TRUE(next) << size << " " << next.error().detail;
    ASSERT_FALSE(next->duplicate);
    ASSERT_EQ(next->first_offset, Offset(2 * batches));
  }
}

TEST_F(LogRecovery, DropsGarbageAndZeroesBehindTheLastBatch) {
  open(true);
  append_many(4, 2);
  save();
  const Bytes whole = test::read_bytes(path(kFirstSegment));
  for (const std::size_t length : {1, 16, 17, 61, 200, 5000}) {
    for (const std::uint8_t filler : {0x00, 0xFF, 0x02}) {
      Bytes longer = whole;
      longer.insert(longer.end(), length, filler);
      reopen_with(kFirstSegment, longer, Offset(0));
      ASSERT_EQ(log->log_end_offset(), Offset(8)) << length << " of " << int{filler};
      ASSERT_EQ(read_all(), whole);
    }
  }
}

TEST_F(LogRecovery, DropsABatchWithAWrongByteAndAllAfterIt) {
  open(true);
  append_many(4, 2);
  save();
  const Bytes whole = test::read_bytes(path(kFirstSegment));
  const std::size_t one = whole.size() / 4;
  // Anything but the leader epoch, which no CRC covers.
  for (std::size_t at = 2 * one; at < 3 * one; ++at) {
    if (at >= 2 * one + 12 && at < 2 * one + 16) continue;
    Bytes changed = whole;
    changed[at] ^= 0x81;
    reopen_with(kFirstSegment, changed, Offset(0));
    // A base offset raised by the change leaves a gap that no CRC tells from compaction.
    if (at < 2 * one + 8 && log->log_end_offset() != Offset(4)) continue;
    ASSERT_EQ(log->log_end_offset(), Offset(4)) << at - 2 * one;
  }
}

// Records of before Kafka 0.11, in a directory that Apache Kafka has left: nobody here can read
// them, and none is deleted for that.
TEST_F(LogRecovery, RecordsOfOldMessageFormatsStopTheStartAndStay) {
  std::filesystem::create_directories(path());
  for (const std::int8_t magic : {0, 1}) {
    for (const bool clean : {true, false}) {
      SCOPED_TRACE(fmt::format("magic {}, clean {}", magic, clean));
      const Bytes content = old_message(magic, 0);
      test::write_bytes(path(kFirstSegment), content);
      const auto opened = try_open(clean);
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, ErrorCode::kUnsupportedForMessageFormat);
      EXPECT_NE(opened.error().detail.find(path(kFirstSegment)), std::string::npos);
      EXPECT_EQ(test::names_in(path()), std::set<std::string>{kFirstSegment});
      EXPECT_EQ(test::read_bytes(path(kFirstSegment)), content);
    }
  }
}

TEST_F(LogRecovery, RecordOfAnOldMessageFormatBehindBatchesIsNoTornTail) {
  open(true);
  append_many(3);
  kill();
  Bytes content = test::read_bytes(path(kFirstSegment));
  const Bytes old = old_message(1, 3);
  content.insert(content.end(), old.begin(), old.end());
  test::write_bytes(path(kFirstSegment), content);
  for (const bool clean : {true, false}) {
    EXPECT_EQ(try_open(clean).code_or(ErrorCode::kNone), ErrorCode::kUnsupportedForMessageFormat);
    EXPECT_EQ(test::read_bytes(path(kFirstSegment)), content);
  }
}

// A page that never came to the disk may begin between the length of a batch and its magic.
TEST_F(LogRecovery, BatchOfZeroesBehindItsLengthIsATornOne) {
  open(true);
  append_many(2);
  save();
  Bytes content = test::read_bytes(path(kFirstSegment));
  const auto second = static_cast<std::ptrdiff_t>(content.size() / 2);
  std::fill(content.begin() + second + 12, content.end(), std::uint8_t{0});
  reopen_with(kFirstSegment, content, Offset(0));
  EXPECT_EQ(log->log_end_offset(), Offset(1));
}

TEST_F(LogRecovery, CorruptSegmentTakesTheLaterOnesAlong) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  save();
  ASSERT_GT(logs().size(), 3u);
  const std::string second = logs()[1];
  Bytes content = test::read_bytes(path(second));
  content[content.size() - 1] ^= 1;
  reopen_with(second, content, Offset(0));
  EXPECT_EQ(logs().size(), 2u);
  const std::int64_t per_segment = std::stoll(second.substr(0, 20));
  EXPECT_EQ(log->log_end_offset(), Offset(2 * per_segment - 1));
  append_many(3);
  EXPECT_EQ(base_offsets(read_all()).size(), static_cast<std::size_t>(2 * per_segment + 2));
}

// Below the recovery point nothing is read: a byte changed there is found by nobody, as in Kafka.
TEST_F(LogRecovery, ReadsOnlyFromTheRecoveryPointOn) {
  config.segment_bytes = 1000;
  open(true);
  append_many(40, 1, 100);
  save();
  const auto names = logs();
  const std::string& second = names[1];
  Bytes content = test::read_bytes(path(second));
  content[content.size() - 1] ^= 1;
  const Offset third(std::stoll(names[2].substr(0, 20)));
  reopen_with(second, content, third);
  EXPECT_EQ(log->log_end_offset(), Offset(40));
  EXPECT_EQ(log->recovery_point(), third);
  reopen_with(second, content, third - 1);
  EXPECT_LT(log->log_end_offset(), Offset(40));
}

TEST_F(LogRecovery, CleanStopReadsNothing) {
  open(true);
  append_many(4, 1, 100);
  stop_cleanly();
  Bytes content = test::read_bytes(path(kFirstSegment));
  content[100] ^= 1;
  test::write_bytes(path(kFirstSegment), content);
  open(true);
  EXPECT_EQ(log->log_end_offset(), Offset(4));
}

TEST_F(LogRecovery, MissingIndexRecoversTheSegmentEvenAfterACleanStop) {
  config.index_interval_bytes = 100;
  open(true);
  append_many(20, 1, 100);
  const Bytes before = read_all();
  stop_cleanly();
  std::filesystem::remove(path("00000000000000000000.index"));
  open(true);
  EXPECT_EQ(read_all(), before);
  EXPECT_GT(std::filesystem::file_size(path("00000000000000000000.index")), 0u);
}

TEST_F(LogRecovery, IndexThatPointsBehindTheSegmentIsRebuilt) {
  config.index_interval_bytes = 100;
  open(true);
  append_many(20, 1, 100);
  stop_cleanly();
  std::filesystem::resize_file(path(kFirstSegment), 1000);
  open(true);
  EXPECT_GT(log->log_end_offset(), Offset(0));
  EXPECT_LT(log->log_end_offset(), Offset(10));
  EXPECT_EQ(base_offsets(read_all()).size(),
            static_cast<std::size_t>(log->log_end_offset().value()));
}

TEST_F(LogRecovery, OrphanIndexesAndLeftoversAreRemoved) {
  open(true);
  append_many(3);
  kill();
  for (const char* name :
       {"00000000000000000077.index", "00000000000000000077.timeindex",
        "00000000000000000055.log.deleted", "00000000000000000044.log.cleaned",
        "00000000000000000060.log.swap", "leader-epoch-checkpoint.tmp", "partition.metadata.tmp"}) {
    test::write_bytes(path(name), {1, 2, 3});
  }
  open(false);
  EXPECT_EQ(log->log_end_offset(), Offset(3));
  for (const std::string& name : test::names_in(path())) {
    EXPECT_TRUE(name.starts_with("00000000000000000000.") || name == "leader-epoch-checkpoint" ||
                name == "00000000000000000003.snapshot")
        << name;
  }
}

// A cleaned segment that was being swapped in takes the place of what it was made from.
TEST_F(LogRecovery, InterruptedSwapIsFinished) {
  config.segment_bytes = 1000;
  open(true);
  append_many(20, 1, 100);
  kill();
  const auto names = logs();
  const Bytes first = test::read_bytes(path(names[0]));
  const Bytes second = test::read_bytes(path(names[1]));
  Bytes merged = first;
  merged.insert(merged.end(), second.begin(), second.end());
  test::write_bytes(path(names[0] + ".swap"), merged);
  open(false);
  EXPECT_EQ(logs().size(), names.size() - 1);
  EXPECT_EQ(test::read_bytes(path(names[0])), merged);
  EXPECT_EQ(log->log_end_offset(), Offset(20));
  EXPECT_EQ(base_offsets(read_all()).size(), 20u);
}

TEST_F(LogRecovery, MissingOrTornEpochCheckpointIsRebuiltFromTheBatches) {
  config.segment_bytes = 500;
  open(true);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(batch(), LeaderEpoch(1 + i / 10)));
  background.run();
  const Offset recovery_point = log->recovery_point();
  ASSERT_GT(recovery_point, Offset(10));
  const std::string before = test::read_text(path("leader-epoch-checkpoint"));
  save();
  for (const std::string content : {"", "0\n", "0\n3\n1 0\n", "garbage"}) {
    reopen_with("leader-epoch-checkpoint", Bytes(content.begin(), content.end()), recovery_point);
    EXPECT_EQ(test::read_text(path("leader-epoch-checkpoint")), before) << content;
    EXPECT_EQ(log->end_offset_for(LeaderEpoch(1)).end_offset, Offset(10));
    EXPECT_EQ(log->end_offset_for(LeaderEpoch(2)).end_offset, Offset(20));
  }
}

TEST_F(LogRecovery, UnreadableSnapshotFallsBackToTheOneBefore) {
  config.segment_bytes = 1000;
  open(true);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
  stop_cleanly();
  Bytes snapshot = test::read_bytes(path("00000000000000000040.snapshot"));
  snapshot.back() ^= 1;
  test::write_bytes(path("00000000000000000040.snapshot"), snapshot);
  open(true);
  EXPECT_TRUE(append(idempotent_batch(9, 0, 39))->duplicate);
  const auto next = append(idempotent_batch(9, 0, 40));
  ASSERT_TRUE(next);
  EXPECT_FALSE(next->duplicate);
}

// A snapshot keeps the last batch of a producer only; a retry may be of any of its last five.
class LogRecoveryOfProducers : public LogRecovery {
 protected:
  static constexpr std::int32_t kRemembered = 5;

  // `batches` of two records from each of two producers, in turn.
  void write(std::int32_t batches) {
    for (std::int32_t i = 0; i < batches; ++i) {
      ASSERT_TRUE(append(idempotent_batch(9, 0, 2 * i, 2)));
      ASSERT_TRUE(append(idempotent_batch(10, 3, 2 * i, 2)));
    }
  }
  // Sends all again, newest first, and then what comes next.
  void expect_the_last_are_known(std::int32_t batches) {
    for (std::int32_t i = batches - 1; i >= 0; --i) {
      for (const std::int64_t producer : {9, 10}) {
        SCOPED_TRACE(fmt::format("producer {}, batch {}", producer, i));
        const auto again = send(producer, 2 * i);
        if (i < batches - kRemembered) {
          ASSERT_EQ(again.code_or(ErrorCode::kNone), ErrorCode::kOutOfOrderSequenceNumber);
        } else {
          ASSERT_TRUE(again) << again.error().detail;
          EXPECT_TRUE(again->duplicate);
          EXPECT_EQ(again->first_offset, Offset(4 * i + (producer == 9 ? 0 : 2)));
        }
      }
    }
    const auto next = send(9, 2 * batches);
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_FALSE(next->duplicate);
  }
  Result<AppendInfo> send(std::int64_t producer, std::int32_t sequence) {
    return append(idempotent_batch(producer, producer == 9 ? 0 : 3, sequence, 2));
  }
};

TEST_F(LogRecoveryOfProducers, LastBatchesAreKnownAfterACleanStop) {
  open(true);
  write(8);
  stop_cleanly();
  open(true);
  expect_the_last_are_known(8);
}

TEST_F(LogRecoveryOfProducers, LastBatchesAreKnownAfterACleanStopAcrossSegments) {
  config.segment_bytes = 250;  // two batches each
  open(true);
  write(8);
  ASSERT_GT(logs().size(), 5u);
  stop_cleanly();
  open(true);
  expect_the_last_are_known(8);
}

TEST_F(LogRecoveryOfProducers, LastBatchesAreKnownAfterAnUncleanStop) {
  config.segment_bytes = 1000;  // the last segment's snapshot lies among the last batches
  open(true);
  for (std::int32_t batches = 5; batches < 30; ++batches) {
    SCOPED_TRACE(batches);
    kill();
    std::filesystem::remove_all(path());
    open(true);
    write(batches);
    kill();
    open(false);
    expect_the_last_are_known(batches);
  }
}

TEST_F(LogRecoveryOfProducers, LastBatchesAreFoundBehindManyOfOthers) {
  open(true);
  for (std::int32_t i = 0; i < 8; ++i) {
    ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
    append_many(50, 1, 4000);
  }
  stop_cleanly();
  open(true);
  for (std::int32_t i = 3; i < 8; ++i) {
    const auto again = append(idempotent_batch(9, 0, i));
    ASSERT_TRUE(again) << i << " " << again.error().detail;
    EXPECT_EQ(again->first_offset, Offset(51 * i));
  }
}

// Nobody sends again what is as old as this: then the snapshot is all, and its last batch known.
TEST_F(LogRecoveryOfProducers, LongAfterwardsNothingIsReadForThem) {
  open(true);
  for (std::int32_t i = 0; i < 8; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
  stop_cleanly();
  clock.advance(std::chrono::minutes(16));
  open(true);
  EXPECT_TRUE(append(idempotent_batch(9, 0, 7))->duplicate);
  EXPECT_EQ(append(idempotent_batch(9, 0, 6)).code_or(ErrorCode::kNone),
            ErrorCode::kOutOfOrderSequenceNumber);
}

TEST_F(LogRecovery, SnapshotsAboveTheEndAreRemoved) {
  open(true);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(append(idempotent_batch(9, 0, i)));
  stop_cleanly();
  const auto size = std::filesystem::file_size(path(kFirstSegment));
  std::filesystem::resize_file(path(kFirstSegment), size - 1);
  open(false);
  EXPECT_EQ(log->log_end_offset(), Offset(3));
  EXPECT_FALSE(std::filesystem::exists(path("00000000000000000004.snapshot")));
  EXPECT_TRUE(append(idempotent_batch(9, 0, 3)));
}

TEST_F(LogRecovery, LogThatEndsBelowItsStartBeginsAnew) {
  open(true);
  append_many(4);
  kill();
  open(false, Offset(0), Offset(9));
  EXPECT_EQ(log->log_start_offset(), Offset(9));
  EXPECT_EQ(log->log_end_offset(), Offset(9));
  EXPECT_EQ(log->latest_epoch(), kNoLeaderEpoch);
  EXPECT_EQ(append(batch())->first_offset, Offset(9));
}

TEST_F(LogRecovery, LogStartOffsetOfTheCheckpointIsKept) {
  open(true);
  append_many(4);
  stop_cleanly();
  open(true, Offset(4), Offset(2));
  EXPECT_EQ(log->log_start_offset(), Offset(2));
  EXPECT_EQ(log->read(Offset(1), 10, Offset(4), true).code_or(ErrorCode::kNone),
            ErrorCode::kOffsetOutOfRange);
  EXPECT_EQ(base_offsets(read_all()), (std::vector{Offset(2), Offset(3)}));
}

}  // namespace
}  // namespace barnabas::log
