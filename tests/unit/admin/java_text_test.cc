#include "admin/java_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include <cstdint>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(JavaText, SplitDropsEmptyPartsAtTheEndAlone) {
  EXPECT_THAT(java_split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(java_split(",a,,b,,", ','), ElementsAre("", "a", "", "b"));
  EXPECT_THAT(java_split("", ','), ElementsAre(""));
  EXPECT_THAT(java_split(",,", ','), IsEmpty());
}

TEST(JavaText, TrimTakesBlanksAndControlCharacters) {
  EXPECT_EQ(java_trim(" \t\n a b \r"), "a b");
  EXPECT_EQ(java_trim(" "), "");
}

TEST(JavaText, NumbersHaveASignOrNoneAndFit) {
  EXPECT_EQ(java_number<std::int32_t>("+12"), 12);
  EXPECT_EQ(java_number<std::int32_t>("-12"), -12);
  for (const char* wrong : {"", "+", "+-1", "1 ", "1.0", "2147483648"}) {
    EXPECT_EQ(java_number<std::int32_t>(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(java_number<std::int64_t>("2147483648"), 2147483648);
}

TEST(JavaText, RealNumbersAlwaysHaveAPointAndFarOnesAnExponent) {
  EXPECT_EQ(java_real(1.0), "1.0");
  EXPECT_EQ(java_real(0.0), "0.0");
  EXPECT_EQ(java_real(-12.5), "-12.5");
  EXPECT_EQ(java_real(0.001), "0.001");
  EXPECT_EQ(java_real(0.0005), "5.0E-4");
  EXPECT_EQ(java_real(1.5e-7), "1.5E-7");
  EXPECT_EQ(java_real(9999999.0), "9999999.0");
  EXPECT_EQ(java_real(1e7), "1.0E7");
  EXPECT_EQ(java_real(-12345678.9), "-1.23456789E7");
  EXPECT_EQ(java_real(1e300), "1.0E300");
  EXPECT_EQ(java_real(0.1F), "0.1");
  EXPECT_EQ(java_real(3.4e38F), "3.4E38");
  EXPECT_EQ(java_real(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_EQ(java_real(std::numeric_limits<float>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace barnabas::admin
