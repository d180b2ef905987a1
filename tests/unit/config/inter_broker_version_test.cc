#include "config/inter_broker_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::config {
namespace {

using testing::HasSubstr;

TEST(InterBrokerVersion, ReleaseIsItsLastVersion) {
  EXPECT_EQ(inter_broker_version("3.9"), "3.9-IV0");
  EXPECT_EQ(inter_broker_version("3.7"), "3.7-IV4");
  EXPECT_EQ(inter_broker_version("2.8"), "2.8-IV1");
  EXPECT_EQ(inter_broker_version("0.10.2"), "0.10.2-IV0");
  EXPECT_EQ(inter_broker_version("0.8.2"), "0.8.2");
}

TEST(InterBrokerVersion, BugFixReleasesSpeakAsTheirRelease) {
  EXPECT_EQ(inter_broker_version("3.9.1"), "3.9-IV0");
  EXPECT_EQ(inter_broker_version("0.10.2.1"), "0.10.2-IV0");
}

TEST(InterBrokerVersion, FullNamesAreTaken) {
  EXPECT_EQ(inter_broker_version("2.8-IV0"), "2.8-IV0");
  EXPECT_EQ(inter_broker_version("0.10.0-IV1"), "0.10.0-IV1");
}

TEST(InterBrokerVersion, NoOtherNamesAreKnown) {
  for (const char* text :
       {"", "3", "3.", "3.10", "3.9-IV1", "2.9", "0.8", "0.10", "latest", "v3.9"}) {
    EXPECT_EQ(inter_broker_version(text), std::nullopt) << text;
  }
}

TEST(InterBrokerVersion, ThoseOfThisClusterAreFrom2Point8To3Point9) {
  for (const char* text : {"2.8", "2.8-IV0", "2.8.1", "3.0", "3.6-IV1", "3.9", "3.9-IV0"}) {
    EXPECT_EQ(inter_broker_version_problem(text), std::nullopt) << text;
  }
  for (const char* text : {"2.7", "2.7-IV2", "0.8.2", "1.1"}) {
    EXPECT_THAT(inter_broker_version_problem(text).value_or("accepted"),
                HasSubstr("Upgrade all brokers to Kafka 2.8 or later first"))
        << text;
  }
  EXPECT_THAT(inter_broker_version_problem("4.0-IV0").value_or("accepted"),
              HasSubstr("must be at most 3.9"));
  EXPECT_EQ(inter_broker_version_problem("x"), "Version x is not a valid version");
}

}  // namespace
}  // namespace barnabas::config
