#include "config/describe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "broker/base/check.h"

namespace barnabas::config {
namespace {

BrokerConfig broker(Properties more = {}) {
  more.insert({"zookeeper.connect", "localhost:2181"});
  return BrokerConfig::load(more);
}

ConfigEntry entry(const std::vector<ConfigEntry>& entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &ConfigEntry::name);
  CHECK(found != entries.end(), "{}", name);
  return *found;
}

// The line `Configs: segment.bytes=1073741824` of kafka-topics: not the default source, even
// though the value is the default's.
TEST(Describe, BrokersStaticValueIsTheTopicsSource) {
  const auto config = broker({{"log.segment.bytes", "1073741824"}});
  const auto segment_bytes = entry(describe_topic(config, {}), "segment.bytes");
  EXPECT_EQ(segment_bytes.source, ConfigSource::kStaticBrokerConfig);
  EXPECT_EQ(segment_bytes.value, "1073741824");
  EXPECT_EQ(segment_bytes.type, ConfigType::kInt);
  ASSERT_EQ(segment_bytes.synonyms.size(), 2U);
  EXPECT_EQ(segment_bytes.synonyms[0].name, "log.segment.bytes");
  EXPECT_EQ(segment_bytes.synonyms[1].source, ConfigSource::kDefaultConfig);
}

TEST(Describe, TopicsOwnValueComesFirst) {
  const auto own =
      entry(describe_topic(broker(), {{"min.insync.replicas", "2"}}), "min.insync.replicas");
  EXPECT_EQ(own.source, ConfigSource::kTopicConfig);
  EXPECT_EQ(own.value, "2");
  EXPECT_EQ(own.synonyms.front().name, "min.insync.replicas");
}

TEST(Describe, NothingSetIsDefault) {
  for (const ConfigEntry& topic : describe_topic(broker(), {})) {
    EXPECT_EQ(topic.source, ConfigSource::kDefaultConfig) << topic.name;
    EXPECT_FALSE(topic.read_only);
    EXPECT_TRUE(topic.value.has_value()) << topic.name;
  }
}

// Kafka drops the synonyms before the key's own name, so hours alone look like a default.
TEST(Describe, ValueOfALowerSynonymLooksLikeADefaultAsInKafka) {
  const auto segment_ms =
      entry(describe_topic(broker({{"log.roll.hours", "1"}}), {}), "segment.ms");
  EXPECT_EQ(segment_ms.value, "3600000");
  EXPECT_EQ(segment_ms.source, ConfigSource::kDefaultConfig);
}

TEST(Describe, BrokerShowsSourcesAndHidesSecrets) {
  const auto entries = describe_broker(
      broker({{"num.partitions", "3"}, {"ssl.key.password", "secret"}, {"my.plugin.key", "x"}}));
  const auto partitions = entry(entries, "num.partitions");
  EXPECT_EQ(partitions.source, ConfigSource::kStaticBrokerConfig);
  EXPECT_TRUE(partitions.read_only);
  EXPECT_EQ(partitions.synonyms.size(), 2U);
  EXPECT_FALSE(entry(entries, "log.segment.bytes").read_only);
  EXPECT_EQ(entry(entries, "log.segment.bytes").source, ConfigSource::kDefaultConfig);

  for (const char* name : {"ssl.key.password", "my.plugin.key"}) {
    const auto secret = entry(entries, name);
    EXPECT_TRUE(secret.sensitive);
    EXPECT_EQ(secret.value, std::nullopt);
    EXPECT_EQ(secret.source, ConfigSource::kStaticBrokerConfig);
    for (const auto& synonym : secret.synonyms) EXPECT_EQ(synonym.value, std::nullopt);
  }
}

// Kafka lists them, and tools look for some of them (process.roles is how they tell the mode).
TEST(Describe, KeysOfTheOtherModeAreListed) {
  const auto roles = entry(describe_broker(broker()), "process.roles");
  EXPECT_EQ(roles.value, "");
  EXPECT_EQ(roles.source, ConfigSource::kDefaultConfig);
  EXPECT_EQ(entry(describe_broker(broker()), "inter.broker.protocol.version").value, "3.9-IV0");
}

TEST(Describe, SettingOfOneListenerIsOfItsKeysType) {
  const auto entries =
      describe_broker(broker({{"listener.name.external.ssl.key.password", "secret"},
                              {"listener.name.external.max.connections", "5"}}));
  const auto password = entry(entries, "listener.name.external.ssl.key.password");
  EXPECT_TRUE(password.sensitive);
  EXPECT_EQ(password.value, std::nullopt);
  const auto connections = entry(entries, "listener.name.external.max.connections");
  EXPECT_FALSE(connections.sensitive);
  EXPECT_EQ(connections.value, "5");
  EXPECT_EQ(connections.type, ConfigType::kInt);
  ASSERT_EQ(connections.synonyms.size(), 2U);
  EXPECT_EQ(connections.synonyms[1].name, "max.connections");
  EXPECT_EQ(connections.synonyms[1].source, ConfigSource::kDefaultConfig);
}

TEST(Describe, InternalKeysAreShownOnlyWhereTheyAreSet) {
  const std::string key = "log.initial.task.delay.ms";
  EXPECT_EQ(entry(describe_broker(broker({{key, "5"}})), key).value, "5");
  const auto entries = describe_broker(broker());
  EXPECT_EQ(std::ranges::count(entries, key, &ConfigEntry::name), 0);
  EXPECT_EQ(std::ranges::count(entries, "broker.id", &ConfigEntry::name), 1);
}

}  // namespace
}  // namespace barnabas::config
