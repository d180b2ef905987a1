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

// Kafka 3.9 has 328 broker keys, 14 of them internal, and three more that are dynamic only. What is
// ours is named so.
TEST(KeyTables, AreKafkasWholeTables) {
  const auto shown = [](Visibility visibility) {
    return std::ranges::count(broker_keys(), visibility, &ConfigKey::visibility);
  };
  EXPECT_EQ(shown(Visibility::kPublic), 314);
  EXPECT_EQ(shown(Visibility::kInternal), 14);
  EXPECT_EQ(shown(Visibility::kDynamicOnly), 3);
  EXPECT_EQ(topic_keys().size(), 36U);
  for (const ConfigKey& key : broker_keys()) {
    EXPECT_EQ(key.visibility == Visibility::kOwn, key.name.starts_with("barnabas.")) << key.name;
  }
}

TEST(KeyTables, EveryDescriptionIsASentence) {
  for (const auto keys : {broker_keys(), topic_keys()}) {
    for (const ConfigKey& key : keys) EXPECT_TRUE(key.doc.ends_with('.')) << key.name;
  }
}

TEST(KeyTables, SettingsOfOneListenerAreNamedAfterTheirKey) {
  EXPECT_EQ(listener_override_base("listener.name.external.ssl.key.password"), "ssl.key.password");
  EXPECT_EQ(listener_override_base("listener.name.external.plain.sasl.jaas.config"),
            "sasl.jaas.config");
  EXPECT_EQ(listener_override_base("listener.name.external"), "");
  EXPECT_EQ(listener_override_base("listeners"), "");
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
