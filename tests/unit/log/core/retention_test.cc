#include "broker/log/core/retention.h"

#include <gtest/gtest.h>

#include <vector>

namespace barnabas::log {
namespace {

constexpr Timestamp kNow = 1'000'000;

// Five segments of ten offsets and 100 bytes; the first is 500 ms old, the last 100.
std::vector<AgingSegment> five() {
  std::vector<AgingSegment> segments;
  for (std::int64_t i = 0; i < 5; ++i) {
    segments.push_back({Offset(10 * i), 100, kNow - 500 + 100 * i});
  }
  return segments;
}
AgingLog all_committed(Offset log_start = Offset(0)) {
  return {log_start, Offset(50), Offset(50)};
}
LogConfig keep(std::int64_t ms, std::int64_t bytes) {
  LogConfig config;
  config.retention_ms = ms;
  config.retention_bytes = bytes;
  return config;
}

TEST(Retention, MinusOneKeepsForEver) {
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, -1), kNow).total(), 0u);
}

TEST(Retention, AgeIsMeasuredFromTheLargestTimestampAndMustExceedTheLimit) {
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(400, -1), kNow).by_age, 1u);
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(399, -1), kNow).by_age, 2u);
}

TEST(Retention, YoungSegmentKeepsTheOldOnesAfterIt) {
  auto segments = five();
  segments[1].largest_timestamp = kNow;
  EXPECT_EQ(deletable_segments(segments, all_committed(), keep(200, -1), kNow).total(), 1u);
}

TEST(Retention, RecordsOfTheFutureKeepTheirSegment) {
  auto segments = five();
  segments[0].largest_timestamp = kNow + 1;
  EXPECT_EQ(deletable_segments(segments, all_committed(), keep(0, -1), kNow).total(), 0u);
}

TEST(Retention, SizeLetsGoWhatIsWhollyInExcess) {
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, 500), kNow).total(), 0u);
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, 401), kNow).total(), 0u);
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, 400), kNow).by_size, 1u);
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, 250), kNow).by_size, 2u);
}

TEST(Retention, ActiveSegmentGoesToo) {
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(0, -1), kNow).total(), 5u);
  EXPECT_EQ(deletable_segments(five(), all_committed(), keep(-1, 0), kNow).total(), 5u);
}

TEST(Retention, EmptyActiveSegmentStays) {
  auto segments = five();
  segments.back().size_bytes = 0;
  EXPECT_EQ(deletable_segments(segments, all_committed(), keep(0, -1), kNow).total(), 4u);
  EXPECT_EQ(
      deletable_segments(std::vector{segments.back()}, all_committed(), keep(0, 0), kNow).total(),
      0u);
}

TEST(Retention, NothingAtOrAboveTheHighWatermarkGoes) {
  const auto due = [](std::int64_t high_watermark) {
    return deletable_segments(five(), {Offset(0), Offset(50), Offset(high_watermark)}, keep(0, 0),
                              kNow)
        .total();
  };
  EXPECT_EQ(due(9), 0u);
  EXPECT_EQ(due(10), 1u);
  EXPECT_EQ(due(49), 4u);
  EXPECT_EQ(due(50), 5u);
}

TEST(Retention, SegmentsWhollyBelowTheLogStartGoWhateverThePolicy) {
  LogConfig config = keep(0, 0);
  config.deletes = false;
  EXPECT_EQ(deletable_segments(five(), all_committed(Offset(29)), config, kNow).by_log_start, 2u);
  EXPECT_EQ(deletable_segments(five(), all_committed(Offset(30)), config, kNow).by_log_start, 3u);
  // The last one has no next one that it could be below.
  EXPECT_EQ(deletable_segments(five(), all_committed(Offset(50)), config, kNow).total(), 4u);
}

TEST(Retention, WithoutDeleteInThePolicyNothingExpires) {
  LogConfig config = keep(0, 0);
  config.deletes = false;
  config.compacted = true;
  EXPECT_EQ(deletable_segments(five(), all_committed(), config, kNow).total(), 0u);
}

TEST(Retention, EachRuleGoesOnWhereTheFormerEnded) {
  const Deletable due = deletable_segments(five(), all_committed(Offset(10)), keep(200, 300), kNow);
  EXPECT_EQ(due.by_log_start, 1u);
  EXPECT_EQ(due.by_size, 1u);
  EXPECT_EQ(due.by_age, 1u);
}

}  // namespace
}  // namespace barnabas::log
