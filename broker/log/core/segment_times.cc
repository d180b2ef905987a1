#include "broker/log/core/segment_times.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace barnabas::log {
namespace {

constexpr Timestamp kFromTheLast = -1;
constexpr Timestamp kFromTheFirst = -2;

// How many of the segments, from the first on, come into question.
std::size_t count_before(const std::vector<SegmentTime>& segments, Timestamp timestamp) {
  if (timestamp == kFromTheLast) return segments.size();
  if (timestamp == kFromTheFirst) return 1;
  std::size_t count = segments.size();
  while (count > 0 && segments[count - 1].written_at > timestamp) --count;
  return count;
}

}  // namespace

std::vector<Offset> offsets_before(const std::vector<SegmentTime>& segments, Timestamp timestamp,
                                   std::int32_t max_offsets, std::optional<Offset> high_watermark) {
  const std::size_t count = count_before(segments, timestamp);
  std::vector<Offset> offsets;
  for (std::size_t i = count; i > 0 && std::cmp_less(offsets.size(), max_offsets); --i) {
    offsets.push_back(segments[i - 1].offset);
  }
  std::sort(offsets.rbegin(), offsets.rend());
  if (!high_watermark || offsets.empty() || offsets.front() <= *high_watermark) return offsets;
  const auto visible = std::find_if(offsets.begin(), offsets.end(),
                                    [&](Offset offset) { return offset <= *high_watermark; });
  std::vector<Offset> told{*high_watermark};
  told.insert(told.end(), visible, offsets.end());
  return told;
}

}  // namespace barnabas::log
