#include "admin/option_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/tool.h"

namespace barnabas::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

OptionParser parser() {
  return OptionParser({
      {"topic", "The topic.", Argument::kRequired, "String", "name"},
      {"partitions", "How many.", Argument::kRequired, "Integer", "", "7"},
      {"codec", "The codec.", Argument::kOptional, "String"},
      {"list", "List."},
      {.name = "server", .description = "S.", .argument = Argument::kRequired},
  });
}

std::string refused_options(const Lines& arguments) {
  try {
    parser().parse(arguments);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(OptionParser, ValueFollowsOrStandsBehindEquals) {
  EXPECT_EQ(parser().parse({"--topic", "a"}).value("topic"), "a");
  EXPECT_EQ(parser().parse({"--topic=a=b"}).value("topic"), "a=b");
  EXPECT_EQ(parser().parse({"--topic=", "a"}).value("topic"), "a");
}

TEST(OptionParser, OneDashIsEnoughForAWholeName) {
  EXPECT_TRUE(parser().parse({"-list"}).has("list"));
  EXPECT_EQ(parser().parse({"-topic", "a"}).value("topic"), "a");
}

// Kafka's tools take no abbreviations; a library's guessing must not bring them in.
TEST(OptionParser, AbbreviationsAreRefused) {
  EXPECT_EQ(refused_options({"--top", "a"}), "top is not a recognized option");
  EXPECT_EQ(refused_options({"--zookeeper", "x:1"}), "zookeeper is not a recognized option");
  EXPECT_EQ(refused_options({"-lis"}), "l is not a recognized option");
}

TEST(OptionParser, RequiredArgumentTakesWhateverFollows) {
  EXPECT_EQ(parser().parse({"--topic", "--list"}).value("topic"), "--list");
  EXPECT_EQ(refused_options({"--topic"}), "Option topic requires an argument");
}

TEST(OptionParser, OptionalArgumentTakesNoOption) {
  const Options found = parser().parse({"--codec", "--list"});
  EXPECT_TRUE(found.has("codec"));
  EXPECT_EQ(found.value("codec"), std::nullopt);
  EXPECT_TRUE(found.has("list"));
  EXPECT_EQ(parser().parse({"--codec", "lz4"}).value("codec"), "lz4");
}

TEST(OptionParser, SingleValueGivenTwiceIsAnErrorWhenAskedFor) {
  const Options found = parser().parse({"--topic", "a", "--topic", "b"});
  EXPECT_THAT(found.values("topic"), ElementsAre("a", "b"));
  EXPECT_THROW(
      {
        try {
          found.value("topic");
        } catch (const OptionError& error) {
          EXPECT_STREQ(error.what(),
                       "Found multiple arguments for option topic, but you asked for only one");
          throw;
        }
      },
      OptionError);
}

TEST(OptionParser, DefaultCountsOnlyWhenNothingWasGiven) {
  EXPECT_EQ(parser().parse({}).int_value("partitions"), 7);
  EXPECT_FALSE(parser().parse({}).has("partitions"));
  EXPECT_EQ(parser().parse({"--partitions", "3"}).int_value("partitions"), 3);
}

TEST(OptionParser, NumbersThatAreNoneAreNamed) {
  for (const char* text : {"a", "", "1.5", "2147483648"}) {
    const Options found = parser().parse({"--partitions", text});
    try {
      found.int_value("partitions");
      FAIL() << text;
    } catch (const OptionError& error) {
      EXPECT_EQ(error.what(),
                std::string("Cannot parse argument '") + text + "' of option partitions");
    }
  }
}

TEST(OptionParser, DoubleDashEndsTheOptions) {
  const Options found = parser().parse({"x", "--list", "--", "--topic", "-"});
  EXPECT_THAT(found.non_options(), ElementsAre("x", "--topic", "-"));
  EXPECT_FALSE(found.has("topic"));
}

TEST(OptionParser, RequiredUnlessAnotherIsGiven) {
  const OptionParser either({{.name = "server",
                              .description = "",
                              .argument = Argument::kRequired,
                              .required_unless = "list"},
                             {"list", ""}});
  EXPECT_NO_THROW(either.parse({"--list"}));
  EXPECT_NO_THROW(either.parse({"--server", "a"}));
  EXPECT_NO_THROW(either.parse({"--help"}));
  try {
    either.parse({});
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_STREQ(error.what(), "Missing required option(s) [server]");
  }
}

TEST(OptionParser, HelpIsATableInAlphabeticalOrder) {
  EXPECT_EQ(parser().help(),
            "Option                  Description\n"
            "------                  -----------\n"
            "--codec [String]        The codec.\n"
            "--help                  Print this text.\n"
            "--list                  List.\n"
            "--partitions <Integer>  How many. (default: 7)\n"
            "--server <String>       S.\n"
            "--topic <String: name>  The topic.\n"
            "--version               Print the version.\n");
}

TEST(OptionParser, HelpIsBrokenBetweenWordsWithin80Columns) {
  const OptionParser wide({{"replica-assignment", std::string(30, 'a') + " " + std::string(20, 'b'),
                            Argument::kRequired, "String", "first second third fourth"}});
  const std::string help = wide.help();
  EXPECT_THAT(help, HasSubstr("--replica-assignment <String: first      " + std::string(30, 'a')));
  EXPECT_THAT(help, HasSubstr("\n  second third fourth>                     " +
                              std::string(20, 'b') + "\n"));
}

TEST(Tool, UsageErrorsAreInKafkasWords) {
  const Options found = parser().parse({"--list", "--topic", "a"});
  EXPECT_NO_THROW(require_options(found, {"topic"}));
  try {
    require_options(found, {"server"});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "Missing required argument \"[server]\"");
  }
  EXPECT_NO_THROW(refuse_together(found, "server", {"list"}));
  try {
    refuse_together(found, "list", {"server", "topic"});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "Option \"[list]\" can't be used with option \"[topic]\"");
  }
}

TEST(Tool, HostPortsNeedPorts) {
  for (const char* text : {"a:1", "a:1,b:2", "[::1]:9092", "10.0.0.1:1 , b:2"}) {
    EXPECT_NO_THROW(require_host_ports(text)) << text;
  }
  for (const char* text : {"", "a", "a:", "a:b", "a:1,b"}) {
    EXPECT_THROW(require_host_ports(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace barnabas::admin
