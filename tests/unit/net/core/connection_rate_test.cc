#include "broker/net/core/connection_rate.h"

#include <gtest/gtest.h>

namespace barnabas::net {
namespace {

Time at_ms(std::int64_t ms) {
  return Time(milliseconds(ms));
}

TEST(ConnectionRate, ABurstWithinAllWindowsButOneIsLetIn) {
  // 2 a second over 11 windows of a second: 20 at once after a rest.
  ConnectionRate rate(2, {});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(rate.record(at_ms(0)), Duration::zero()) << i;
  EXPECT_GT(rate.record(at_ms(0)), Duration::zero());
}

TEST(ConnectionRate, TheWaitBringsTheRateBackToItsMaximum) {
  ConnectionRate rate(10, {.samples = 2, .window = seconds(1)});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rate.record(at_ms(0)), Duration::zero());
  // 11 where 10 may come in a second: a tenth of a second too many.
  EXPECT_EQ(rate.record(at_ms(0)), milliseconds(100));
  EXPECT_EQ(rate.record(at_ms(0)), milliseconds(200));
}

TEST(ConnectionRate, NobodyWaitsLongerThanAWindow) {
  ConnectionRate rate(1, {.samples = 2, .window = seconds(1)});
  Duration last{};
  for (int i = 0; i < 100; ++i) last = rate.record(at_ms(0));
  EXPECT_EQ(last, seconds(1));
}

TEST(ConnectionRate, ZeroLetsEveryOneWaitAWindow) {
  ConnectionRate rate(0, {});
  EXPECT_EQ(rate.record(at_ms(5)), seconds(1));
}

TEST(ConnectionRate, WhatIsOlderThanAllWindowsIsForgotten) {
  ConnectionRate rate(1, {.samples = 2, .window = seconds(1)});
  for (int i = 0; i < 50; ++i) rate.record(at_ms(0));
  EXPECT_EQ(rate.record(at_ms(2000)), Duration::zero());
}

TEST(ConnectionRate, BelowTheMaximumNobodyEverWaits) {
  ConnectionRate rate(10, {});
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(rate.record(at_ms(i * 112)), Duration::zero()) << i;
}

}  // namespace
}  // namespace barnabas::net
