#include "zkclient/connect_string.h"

#include <gtest/gtest.h>

namespace barnabas::zk {
namespace {

TEST(ConnectString, TakesHostsPortsAndChrootApart) {
  const auto parsed = ConnectString::parse("h1:2182, h2,[::1]:2183,[::1]/kafka/a");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->hosts, "h1:2182,h2:2181,[::1]:2183,[::1]:2181");
  EXPECT_EQ(parsed->chroot, "/kafka/a");
}

TEST(ConnectString, TheRootIsNoChroot) {
  EXPECT_EQ(ConnectString::parse("h1:2181/")->chroot, "");
  EXPECT_EQ(ConnectString::parse("h1:2181")->chroot, "");
}

TEST(ConnectString, SaysWhatIsWrong) {
  for (const char* text : {"", "/kafka", "h1:2181,", "h1:port", "h1:0", "h1:70000", ":2181",
                           "h1:2181/a/", "h1:2181//a"}) {
    const auto parsed = ConnectString::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().detail.find("zookeeper.connect"), std::string::npos);
  }
}

}  // namespace
}  // namespace barnabas::zk
