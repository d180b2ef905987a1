#include "admin/admin_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;

TEST(AdminConfig, BootstrapServers) {
  EXPECT_THAT(parse_bootstrap_servers("a:1, PLAINTEXT://b:2,[::1]:3,"),
              ElementsAre(HostPort{"a", 1}, HostPort{"b", 2}, HostPort{"::1", 3}));
}

TEST(AdminConfig, WhatIsNoServerIsNamed) {
  for (const char* text : {"localhost", "a:", ":9092", "a:70000", "a:1,b"}) {
    EXPECT_THROW(parse_bootstrap_servers(text), config::ConfigError) << text;
  }
  try {
    parse_bootstrap_servers("a:1,b");
    FAIL();
  } catch (const config::ConfigError& error) {
    EXPECT_STREQ(error.what(), "Invalid url in bootstrap.servers: b");
  }
  EXPECT_THROW(parse_bootstrap_servers(" , "), config::ConfigError);
}

TEST(AdminConfig, CommandLineRanksAboveTheFile) {
  const AdminConfig config = AdminConfig::from(
      {{"bootstrap.servers", "file:1"}, {"client.id", "me"}, {"request.timeout.ms", "5"}}, "a:1");
  EXPECT_THAT(config.bootstrap_servers, ElementsAre(HostPort{"a", 1}));
  EXPECT_EQ(config.client_id, "me");
  EXPECT_EQ(config.request_timeout, milliseconds(5));
  EXPECT_EQ(config.default_api_timeout, seconds(60));
}

TEST(AdminConfig, BadValuesAreRefused) {
  EXPECT_THROW(AdminConfig::from({{"request.timeout.ms", "x"}}, "a:1"), config::ConfigError);
  EXPECT_THROW(AdminConfig::from({{"request.timeout.ms", "-1"}}, "a:1"), config::ConfigError);
  EXPECT_THROW(AdminConfig::from({{"security.protocol", "SSL"}}, "a:1"), config::ConfigError);
}

TEST(AdminConfig, TimeoutsOfRequestsAreIntsAndBackoffsLongs) {
  const auto refusal = [](const std::string& key) -> std::string {
    try {
      AdminConfig::from({{key, "soon"}}, "a:1");
    } catch (const config::ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("request.timeout.ms"),
            "Invalid value soon for configuration request.timeout.ms: Not a number of type INT");
  EXPECT_EQ(refusal("retry.backoff.ms"),
            "Invalid value soon for configuration retry.backoff.ms: Not a number of type LONG");
  EXPECT_THROW(AdminConfig::from({{"request.timeout.ms", "3000000000"}}, "a:1"),
               config::ConfigError);
  EXPECT_EQ(AdminConfig::from({{"retry.backoff.ms", "3000000000"}}, "a:1").retry_backoff,
            milliseconds(3000000000));
}

TEST(AdminConfig, TheSecurityProtocolMayBeWrittenInAnyCase) {
  EXPECT_NO_THROW(require_plaintext({{"security.protocol", "plaintext"}}));
  EXPECT_THROW(require_plaintext({{"security.protocol", "sasl_plaintext"}}), config::ConfigError);
}

}  // namespace
}  // namespace barnabas::admin
