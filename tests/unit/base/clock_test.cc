#include "broker/base/clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas {
namespace {

TEST(DurationOfMs, NeverIsLongAndStillATime) {
  EXPECT_EQ(duration_of_ms(1500), milliseconds(1500));
  EXPECT_EQ(duration_of_ms(-1), milliseconds(-1));
  constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  EXPECT_GT(duration_of_ms(kNever), std::chrono::hours(24 * 365 * 99));
  EXPECT_GT(std::chrono::steady_clock::now() + duration_of_ms(kNever),
            std::chrono::steady_clock::now());
  EXPECT_LT(duration_of_ms(std::numeric_limits<std::int64_t>::min()), Duration(0));
}

}  // namespace
}  // namespace barnabas
