#include "admin/consumer_group_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

// "" accepted, "usage: ..." with the help, "error: ..." the message alone.
template <typename Check>
std::string outcome_of(const Check& check) {
  try {
    check();
  } catch (const UsageError& error) {
    return std::string("usage: ") + error.what();
  } catch (const std::runtime_error& error) {
    return std::string("error: ") + error.what();
  }
  return "";
}

std::string outcome(Arguments arguments) {
  arguments.insert(arguments.begin(), {"--bootstrap-server", "localhost:9092"});
  return outcome_of([&] {
    const Options options = consumer_group_option_parser().parse(arguments);
    check_available_group_options(options);
    testing::internal::CaptureStderr();
    try {
      check_consumer_group_options(options);
    } catch (...) {
      testing::internal::GetCapturedStderr();
      throw;
    }
    testing::internal::GetCapturedStderr();
  });
}

TEST(ConsumerGroupOptions, ServerIsRequired) {
  EXPECT_EQ(outcome_of([] {
              check_consumer_group_options(consumer_group_option_parser().parse({"--list"}));
            }),
            "usage: Missing required argument \"[bootstrap-server]\"");
}

TEST(ConsumerGroupOptions, ExactlyOneAction) {
  const std::string wrong =
      "usage: Command must include exactly one action: --list, --describe, --delete, "
      "--reset-offsets, --delete-offsets";
  EXPECT_EQ(outcome({}), wrong);
  EXPECT_EQ(outcome({"--describe", "--all-groups", "--delete"}), wrong);
  EXPECT_EQ(outcome({"--list"}), "");
}

TEST(ConsumerGroupOptions, ViewsBelongToTheirActions) {
  const auto unavailable = [](std::string_view names) {
    return "error: Option(s) [" + std::string(names) +
           "] are unavailable given other options on the command line";
  };
  EXPECT_EQ(outcome({"--list", "--members"}), unavailable("members"));
  EXPECT_EQ(outcome({"--list", "--verbose"}), unavailable("verbose"));
  EXPECT_EQ(outcome({"--delete", "--group", "g", "--state"}), unavailable("state"));
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--type"}), unavailable("type"));
  EXPECT_EQ(outcome({"--list", "--state", "--type"}), "");
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--members", "--verbose"}), "");
}

TEST(ConsumerGroupOptions, DescriptionsOfOneKindOfChosenGroups) {
  EXPECT_EQ(outcome({"--describe"}),
            "usage: Option [describe] takes one of these options: [reset-offsets], [describe], "
            "[delete], [list]");
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--state", "--offsets"}),
            "usage: Option [describe] takes at most one of these options: [members], [offsets], "
            "[state]");
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--state", "Stable"}),
            "usage: Option [describe] does not take a value for [state]");
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--all-groups"}),
            "usage: Option \"[group]\" can't be used with option \"[all-groups]\"");
  EXPECT_EQ(outcome({"--describe", "--group", "g", "--group", "h"}), "");
}

TEST(ConsumerGroupOptions, DeletionsSayOfWhat) {
  EXPECT_EQ(outcome({"--delete"}),
            "usage: Option [delete] takes one of these options: [all-groups], [group]");
  EXPECT_EQ(outcome({"--delete", "--group", "g", "--topic", "t"}),
            "usage: The consumer does not support topic-specific offset deletion from a consumer "
            "group.");
  EXPECT_EQ(outcome({"--delete-offsets", "--group", "g"}),
            "usage: Option [delete-offsets] takes the following options: [all-groups], [group]");
  EXPECT_EQ(outcome({"--delete-offsets", "--group", "g", "--topic", "t"}), "");
}

TEST(ConsumerGroupOptions, OneScenarioOfReset) {
  EXPECT_EQ(outcome({"--reset-offsets", "--to-earliest"}),
            "usage: Option [reset-offsets] takes one of these options: [all-groups], [group]");
  EXPECT_EQ(outcome({"--reset-offsets", "--group", "g", "--execute", "--dry-run"}),
            "usage: Option [reset-offsets] only accepts one of [execute] and [dry-run]");
  EXPECT_EQ(outcome({"--reset-offsets", "--group", "g", "--to-earliest", "--to-latest"}),
            "usage: Option \"[to-earliest]\" can't be used with option \"[to-latest]\"");
  EXPECT_EQ(outcome({"--reset-offsets", "--group", "g", "--shift-by", "-3", "--topic", "t"}), "");
  EXPECT_EQ(missing_scenario(),
            "Option '[reset-offsets]' requires one of the following scenarios: [[to-offset], "
            "[to-current], [to-datetime], [from-file], [by-duration], [to-earliest], [to-latest], "
            "[shift-by]]");
}

TEST(ConsumerGroupOptions, ResetWithoutExecuteIsWarnedOf) {
  const auto warning = [](Arguments arguments) {
    arguments.insert(arguments.begin(),
                     {"--bootstrap-server", "s", "--reset-offsets", "--group", "g"});
    const Options options = consumer_group_option_parser().parse(arguments);
    testing::internal::CaptureStderr();
    check_consumer_group_options(options);
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_THAT(warning({}), StartsWith("WARN: No action will be performed"));
  EXPECT_EQ(warning({"--dry-run"}), "");
  EXPECT_EQ(warning({"--execute"}), "");
}

TEST(ConsumerGroupOptions, StatesAndTypesInKafkasSpelling) {
  EXPECT_THAT(parse_group_states("stable, EMPTY,stable"), ElementsAre("Stable", "Empty"));
  EXPECT_THAT(parse_group_states(""), IsEmpty());
  EXPECT_THAT(parse_group_types("consumer,Classic"), ElementsAre("Consumer", "Classic"));
  EXPECT_EQ(outcome_of([] { parse_group_states("stable,x"); }),
            "usage: Invalid state list 'stable,x'. Valid states are: PreparingRebalance, "
            "CompletingRebalance, Stable, Dead, Empty, Assigning, Reconciling");
  EXPECT_EQ(outcome_of([] { parse_group_types("x"); }),
            "usage: Invalid types list 'x'. Valid types are: Consumer, Classic");
}

TEST(ConsumerGroupOptions, TopicsWithPartitions) {
  EXPECT_THAT(
      parse_topic_with_partitions("t:0,12"),
      ElementsAre(TopicPartition{"t", PartitionId(0)}, TopicPartition{"t", PartitionId(12)}));
  EXPECT_EQ(outcome_of([] { parse_topic_with_partitions("t:x"); }),
            "usage: Invalid partition 'x' specified in topic arg 't:x''");
  for (const char* wrong : {"t:", "t:0:1", ":"}) {
    EXPECT_EQ(outcome_of([&] { parse_topic_with_partitions(wrong); }),
              "usage: Invalid topic arg '" + std::string(wrong) +
                  "', expected topic name and partitions");
  }
}

}  // namespace
}  // namespace barnabas::admin
