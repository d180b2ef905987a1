#include "broker/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace barnabas {
namespace {

constexpr ErrorCode kSomeCode{3};

Result<int> parse_digit(char c) {
  if (c < '0' || c > '9') return Error{kSomeCode, "not a digit"};
  return c - '0';
}

Result<int> sum(char a, char b) {
  TRY(const int x, parse_digit(a));
  TRY(const int y, parse_digit(b));
  return x + y;
}

Result<void> check_digit(char c) {
  TRY_VOID(parse_digit(c));
  return {};
}

Result<std::unique_ptr<int>> boxed(char c) {
  TRY(auto x, parse_digit(c));
  return std::make_unique<int>(x);
}

TEST(Result, TryHandsOnTheValue) {
  EXPECT_EQ(*sum('2', '3'), 5);
}

TEST(Result, TryReturnsTheFirstErrorWithItsDetail) {
  const auto result = sum('2', 'x');
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, kSomeCode);
  EXPECT_EQ(result.error().detail, "not a digit");
}

TEST(Result, VoidResultsCarryErrors) {
  EXPECT_TRUE(check_digit('1'));
  EXPECT_FALSE(check_digit('x'));
}

TEST(Result, MoveOnlyValuesPass) {
  EXPECT_EQ(**boxed('7'), 7);
}

TEST(Result, CodeOrSaysTheCodeOfAFailureOnly) {
  constexpr ErrorCode kNone{0};
  EXPECT_EQ(parse_digit('1').code_or(kNone), kNone);
  EXPECT_EQ(parse_digit('x').code_or(kNone), kSomeCode);
}

}  // namespace
}  // namespace barnabas
