#include "admin/console_consumer_options.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

ConsoleConsumerOptions checked(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--bootstrap-server", "localhost:9092"});
  return check_console_consumer_options(console_consumer_option_parser().parse(arguments));
}

std::string refused_selection(Arguments arguments) {
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
  EXPECT_EQ(checked({"--topic", "t", "--partition", "0", "--offset", "5"}).start_offset, 5);
  EXPECT_EQ(checked({"--topic", "t", "--partition", "0", "--offset", "EARLIEST"}).start_offset,
            kEarliestOffset);
}

TEST(ConsoleConsumerOptions, OneOfTopicAndInclude) {
  EXPECT_EQ(refused_selection({}), "Exactly one of --include/--topic is required. ");
  EXPECT_EQ(refused_selection({"--topic", "t", "--include", "t"}),
            "Exactly one of --include/--topic is required. ");
  EXPECT_EQ(checked({"--whitelist", "a"}).include, "a");
  EXPECT_EQ(checked({"--whitelist", "a", "--include", "b"}).include, "b");
}

TEST(ConsoleConsumerOptions, PartitionAndOffsetBelongTogether) {
  EXPECT_EQ(refused_selection({"--topic", "t", "--offset", "1"}),
            "The partition is required when offset is specified.");
  EXPECT_EQ(refused_selection({"--include", "t", "--partition", "1"}),
            "The topic is required when partition is specified.");
  EXPECT_EQ(
      refused_selection({"--topic", "t", "--partition", "1", "--offset", "1", "--from-beginning"}),
      "Options from-beginning and offset cannot be specified together.");
  EXPECT_EQ(refused_selection({"--topic", "t", "--partition", "1", "--offset", "-3"}),
            "The provided offset value '-3' is incorrect. Valid values are 'earliest', 'latest', "
            "or a non-negative long.");
}

TEST(ConsoleConsumerOptions, ConflictingResetIsRefused) {
  EXPECT_EQ(refused_selection({"--topic", "t", "--from-beginning", "--consumer-property",
                               "auto.offset.reset=latest"}),
            "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please "
            "remove one option");
}

TEST(ConsoleConsumerOptions, GroupIsNamedOnceOrEverywhereTheSame) {
  EXPECT_EQ(checked({"--topic", "t", "--group", "g"}).consumer.at("group.id"), "g");
  EXPECT_EQ(checked({"--topic", "t", "--consumer-property", "group.id=g"}).consumer.at("group.id"),
            "g");
  EXPECT_EQ(checked({"--topic", "t", "--group", "g", "--consumer-property", "group.id=g"})
                .consumer.at("group.id"),
            "g");
  EXPECT_EQ(refused_selection({"--topic", "t", "--group", "g", "--partition", "0"}),
            "Options group and partition cannot be specified together.");
  EXPECT_EQ(
      refused_selection({"--topic", "t", "--group", "h", "--consumer-property", "group.id=g"}),
      "The group ids provided in different places (directly using '--group', via "
      "'--consumer-property', or via '--consumer.config') do not match. Detected group ids: "
      "'g', 'h'");
}

TEST(ConsoleConsumerOptions, GroupThatNobodyNamedCommitsNothing) {
  const auto generated = checked({"--topic", "t"}).consumer;
  const std::string& group = generated.at("group.id");
  const std::string prefix = "console-consumer-";
  EXPECT_TRUE(group.starts_with(prefix)) << group;
  EXPECT_LT(std::stoi(group.substr(prefix.size())), 100000);
  EXPECT_EQ(generated.at("enable.auto.commit"), "false");
  EXPECT_FALSE(checked({"--topic", "t", "--group", "g"}).consumer.contains("enable.auto.commit"));
  EXPECT_EQ(checked({"--topic", "t", "--consumer-property", "enable.auto.commit=true"})
                .consumer.at("enable.auto.commit"),
            "true");
  EXPECT_TRUE(checked({"--topic", "t", "--partition", "0"}).consumer.contains("group.id"));
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
