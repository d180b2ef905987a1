#include "admin/console_consumer_options.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

ConsoleConsumerOptions checked(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--bootstrap-server", "localhost:9092"});
  return check_console_consumer_options(console_consumer_option_parser().parse(arguments));
}

std::string refusal(Arguments arguments) {
  try {
    checked(std::move(arguments));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(ConsoleConsumerOptions, StartsAtTheEndUnlessToldOtherwise) {
  EXPECT_EQ(checked({"--topic", "t"}).start_offset, kLatestOffset);
  EXPECT_EQ(checked({"--topic", "t", "--from-beginning"}).start_offset, kEarliestOffset);
  EXPECT_EQ(
      checked({"--topic", "t", "--consumer-property", "auto.offset.reset=earliest"}).start_offset,
      kEarliestOffset);
  EXPECT_EQ(checked({"--topic", "t", "--partition", "0", "--offset", "5"}).start_offset, 5);
  EXPECT_EQ(checked({"--topic", "t", "--partition", "0", "--offset", "EARLIEST"}).start_offset,
            kEarliestOffset);
}

TEST(ConsoleConsumerOptions, OneOfTopicAndInclude) {
  EXPECT_EQ(refusal({}), "Exactly one of --include/--topic is required. ");
  EXPECT_EQ(refusal({"--topic", "t", "--include", "t"}),
            "Exactly one of --include/--topic is required. ");
  EXPECT_EQ(checked({"--whitelist", "a"}).include, "a");
  EXPECT_EQ(checked({"--whitelist", "a", "--include", "b"}).include, "b");
}

TEST(ConsoleConsumerOptions, PartitionAndOffsetBelongTogether) {
  EXPECT_EQ(refusal({"--topic", "t", "--offset", "1"}),
            "The partition is required when offset is specified.");
  EXPECT_EQ(refusal({"--include", "t", "--partition", "1"}),
            "The topic is required when partition is specified.");
  EXPECT_EQ(refusal({"--topic", "t", "--partition", "1", "--offset", "1", "--from-beginning"}),
            "Options from-beginning and offset cannot be specified together.");
  EXPECT_EQ(refusal({"--topic", "t", "--partition", "1", "--offset", "-3"}),
            "The provided offset value '-3' is incorrect. Valid values are 'earliest', 'latest', "
            "or a non-negative long.");
}

TEST(ConsoleConsumerOptions, ConflictingResetIsRefused) {
  EXPECT_EQ(refusal({"--topic", "t", "--from-beginning", "--consumer-property",
                     "auto.offset.reset=latest"}),
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please "
            "remove one option");
}

TEST(ConsoleConsumerOptions, GroupsAreRefusedClearly) {
  EXPECT_NE(refusal({"--topic", "t", "--group", "g"}).find("Consumer groups are not supported yet"),
            std::string::npos);
  EXPECT_EQ(refusal({"--topic", "t", "--group", "g", "--partition", "0"}),
            "Options group and partition cannot be specified together.");
  EXPECT_EQ(refusal({"--topic", "t", "--group", "g", "--consumer-property", "group.id=h"}),
            "The group ids provided in different places (directly using '--group', via "
            "'--consumer-property', or via '--consumer.config') do not match. Detected group ids: "
            "'g', 'h'");
}

TEST(ConsoleConsumerOptions, ClientSettings) {
  const auto options = checked({"--topic", "t", "--consumer-property", "client.id=me",
                                "--isolation-level", "read_committed"});
  EXPECT_EQ(options.consumer.at("client.id"), "me");
  EXPECT_EQ(options.consumer.at("isolation.level"), "read_committed");
  EXPECT_EQ(options.consumer.at("bootstrap.servers"), "localhost:9092");
  EXPECT_EQ(checked({"--topic", "t"}).consumer.at("client.id"), "console-consumer");
}

TEST(ConsoleConsumerOptions, DeserializersReachTheFormatterBelowItsProperties) {
  const auto options = checked({"--topic", "t", "--key-deserializer", "A", "--value-deserializer",
                                "B", "--property", "value.deserializer=C"});
  EXPECT_EQ(options.formatter.at("key.deserializer"), "A");
  EXPECT_EQ(options.formatter.at("value.deserializer"), "C");
}

}  // namespace
}  // namespace barnabas::admin
