#include "admin/verifiable_options.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace barnabas::admin {
namespace {

class VerifiableOptions : public testing::Test {
 protected:
  VerifiableOptions() { std::ofstream(path_) << "acks=1\ngroup.id=of-the-file\nclient.id=me\n"; }
  ~VerifiableOptions() override { std::filesystem::remove(path_); }

  const std::string path_ = testing::TempDir() + "verifiable_options_test.properties";
};

TEST_F(VerifiableOptions, ProducersFileRanksAboveItsCommandLine) {
  const auto values = verifiable_producer_parser().parse(
      {"--topic", "t", "--broker-list", "s:1", "--acks", "0", "--producer.config", path_});
  const auto properties = verifiable_producer_properties(*values);
  EXPECT_EQ(properties.at("acks"), "1");
  EXPECT_EQ(properties.at("bootstrap.servers"), "s:1");
  EXPECT_EQ(properties.at("retries"), "0");
  EXPECT_EQ(properties.at("client.id"), "me");
}

TEST_F(VerifiableOptions, ConsumersCommandLineRanksAboveItsFile) {
  const auto values =
      verifiable_consumer_parser().parse({"--topic", "t", "--bootstrap-server", "s:1", "--group-id",
                                          "g", "--consumer.config", path_, "--enable-autocommit"});
  const auto properties = verifiable_consumer_properties(*values);
  EXPECT_EQ(properties.at("group.id"), "g");
  EXPECT_EQ(properties.at("client.id"), "me");
  EXPECT_EQ(properties.at("enable.auto.commit"), "true");
  EXPECT_EQ(properties.at("session.timeout.ms"), "30000");
  EXPECT_EQ(properties.at("partition.assignment.strategy"),
            "org.apache.kafka.clients.consumer.RangeAssignor");
  EXPECT_FALSE(properties.contains("group.instance.id"));
}

TEST_F(VerifiableOptions, FileThatIsNotThereIsAMistakeInTheCommandLine) {
  const auto values = verifiable_producer_parser().parse(
      {"--topic", "t", "--broker-list", "s:1", "--producer.config", "/nowhere/at.all"});
  try {
    static_cast<void>(verifiable_producer_properties(*values));
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_STREQ(error.what(), "/nowhere/at.all");
  }
}

}  // namespace
}  // namespace barnabas::admin
