#include "broker/net/core/connection_quotas.h"

#include <gtest/gtest.h>

namespace barnabas::net {
namespace {

using enum ConnectionQuotas::Admission;

constexpr const char* kClients = "CLIENTS";
constexpr const char* kBrokers = "BROKERS";

ConnectionQuotas quotas_with(QuotaOptions options, bool two_listeners = false) {
  options.inter_broker_listener = kBrokers;
  ConnectionQuotas quotas(std::move(options));
  quotas.add_listener(kClients);
  if (two_listeners) quotas.add_listener(kBrokers);
  return quotas;
}

TEST(ConnectionQuotas, ByDefaultEverybodyIsAdmitted) {
  ConnectionQuotas quotas = quotas_with({});
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(quotas.admit(kClients, "10.0.0.1"), kAdmitted);
  EXPECT_EQ(quotas.record_new(kClients, Time{}), Duration::zero());
}

TEST(ConnectionQuotas, AboveTheBrokersMaximumANewcomerWaitsForARelease) {
  ConnectionQuotas quotas = quotas_with({.max_connections = 2});
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "b"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "c"), kNoSlot);
  quotas.release(kClients, "a");
  EXPECT_EQ(quotas.admit(kClients, "c"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "d"), kNoSlot);
}

TEST(ConnectionQuotas, AListenerHasAMaximumOfItsOwn) {
  ConnectionQuotas quotas = quotas_with({.listeners = {{kClients, {.max_connections = 1}}}}, true);
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "b"), kNoSlot);
  EXPECT_EQ(quotas.admit(kBrokers, "b"), kAdmitted);
}

TEST(ConnectionQuotas, TheBrokersMaximumKeepsNoOtherBrokerOutButAClientHasToGo) {
  ConnectionQuotas quotas = quotas_with({.max_connections = 1}, true);
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
  EXPECT_FALSE(quotas.exceeded());
  EXPECT_EQ(quotas.admit(kBrokers, "b"), kAdmitted);
  EXPECT_TRUE(quotas.exceeded());
  EXPECT_FALSE(quotas.is_protected(kClients));
  EXPECT_TRUE(quotas.is_protected(kBrokers));
  quotas.release(kClients, "a");
  EXPECT_FALSE(quotas.exceeded());
}

TEST(ConnectionQuotas, TheOnlyListenerIsNotProtected) {
  ConnectionQuotas quotas = quotas_with({.max_connections = 1});
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "a"), kNoSlot);
  EXPECT_FALSE(quotas.is_protected(kClients));
}

TEST(ConnectionQuotas, ProtectedIsNotAboveTheListenersOwnMaximum) {
  ConnectionQuotas quotas = quotas_with({.listeners = {{kBrokers, {.max_connections = 1}}}}, true);
  EXPECT_EQ(quotas.admit(kBrokers, "a"), kAdmitted);
  EXPECT_EQ(quotas.admit(kBrokers, "a"), kNoSlot);
}

TEST(ConnectionQuotas, AnAddressWithTooManyIsRefusedAndNotCounted) {
  ConnectionQuotas quotas =
      quotas_with({.max_connections = 10, .max_per_address = 1, .address_maximum = {{"b", 2}}});
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "a"), kTooManyOfAddress);
  EXPECT_EQ(quotas.maximum_of("a"), 1);
  EXPECT_EQ(quotas.maximum_of("b"), 2);
  EXPECT_EQ(quotas.admit(kClients, "b"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "b"), kAdmitted);
  EXPECT_EQ(quotas.admit(kClients, "b"), kTooManyOfAddress);
  quotas.release(kClients, "a");
  EXPECT_EQ(quotas.admit(kClients, "a"), kAdmitted);
}

TEST(ConnectionQuotas, TheLongerWaitOfBrokerAndListenerCounts) {
  const RateWindows windows{.samples = 2, .window = seconds(1)};
  ConnectionQuotas quotas = quotas_with({.max_creation_rate = 1,
                                         .listeners = {{kClients, {.max_creation_rate = 4}}},
                                         .rate_windows = windows});
  EXPECT_EQ(quotas.record_new(kClients, Time{}), Duration::zero());
  EXPECT_EQ(quotas.record_new(kClients, Time{}), seconds(1));
}

TEST(ConnectionQuotas, TheBrokersRateIsNotForTheProtectedListener) {
  ConnectionQuotas quotas = quotas_with({.max_creation_rate = 0}, true);
  EXPECT_EQ(quotas.record_new(kBrokers, Time{}), Duration::zero());
  EXPECT_EQ(quotas.record_new(kClients, Time{}), seconds(1));
}

}  // namespace
}  // namespace barnabas::net
