#include "admin/argument_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ArgumentParser parser() {
  return ArgumentParser(
      "program", "Does it.",
      {{.name = "--topic", .metavar = "TOPIC", .help = "The topic.", .required = true},
       {"--max-messages", "MAX", "How many.", ArgumentType::kInt, false, "-1"},
       {"--message-create-time", "TIME", "When.", ArgumentType::kLong},
       {.name = "--acks",
        .metavar = "ACKS",
        .help = "Whose.",
        .type = ArgumentType::kInt,
        .choices = {0, 1, -1}},
       {"--verbose", "VERBOSE", "More.", ArgumentType::kFlag}},
      {{"--bootstrap-server", "SERVERS", "Where."}, {"--broker-list", "SERVERS", "Where."}});
}

std::string refused_arguments(std::vector<std::string> arguments, bool with_server = true) {
  if (with_server) arguments.insert(arguments.begin(), {"--bootstrap-server", "s:1"});
  try {
    static_cast<void>(parser().parse(arguments));
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "";
}

TEST(ArgumentParser, ValuesAndDefaults) {
  const auto values = parser().parse(
      {"--topic=t", "--bootstrap-server", "s:1", "--verbose", "--acks", "-1", "--topic", "u"});
  ASSERT_TRUE(values);
  EXPECT_EQ(values->text("--topic"), "u") << "the last counts";
  EXPECT_EQ(values->number("--max-messages"), -1);
  EXPECT_EQ(values->number("--acks"), -1);
  EXPECT_EQ(values->number("--message-create-time"), std::nullopt);
  EXPECT_TRUE(values->has("--verbose"));
  EXPECT_FALSE(values->has("--max-messages")) << "a default is not given";
}

TEST(ArgumentParser, BeginningsThatOnlyOneNameHas) {
  const auto values = parser().parse({"--top", "t", "--boot", "s:1", "--max", "3"});
  ASSERT_TRUE(values);
  EXPECT_EQ(values->number("--max-messages"), 3);
  EXPECT_EQ(refused_arguments({"--topic", "t", "--m", "1"}),
            "ambiguous option: --m could match --max-messages, --message-create-time");
}

TEST(ArgumentParser, ShortNamesAndSubCommands) {
  const ArgumentParser sub("program command", "",
                           {{.name = "--id",
                             .metavar = "ID",
                             .help = "Whose.",
                             .type = ArgumentType::kInt,
                             .required = true,
                             .short_name = "-i"}},
                           {});
  EXPECT_EQ(sub.parse({"-i", "3"})->number("--id"), 3);
  EXPECT_EQ(sub.parse({"-i4"})->number("--id"), 4);
  const auto refusal = [&](const std::vector<std::string>& arguments) -> std::string {
    try {
      static_cast<void>(sub.parse(arguments));
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal({}), "argument --id/-i is required");
  EXPECT_EQ(refusal({"-i"}), "argument --id/-i: expected one argument");
  EXPECT_EQ(refusal({"-x", "3"}), "unrecognized arguments: '-x'");
  EXPECT_EQ(sub.usage(), "usage: program command [-h] --id ID\n");
}

TEST(ArgumentParser, WrongOnesInTheWordsOfKafkasTools) {
  EXPECT_EQ(refused_arguments({}), "argument --topic is required");
  EXPECT_EQ(refused_arguments({"--topic", "t"}, false),
            "one of the arguments --bootstrap-server --broker-list is required");
  EXPECT_EQ(refused_arguments({"--broker-list", "s:2"}),
            "argument --broker-list: not allowed with argument --bootstrap-server");
  EXPECT_EQ(refused_arguments({"--topic", "t", "--max-messages", "x"}),
            "argument --max-messages: could not convert 'x' to Integer (For input string: \"x\")");
  EXPECT_EQ(refused_arguments({"--topic", "t", "--acks", "7"}),
            "argument --acks: invalid choice: '7' (choose from {0,1,-1})");
  EXPECT_EQ(refused_arguments({"--topic", "t", "--acks"}),
            "argument --acks: expected one argument");
  EXPECT_EQ(refused_arguments({"--topic", "--acks", "1"}),
            "argument --topic: expected one argument");
  EXPECT_EQ(refused_arguments({"--topic", "t", "--bogus", "7"}),
            "unrecognized arguments: '--bogus'");
  EXPECT_EQ(refused_arguments({"--topic", "t", "stray"}), "unrecognized arguments: 'stray'");
}

TEST(ArgumentParser, HelpIsAskedForOrShownWithTheMistake) {
  EXPECT_FALSE(parser().parse({"--topic", "t", "-h"}));
  EXPECT_EQ(parser().usage(),
            "usage: program [-h] --topic TOPIC [--max-messages MAX]\n"
            "               [--message-create-time TIME] [--acks ACKS] [--verbose]\n"
            "               (--bootstrap-server SERVERS | --broker-list SERVERS)\n");
  EXPECT_THAT(parser().help(), StartsWith(parser().usage() + "\nDoes it.\n"));
  EXPECT_THAT(parser().help(), HasSubstr("  --max-messages MAX     How many. (default: -1)\n"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(parser().print_error("no"), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), parser().usage() + "program: error: no\n");
}

}  // namespace
}  // namespace barnabas::admin
