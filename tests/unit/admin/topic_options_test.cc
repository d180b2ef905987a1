#include "admin/topic_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::Pair;

// "" accepted, "usage: ..." with the help, "error: ..." the message alone.
std::string outcome(Arguments arguments) {
  const OptionParser parser = topic_option_parser();
  try {
    check_topic_options(parser.parse(arguments));
  } catch (const UsageError& error) {
    return std::string("usage: ") + error.what();
  } catch (const std::runtime_error& error) {
    return std::string("error: ") + error.what();
  }
  return "";
}

std::string with_server(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--bootstrap-server", "localhost:9092"});
  return outcome(std::move(arguments));
}

std::string creation_error(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--create", "--topic", "t"});
  try {
    new_topic(topic_option_parser().parse(arguments));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(TopicOptions, ExactlyOneAction) {
  const std::string wrong =
      "usage: Command must include exactly one action: --list, --describe, --create, --alter or "
      "--delete";
  EXPECT_EQ(with_server({}), wrong);
  EXPECT_EQ(with_server({"--list", "--describe"}), wrong);
  EXPECT_EQ(with_server({"--list"}), "");
  EXPECT_EQ(with_server({"--describe"}), "");
}

TEST(TopicOptions, ServerIsRequiredWithoutTheHelp) {
  EXPECT_EQ(outcome({"--list"}), "error: --bootstrap-server must be specified");
}

TEST(TopicOptions, TopicIsRequiredButToListAndDescribe) {
  for (const char* action : {"--create", "--delete", "--alter"}) {
    EXPECT_EQ(with_server({action}), "usage: Missing required argument \"[topic]\"") << action;
  }
  EXPECT_EQ(with_server({"--alter", "--topic", "t"}),
            "usage: Missing required argument \"[partitions]\"");
  EXPECT_EQ(with_server({"--describe", "--if-exists"}),
            "usage: --topic or --topic-id is required to describe a topic");
}

TEST(TopicOptions, OptionsOfOtherActionsAreRefused) {
  EXPECT_EQ(with_server({"--list", "--partitions", "1"}),
            "usage: Option \"[partitions]\" can't be used with option \"[list]\"");
  EXPECT_EQ(with_server({"--describe", "--config", "a=b"}),
            "usage: Option \"[config]\" can't be used with option \"[describe]\"");
  EXPECT_EQ(with_server({"--create", "--topic", "t", "--if-exists"}),
            "usage: Option \"[if-exists]\" can't be used with option \"[create]\"");
  EXPECT_EQ(with_server({"--list", "--unavailable-partitions"}),
            "usage: Option \"[unavailable-partitions]\" can't be used with option \"[list]\"");
  EXPECT_EQ(with_server({"--describe", "--under-replicated-partitions", "--topics-with-overrides"}),
            "usage: Option \"[under-replicated-partitions]\" can't be used with option "
            "\"[topics-with-overrides]\"");
  EXPECT_EQ(with_server({"--delete", "--topic", "t", "--exclude-internal"}),
            "usage: Option \"[exclude-internal]\" can't be used with option \"[delete]\"");
  EXPECT_EQ(with_server({"--alter", "--topic", "t", "--delete-config", "x", "--partitions", "2"}),
            "usage: Option \"[delete-config]\" can't be used with option \"[bootstrap-server]\"");
}

TEST(TopicOptions, AssignmentExcludesCounts) {
  EXPECT_EQ(
      with_server({"--create", "--topic", "t", "--replica-assignment", "0:1", "--partitions", "1"}),
      "usage: Option \"[replica-assignment]\" can't be used with option \"[partitions]\"");
}

TEST(TopicOptions, FiltersOfADescriptionMayBeCombined) {
  EXPECT_EQ(with_server({"--describe", "--under-replicated-partitions", "--at-min-isr-partitions",
                         "--exclude-internal"}),
            "");
}

TEST(NewTopicOptions, CountsAndConfigs) {
  const NewTopic topic = new_topic(topic_option_parser().parse(
      {"--create", "--topic", "t", "--partitions", "3", "--replication-factor", "2", "--config",
       "retention.ms = 5", "--config", "cleanup.policy=compact"}));
  EXPECT_EQ(topic.name, "t");
  EXPECT_EQ(topic.partitions, 3);
  EXPECT_EQ(topic.replication_factor, 2);
  EXPECT_THAT(topic.configs,
              ElementsAre(Pair("cleanup.policy", "compact"), Pair("retention.ms", "5")));
}

TEST(NewTopicOptions, NothingSaidLeavesItToTheCluster) {
  const NewTopic topic = new_topic(topic_option_parser().parse({"--create", "--topic", "t"}));
  EXPECT_EQ(topic.partitions, std::nullopt);
  EXPECT_EQ(topic.replication_factor, std::nullopt);
}

TEST(NewTopicOptions, MistakesAreToldInKafkasWords) {
  EXPECT_EQ(creation_error({"--partitions", "0"}), "The partitions must be greater than 0");
  EXPECT_EQ(creation_error({"--replication-factor", "0"}),
            "The replication factor must be between 1 and 32767 inclusive");
  EXPECT_EQ(creation_error({"--replication-factor", "32768"}),
            "The replication factor must be between 1 and 32767 inclusive");
  EXPECT_EQ(creation_error({"--config", "foo=bar"}), "Unknown topic config name: foo");
  for (const char* config : {"retention.ms", "retention.ms=", "retention.ms=1=2"}) {
    EXPECT_EQ(creation_error({"--config", config}),
              "requirement failed: Invalid topic config: all configs to be added must be in the "
              "format \"key=val\".")
        << config;
  }
  EXPECT_EQ(creation_error({"--config", "retention.ms=abc"}),
            "Invalid value abc for configuration retention.ms: Not a number of type LONG");
}

TEST(ReplicaAssignment, PartitionsOfBrokers) {
  EXPECT_THAT(parse_replica_assignment("101:102, 102:101"),
              ElementsAre(ElementsAre(BrokerId(101), BrokerId(102)),
                          ElementsAre(BrokerId(102), BrokerId(101))));
}

TEST(ReplicaAssignment, MistakesAreToldInKafkasWords) {
  const auto refusal = [](const char* text) -> std::string {
    try {
      parse_replica_assignment(text);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("1:1"), "Partition replica lists may not contain duplicate entries: 1");
  EXPECT_EQ(refusal("1:2,1"), "Partition 1 has different replication factor: [1]");
  EXPECT_EQ(refusal("a"), "For input string: \"a\"");
}

}  // namespace
}  // namespace barnabas::admin
