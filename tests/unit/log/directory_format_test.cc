// What FileLog leaves on the disk, read by somebody who knows only Kafka's formats.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/unit/log/file_log_fixture.h"
#include "tests/unit/log/format_reader.h"

namespace barnabas::log {
namespace {

using test::FormatBatch;

class DirectoryFormat : public FileLogTest {
 protected:
  void SetUp() override {
    config.segment_bytes = 4000;
    config.index_interval_bytes = 300;
  }

  std::vector<std::int64_t> segment_bases() const {
    std::vector<std::int64_t> bases;
    for (const std::string& name : test::names_in(path())) {
      if (name.ends_with(".log")) bases.push_back(std::stoll(name.substr(0, 20)));
    }
    return bases;
  }
  static std::string digits(std::int64_t offset) {
    std::string text = std::to_string(offset);
    return std::string(20 - text.size(), '0') + text;
  }
  std::vector<FormatBatch> batches_of(std::int64_t base) const {
    const auto batches = test::read_log_file(test::read_bytes(path(digits(base) + ".log")));
    EXPECT_TRUE(batches) << base;
    return batches.value_or(std::vector<FormatBatch>());
  }

  // Appends of different sizes, with timestamps that sometimes go back.
  void write_much() {
    for (int i = 0; i < 120; ++i) {
      ASSERT_TRUE(append(batch(1 + i % 4, 20 + static_cast<std::size_t>(i % 7) * 30,
                               1000 + i * 10 - (i % 5) * 25)));
    }
  }

  void check_segment(std::int64_t base, bool closed) const {
    const auto batches = batches_of(base);
    ASSERT_FALSE(batches.empty());
    EXPECT_EQ(batches.front().base_offset, base);
    const auto index =
        test::read_offset_index(test::read_bytes(path(digits(base) + ".index")), base);
    const auto times =
        test::read_time_index(test::read_bytes(path(digits(base) + ".timeindex")), base);
    ASSERT_TRUE(index && times);

    // One entry where more than index.interval.bytes were appended since the last one, tested
    // before the append is counted; the time index follows where the greatest timestamp rose.
    std::vector<test::FormatIndexEntry> expected;
    std::vector<test::FormatTimeEntry> expected_times;
    std::int64_t since = 0, greatest = -1, offset_of_greatest = -1;
    const auto add_time = [&] {
      if (expected_times.empty() || greatest > expected_times.back().timestamp) {
        expected_times.push_back({greatest, offset_of_greatest});
      }
    };
    for (const FormatBatch& batch : batches) {
      if (batch.max_timestamp > greatest) {
        greatest = batch.max_timestamp;
        offset_of_greatest = batch.last_offset;
      }
      if (since > 300) {
        expected.push_back({batch.last_offset, static_cast<std::int32_t>(batch.position)});
        add_time();
        since = 0;
      }
      since += batch.size;
    }
    if (closed) add_time();
    ASSERT_EQ(index->size(), expected.size()) << base;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ((*index)[i].offset, expected[i].offset) << base;
      EXPECT_EQ((*index)[i].position, expected[i].position) << base;
    }
    ASSERT_EQ(times->size(), expected_times.size()) << base;
    for (std::size_t i = 0; i < expected_times.size(); ++i) {
      EXPECT_EQ((*times)[i].timestamp, expected_times[i].timestamp) << base;
      EXPECT_EQ((*times)[i].offset, expected_times[i].offset) << base;
    }
  }
};

TEST_F(DirectoryFormat, SegmentsAndIndexesAfterACleanStop) {
  open(true);
  write_much();
  stop_cleanly();
  const auto bases = segment_bases();
  ASSERT_GT(bases.size(), 3u);
  std::int64_t next = 0;
  for (const std::int64_t base : bases) {
    EXPECT_EQ(base, next);
    for (const FormatBatch& batch : batches_of(base)) {
      EXPECT_EQ(batch.base_offset, next);
      EXPECT_EQ(batch.leader_epoch, kEpoch.value());
      EXPECT_EQ(batch.records, batch.last_offset - batch.base_offset + 1);
      next = batch.last_offset + 1;
    }
    check_segment(base, true);
  }
}

TEST_F(DirectoryFormat, RecoveryRebuildsTheSameIndexes) {
  open(true);
  write_much();
  kill();
  for (const std::int64_t base : segment_bases()) {
    test::write_bytes(path(digits(base) + ".index"), {1, 2, 3});
    std::filesystem::remove(path(digits(base) + ".timeindex"));
  }
  open(false);
  for (const std::int64_t base : segment_bases()) check_segment(base, true);
}

TEST_F(DirectoryFormat, OneEntryForAFollowersAppendNamesItsLastOffsetAndItsBeginning) {
  open(true);
  test::Bytes sent;
  for (int i = 0; i < 5; ++i) {
    const test::Bytes one = replicated(i, 1);
    sent.insert(sent.end(), one.begin(), one.end());
  }
  const auto size = static_cast<std::int32_t>(sent.size());
  ASSERT_GT(size, 300);
  ASSERT_TRUE(log->append_as_follower(sent));
  sent = replicated(5, 1);
  ASSERT_TRUE(log->append_as_follower(sent));
  stop_cleanly();
  const auto index = test::read_offset_index(test::read_bytes(path(digits(0) + ".index")), 0);
  ASSERT_TRUE(index);
  ASSERT_EQ(index->size(), 1u);
  EXPECT_EQ((*index)[0].offset, 5);
  EXPECT_EQ((*index)[0].position, size);
}

TEST_F(DirectoryFormat, SnapshotsAtSegmentBasesAndAtTheEnd) {
  open(true);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(append(idempotent_batch(i % 3, 2, 2 * (i / 3), 2)));
  }
  const std::int64_t end = log->log_end_offset().value();
  stop_cleanly();
  auto expected = segment_bases();
  expected.erase(expected.begin());  // nothing is known before the first
  expected.push_back(end);
  ASSERT_GT(expected.size(), 1u);
  for (const std::int64_t offset : expected) {
    const auto producers =
        test::read_snapshot_file(test::read_bytes(path(digits(offset) + ".snapshot")));
    ASSERT_TRUE(producers) << offset;
    ASSERT_EQ(producers->size(), 3u);
    for (const auto& producer : *producers) {
      EXPECT_LT(producer.last_offset, offset);
      EXPECT_EQ(producer.epoch, 2);
      EXPECT_EQ(producer.offset_delta, 1);
      EXPECT_EQ(producer.last_sequence, 2 * (producer.last_offset / 6) + 1);
      EXPECT_EQ(producer.timestamp, clock.wall_clock_ms());
      EXPECT_EQ(producer.coordinator_epoch, -1);
      EXPECT_EQ(producer.current_txn_first_offset, -1);
    }
  }
}

