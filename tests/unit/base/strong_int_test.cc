#include "broker/base/strong_int.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>

namespace barnabas {
namespace {

using Apples = StrongInt<struct ApplesTag, std::int64_t>;
using Pears = StrongInt<struct PearsTag, std::int64_t>;

static_assert(!std::is_convertible_v<Apples, Pears>);
static_assert(!std::is_convertible_v<std::int64_t, Apples>);
static_assert(!std::is_convertible_v<Apples, std::int64_t>);

TEST(StrongInt, CountsAndCompares) {
  Apples apples(5);
  ++apples;
  EXPECT_EQ(apples, Apples(6));
  EXPECT_EQ(apples + 4, Apples(10));
  EXPECT_EQ(apples - 1, Apples(5));
  EXPECT_EQ(Apples(10) - apples, 4);
  EXPECT_LT(Apples(-1), Apples(0));
}

TEST(StrongInt, PrintsAsItsNumber) {
  EXPECT_EQ(fmt::format("{}", Apples(-7)), "-7");
}

}  // namespace
}  // namespace barnabas
