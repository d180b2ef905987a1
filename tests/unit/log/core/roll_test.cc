// When a segment ends.

#include "broker/log/core/roll.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "broker/protocol/record_batch.h"

namespace barnabas::log {
namespace {

constexpr Timestamp kRollNow = 1'000'000;

class ShouldRoll : public ::testing::Test {
 protected:
  bool roll() const { return should_roll(segment, append, config, kRollNow); }

  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(100);
  AppendPlan append{.bytes = bytes,
                    .first_offset = Offset(50),
                    .last_offset = Offset(59),
                    .max_timestamp = kRollNow,
                    .offset_of_max_timestamp = Offset(59),
                    .info = {}};
  SegmentShape segment{.base_offset = Offset(10),
                       .size_bytes = 400,
                       .first_timestamp = kRollNow - 10,
                       .created_at = kRollNow - 20,
                       .jitter_ms = 0,
                       .index_full = false};
  LogConfig config;
};

TEST_F(ShouldRoll, NotWithoutAReason) {
  EXPECT_FALSE(roll());
}

TEST_F(ShouldRoll, WhenTheAppendDoesNotFit) {
  config.segment_bytes = 500;
  EXPECT_FALSE(roll());
  config.segment_bytes = 499;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, WhenRecordsSpanMoreThanSegmentMs) {
  config.segment_ms = 10;
  EXPECT_FALSE(roll());
  config.segment_ms = 9;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, ByTheSegmentsAgeWhereTimestampsAreMissing) {
  config.segment_ms = 19;
  append.max_timestamp = kNoTimestamp;
  EXPECT_TRUE(roll());
  config.segment_ms = 20;
  EXPECT_FALSE(roll());
  append.max_timestamp = kRollNow;
  segment.first_timestamp = kNoTimestamp;
  config.segment_ms = 19;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, JitterShortensSegmentMs) {
  config.segment_ms = 12;
  segment.jitter_ms = 3;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, WhenAnIndexIsFull) {
  segment.index_full = true;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, WhenARelativeOffsetWouldNotFit) {
  append.last_offset = segment.base_offset + std::numeric_limits<std::int32_t>::max();
  EXPECT_FALSE(roll());
  ++append.last_offset;
  EXPECT_TRUE(roll());
}

TEST_F(ShouldRoll, NeverAnEmptySegmentByAgeOrSize) {
  segment.size_bytes = 0;
  segment.index_full = true;
  config.segment_ms = 0;
  config.segment_bytes = 1;
  EXPECT_FALSE(roll());
}

std::vector<std::uint8_t> batch_at(std::int64_t offset) {
  protocol::RecordBatchBuilder builder;
  builder.base_offset = Offset(offset);
  return builder.add(0, "k", "v").build();
}

TEST(FittingBatches, TakesWholeBatchesUpToTheSegmentSize) {
  std::vector<std::uint8_t> all;
  const std::size_t size = batch_at(0).size();
  for (int i = 0; i < 5; ++i) {
    const auto one = batch_at(i);
    all.insert(all.end(), one.begin(), one.end());
  }
  const auto fits = [&](std::size_t bytes) {
    return fitting_batches(all, static_cast<std::int64_t>(bytes)).size();
  };
  EXPECT_EQ(fits(3 * size), 3 * size);
  EXPECT_EQ(fits(3 * size + 1), 3 * size);
  EXPECT_EQ(fits(3 * size - 1), 2 * size);
  EXPECT_EQ(fits(1), size);  // never less than one
  EXPECT_EQ(fits(100 * size), 5 * size);
}

TEST(FittingBatches, StopsWhereOffsetsWouldNotFitIntoOneSegment) {
  auto all = batch_at(0);
  const std::size_t size = all.size();
  const auto far = batch_at(std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1);
  all.insert(all.end(), far.begin(), far.end());
  EXPECT_EQ(fitting_batches(all, 1 << 30).size(), size);
}

}  // namespace
}  // namespace barnabas::log
