#include "config/config_alteration.h"

#include <gtest/gtest.h>

namespace barnabas::config {
namespace {

using enum AlterConfigOp;

// What `key` is after the alteration; nullopt: not set.
std::optional<std::string> altered(AlterConfigOp op, const std::string& key,
                                   const std::string& value, Properties configs = {}) {
  EXPECT_EQ(alter_topic_config({key, op, value}, configs), std::nullopt);
  const auto found = configs.find(key);
  return found == configs.end() ? std::nullopt : std::optional(found->second);
}

TEST(ConfigAlteration, SetAndDeleteTakeAnyKey) {
  EXPECT_EQ(altered(kSet, "retention.ms", "7"), "7");
  EXPECT_EQ(altered(kSet, "no.such", "7"), "7");
  EXPECT_EQ(altered(kDelete, "retention.ms", "", {{"retention.ms", "7"}}), std::nullopt);
  EXPECT_EQ(altered(kDelete, "retention.ms", ""), std::nullopt);
}

TEST(ConfigAlteration, AppendAddsWhatTheListDoesNotHave) {
  EXPECT_EQ(altered(kAppend, "cleanup.policy", "compact", {{"cleanup.policy", "delete"}}),
            "delete,compact");
  EXPECT_EQ(altered(kAppend, "cleanup.policy", "delete,compact", {{"cleanup.policy", "delete"}}),
            "delete,compact");
  EXPECT_EQ(altered(kAppend, "leader.replication.throttled.replicas", "0:1,1:2"), "0:1,1:2");
}

TEST(ConfigAlteration, AListThatIsNotSetBeginsWithKafkasDefault) {
  EXPECT_EQ(altered(kAppend, "cleanup.policy", "compact"), "delete,compact");
  EXPECT_EQ(altered(kSubtract, "cleanup.policy", "delete"), "");
}

TEST(ConfigAlteration, SubtractTakesAwayWhatIsThere) {
  EXPECT_EQ(
      altered(kSubtract, "cleanup.policy", "delete,x", {{"cleanup.policy", "delete,compact"}}),
      "compact");
}

TEST(ConfigAlteration, OnlyListsAreAppendedToAndSubtractedFrom) {
  Properties configs{{"retention.ms", "7"}};
  EXPECT_EQ(alter_topic_config({"retention.ms", kAppend, "1"}, configs),
            "Config value append is not allowed for config key: retention.ms");
  EXPECT_EQ(alter_topic_config({"retention.ms", kSubtract, "1"}, configs),
            "Config value subtract is not allowed for config key: retention.ms");
  EXPECT_EQ(alter_topic_config({"no.such", kAppend, "1"}, configs), "Unknown config name: no.such");
  EXPECT_EQ(configs, (Properties{{"retention.ms", "7"}}));
}

}  // namespace
}  // namespace barnabas::config
