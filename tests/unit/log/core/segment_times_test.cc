// What version 0 of ListOffsets is told.
#include "broker/log/core/segment_times.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

// Three segments, and the end.
const std::vector<SegmentTime> kSegments = {
    {Offset{0}, 100}, {Offset{10}, 200}, {Offset{20}, 300}, {Offset{25}, 1000}};

std::vector<std::int64_t> told(Timestamp timestamp, std::int32_t max = 100,
                               std::optional<Offset> high_watermark = std::nullopt) {
  std::vector<std::int64_t> offsets;
  for (const Offset offset : offsets_before(kSegments, timestamp, max, high_watermark)) {
    offsets.push_back(offset.value());
  }
  return offsets;
}
using Offsets = std::vector<std::int64_t>;

TEST(OffsetsBefore, LatestBeginsWithTheEnd) {
  EXPECT_EQ(told(-1), (Offsets{25, 20, 10, 0}));
  EXPECT_EQ(told(-1, 1), (Offsets{25}));
}
TEST(OffsetsBefore, EarliestIsTheFirst) {
  EXPECT_EQ(told(-2), (Offsets{0}));
}
TEST(OffsetsBefore, ATimeFindsTheSegmentsThatWereWrittenLastBeforeIt) {
  EXPECT_EQ(told(250), (Offsets{10, 0}));
  EXPECT_EQ(told(200, 1), (Offsets{10}));
  EXPECT_EQ(told(5000), (Offsets{25, 20, 10, 0}));
  EXPECT_EQ(told(99), (Offsets{}));
}
TEST(OffsetsBefore, NoneAreToldWhereNoneAreAskedFor) {
  EXPECT_EQ(told(-1, 0), (Offsets{}));
}
TEST(OffsetsBefore, HighWatermarkStandsForWhatIsAboveIt) {
  EXPECT_EQ(told(-1, 100, Offset{15}), (Offsets{15, 10, 0}));
  EXPECT_EQ(told(-1, 1, Offset{15}), (Offsets{15}));
  EXPECT_EQ(told(-1, 100, Offset{25}), (Offsets{25, 20, 10, 0}));
  EXPECT_EQ(told(250, 100, Offset{10}), (Offsets{10, 0}));
}

}  // namespace
}  // namespace barnabas::log
