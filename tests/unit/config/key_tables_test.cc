#include <gtest/gtest.h>

#include <algorithm>

#include "config/config_key.h"
#include "config/config_value.h"

namespace barnabas::config {
namespace {

// find_broker_key searches by halving: an entry out of order would be unknown.
TEST(KeyTables, AreSortedWithoutDuplicates) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    EXPECT_EQ(std::ranges::adjacent_find(keys, std::ranges::greater_equal{}, &ConfigKey::name),
              keys.end());
  }
}

TEST(KeyTables, EveryDefaultIsAValidValueOfItsType) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    for (const ConfigKey& key : keys) {
      if (!key.default_value) continue;
      EXPECT_NO_THROW(parse_value(key, *key.default_value)) << key.name;
    }
  }
}

TEST(KeyTables, EveryDefaultIsWrittenAsItIsPrinted) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    for (const ConfigKey& key : keys) {
      if (!key.default_value) continue;
      EXPECT_EQ(value_to_string(parse_value(key, *key.default_value)), *key.default_value)
          << key.name;
    }
  }
}

TEST(KeyTables, TopicConfigsFallBackToBrokerKeysOfTheSameTypeAndDefault) {
  for (const ConfigKey& key : topic_keys()) {
    if (key.synonym.empty()) continue;
    const ConfigKey* broker = find_broker_key(key.synonym);
    ASSERT_NE(broker, nullptr) << key.name;
    EXPECT_EQ(broker->type, key.type) << key.name;
    EXPECT_EQ(broker->synonym, key.name);
    if (!broker->default_value) continue;
    EXPECT_EQ(broker->default_value, key.default_value) << key.name;
  }
}

TEST(KeyTables, EveryKeyIsDescribed) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    for (const ConfigKey& key : keys) EXPECT_FALSE(key.doc.empty()) << key.name;
  }
}

TEST(KeyTables, SynonymsRankMillisecondsFirst) {
  const auto roll = broker_synonyms("log.roll.hours");
  EXPECT_EQ(roll, (std::vector<std::string_view>{"log.roll.ms", "log.roll.hours"}));
  EXPECT_EQ(broker_synonyms("broker.id"), (std::vector<std::string_view>{"broker.id"}));
  EXPECT_EQ(broker_synonyms("log.flush.scheduler.interval.ms").size(), 1U);
  EXPECT_EQ(broker_synonyms("log.flush.interval.ms").size(), 2U);
}

}  // namespace
}  // namespace barnabas::config
