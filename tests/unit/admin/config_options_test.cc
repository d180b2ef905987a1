#include "admin/config_options.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace barnabas::admin {
namespace {

using Configs = std::map<std::string, std::string>;

Options parsed(const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"--bootstrap-server", "localhost:9092"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return config_option_parser().parse(all);
}

// What is said of a command line; empty: it can be used.
std::string refusal_of(const Options& options) {
  try {
    check_config_options(options);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}
std::string refusal(const std::vector<std::string>& arguments) {
  return refusal_of(parsed(arguments));
}

TEST(ConfigOptions, SaidByTypeAndNameOrByTheNameOfTheType) {
  EXPECT_EQ(refusal({"--describe", "--entity-type", "topics", "--entity-name", "t"}), "");
  const ConfigEntities entities = config_entities(parsed({"--describe", "--topic", "t"}));
  EXPECT_EQ(entities.types, (std::vector<std::string>{"topics"}));
  EXPECT_EQ(entities.names, (std::vector<std::string>{"t"}));
  const ConfigEntities defaults = config_entities(parsed({"--describe", "--broker-defaults"}));
  EXPECT_EQ(defaults.types, (std::vector<std::string>{"brokers"}));
  EXPECT_EQ(defaults.names, (std::vector<std::string>{""}));
  EXPECT_EQ(refusal({"--describe", "--entity-type", "topics", "--topic", "t"}),
            "Duplicate entity type(s) specified: topics");
  EXPECT_EQ(refusal({"--describe", "--entity-name", "t", "--topic", "t"}),
            "--entity-{type,name,default} should not be used in conjunction with specific entity "
            "flags");
}

TEST(ConfigOptions, OneActionAndWhatItNeeds) {
  EXPECT_EQ(refusal({"--topic", "t"}),
            "Command must include exactly one action: --describe, --alter");
  EXPECT_EQ(refusal({"--describe", "--topic", "t", "--add-config", "a=b"}),
            "Option \"[describe]\" can't be used with option \"[add-config]\"");
  EXPECT_EQ(refusal({"--alter", "--entity-type", "topics", "--add-config", "a=b"}),
            "an entity name must be specified with --alter of topics");
  EXPECT_EQ(refusal({"--alter", "--topic", "t"}),
            "At least one of --add-config, --add-config-file, or --delete-config must be specified "
            "with --alter");
  EXPECT_EQ(refusal({"--alter", "--topic", "t", "--add-config", "a=b", "--add-config-file", "f"}),
            "Only one of --add-config or --add-config-file must be specified");
}

TEST(ConfigOptions, TypesThatAreNoneAreNamed) {
  EXPECT_EQ(refusal({"--describe"}), "At least one entity type must be specified");
  EXPECT_EQ(refusal({"--describe", "--entity-type", "tables"}),
            "Invalid entity type tables, the entity type must be one of topics, clients, users, "
            "brokers, ips, broker-loggers, client-metrics with a --bootstrap-server or "
            "--bootstrap-controller argument");
  EXPECT_EQ(refusal({"--describe", "--broker", "x"}),
            "The entity name for brokers must be a valid integer broker id, but it is: x");
  EXPECT_EQ(refusal_of(config_option_parser().parse({"--describe", "--broker", "1"})),
            "One of the required --bootstrap-server, --boostrap-controller, or --zookeeper "
            "arguments must be specified");
}

TEST(ConfigOptions, BracketsKeepValuesWithCommasTogether) {
  EXPECT_EQ(parse_added_configs("a=1,b=[2,3], c = 4 "),
            (Configs{{"a", "1"}, {"b", "2,3"}, {"c", "4"}}));
  EXPECT_EQ(parse_added_configs("a=,b=[x=y]"), (Configs{{"a", ""}, {"b", "x=y"}}));
  EXPECT_EQ(parse_added_configs("a=1,"), (Configs{{"a", "1"}}));
  EXPECT_THROW(parse_added_configs("a"), std::runtime_error);
  EXPECT_THROW(parse_added_configs("a=b=c"), std::runtime_error);
}

TEST(ConfigOptions, KeysHaveNoOddCharacters) {
  EXPECT_THROW(configs_to_add(parsed({"--alter", "--topic", "t", "--add-config", "a b=1"})),
               std::runtime_error);
  EXPECT_EQ(configs_to_delete(parsed({"--alter", "--topic", "t", "--delete-config", "a, b"})),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace barnabas::admin
