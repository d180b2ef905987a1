#include "config/topic_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "config/config_key.h"

namespace barnabas::config {
namespace {

BrokerConfig broker(Properties more = {}) {
  more.insert({"zookeeper.connect", "localhost:2181"});
  return BrokerConfig::load(more);
}

TEST(TopicConfig, ComesFromTheBrokerUnlessTheTopicSaysOtherwise) {
  const BrokerConfig config = broker({{"log.segment.bytes", "1000"},
                                      {"log.roll.hours", "1"},
                                      {"min.insync.replicas", "2"},
                                      {"message.max.bytes", "500"}});
  const TopicConfig plain = make_topic_config(config, {});
  EXPECT_EQ(plain.segment_bytes, 1000);
  EXPECT_EQ(plain.segment_ms, 3'600'000);
  EXPECT_EQ(plain.min_insync_replicas, 2);
  EXPECT_EQ(plain.max_message_bytes, 500);

  const TopicConfig own = make_topic_config(
      config, {{"min.insync.replicas", "1"}, {"cleanup.policy", "compact,delete"}});
  EXPECT_EQ(own.min_insync_replicas, 1);
  EXPECT_EQ(own.segment_bytes, 1000);
  EXPECT_EQ(own.cleanup_policy, (std::vector<std::string>{"compact", "delete"}));
}

TEST(TopicConfig, RetentionIsTheTopicsElseTheBrokersFinestUnit) {
  const BrokerConfig config = broker({{"log.retention.hours", "1"},
                                      {"log.retention.minutes", "5"},
                                      {"log.retention.bytes", "99"}});
  EXPECT_EQ(make_topic_config(config, {}).retention_ms, 300'000);
  EXPECT_EQ(make_topic_config(config, {}).retention_bytes, 99);
  EXPECT_EQ(make_topic_config(config, {{"retention.ms", "-1"}}).retention_ms, -1);
  EXPECT_TRUE(config.warnings().empty()) << config.warnings().front();
}

// Somebody else may have written the znode: a broker has to live with it.
TEST(TopicConfig, ValuesThatDoNotParseCountAsNotSet) {
  EXPECT_EQ(make_topic_config(broker(), {{"segment.bytes", "x"}, {"no.such", "1"}}).segment_bytes,
            1073741824);
}

TEST(TopicConfig, ConfigsWithoutEffectAreThoseThatAskForSomethingElseThanTheDefault) {
  const auto names = [](const Properties& overrides) {
    std::vector<std::string_view> found;
    for (const ConfigKey* key : topic_configs_without_effect(overrides)) found.push_back(key->name);
    return found;
  };
  EXPECT_THAT(
      names({{"preallocate", "true"}, {"min.cleanable.dirty.ratio", "0.1"}, {"retention.ms", "5"}}),
      ::testing::ElementsAre("min.cleanable.dirty.ratio", "preallocate"));
  EXPECT_THAT(
      names({{"preallocate", "false"}, {"no.such", "1"}, {"min.cleanable.dirty.ratio", "x"}}),
      ::testing::IsEmpty());
}

TEST(TopicConfig, UnknownNameAndBadValueAreRefusedInKafkasWords) {
  EXPECT_EQ(validate_topic_config("segment.bytes", "14"), std::nullopt);
  EXPECT_EQ(validate_topic_config("no.such", "1"), "Unknown topic config name: no.such");
  EXPECT_EQ(validate_topic_config("segment.bytes", "13"),
            "Invalid value 13 for configuration segment.bytes: Value must be at least 14");
  EXPECT_EQ(validate_topic_config("retention.ms", "week"),
            "Invalid value week for configuration retention.ms: Not a number of type LONG");
}

TEST(TopicConfig, UnknownNameIsToldBeforeBadValue) {
  EXPECT_EQ(validate_topic_configs({{"flush.ms", "x"}, {"no.such", "1"}}),
            "Unknown topic config name: no.such");
}

TEST(TopicConfig, RulesBetweenValuesSeeTheBrokersToo) {
  const Properties lag{{"max.compaction.lag.ms", "10"}};
  EXPECT_EQ(validate_topic_configs(broker(), lag), std::nullopt);
  EXPECT_EQ(validate_topic_configs(broker({{"log.cleaner.min.compaction.lag.ms", "20"}}), lag),
            "conflict topic config setting min.compaction.lag.ms (20) > max.compaction.lag.ms "
            "(10)");
  EXPECT_EQ(
      validate_topic_configs({{"min.compaction.lag.ms", "20"}, {"max.compaction.lag.ms", "10"}}),
      "conflict topic config setting min.compaction.lag.ms (20) > max.compaction.lag.ms "
      "(10)");
}

TEST(TopicConfig, TieredStorageIsRefused) {
  EXPECT_NE(validate_topic_configs(broker(), {{"remote.storage.enable", "true"}}), std::nullopt);
  EXPECT_NE(validate_topic_configs(broker(), {{"remote.log.copy.disable", "true"}}), std::nullopt);
  EXPECT_EQ(validate_topic_configs(broker(), {{"remote.storage.enable", "false"}}), std::nullopt);
}

}  // namespace
}  // namespace barnabas::config