TEST_F(DirectoryFormat, LeaderEpochCheckpointIsKafkasText) {
  open(true);
  ASSERT_TRUE(append(batch(3), LeaderEpoch(2)));
  ASSERT_TRUE(log->assign_epoch_start(LeaderEpoch(5), Offset(3)));
  EXPECT_EQ(test::read_text(path("leader-epoch-checkpoint")), "0\n2\n2 0\n5 3\n");
  ASSERT_TRUE(log->truncate_to(Offset(3)));
  EXPECT_EQ(test::read_text(path("leader-epoch-checkpoint")), "0\n1\n2 0\n");
}

// Kafka allocates the active indexes in full and leaves them so when it crashes.
TEST_F(DirectoryFormat, IndexesOfACrashedKafkaAreRebuilt) {
  open(true);
  write_much();
  const test::Bytes before = read_all();
  kill();
  const std::int64_t active = segment_bases().back();
  for (const char* suffix : {".index", ".timeindex"}) {
    std::filesystem::resize_file(path(digits(active) + suffix), 10485756);
  }
  open(false, Offset(active));
  check_segment(active, true);
  EXPECT_EQ(read_all(), before);
}

TEST_F(DirectoryFormat, IndexWithZeroTailBelowTheRecoveryPointIsRebuilt) {
  open(true);
  write_much();
  const test::Bytes before = read_all();
  stop_cleanly();
  const std::int64_t first = segment_bases().front();
  std::filesystem::resize_file(path(digits(first) + ".index"), 80000);
  open(true);
  check_segment(first, true);
  EXPECT_EQ(read_all(), before);
}

TEST_F(DirectoryFormat, DeletedSegmentsKeepTheirNamesWithASuffixUntilTheDelayIsOver) {
  open(true);
  write_much();
  ASSERT_TRUE(log->truncate_to(Offset(0)));
  const auto names = test::names_in(path());
  EXPECT_GT(std::count_if(names.begin(), names.end(),
                          [](const auto& name) { return name.ends_with(".log.deleted"); }),
            2);
  EXPECT_EQ(segment_bases(), std::vector<std::int64_t>{0});
  background.advance(milliseconds(config.file_delete_delay_ms));
  for (const auto& name : test::names_in(path())) {
    EXPECT_FALSE(name.ends_with(".deleted")) << name;
  }
}

}  // namespace
}  // namespace barnabas::log
