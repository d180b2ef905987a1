#include "admin/java_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace barnabas::admin
