#include "config/broker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

#include "config/config_key.h"

namespace barnabas::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Properties with(Properties more) {
  more.insert({"zookeeper.connect", "localhost:2181"});
  return more;
}

std::string refusal(Properties more) {
  try {
    BrokerConfig::load(with(std::move(more)));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(BrokerConfig, DefaultsAreKafkas) {
  const auto config = BrokerConfig::load(with({}));
  EXPECT_EQ(config.broker_id, -1);
  EXPECT_EQ(config.zookeeper_connect, "localhost:2181");
  EXPECT_EQ(config.zookeeper_connection_timeout_ms, 18000);
  EXPECT_THAT(config.listeners, ElementsAre(Listener{"PLAINTEXT", "PLAINTEXT", "", 9092}));
  EXPECT_EQ(config.advertised_listeners, config.listeners);
  EXPECT_EQ(config.inter_broker_listener_name, "PLAINTEXT");
  EXPECT_EQ(config.log_roll_ms, 168 * 3'600'000);
  EXPECT_EQ(config.log_flush_interval_ms, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(config.message_max_bytes, 1048588);
  EXPECT_EQ(config.replica_lag_time_max_ms, 30000);
  EXPECT_FALSE(config.unclean_leader_election_enable);
  EXPECT_THAT(config.warnings(), IsEmpty());
}

TEST(BrokerConfig, WhatTheUserSetIsTaken) {
  const auto config = BrokerConfig::load(with({{"broker.id", "102"},
                                               {"log.dirs", "d1, d2 ,,d3"},
                                               {"broker.rack", "r1"},
                                               {"auto.leader.rebalance.enable", "false"},
                                               {"replica.lag.time.max.ms", "1500"}}));
  EXPECT_EQ(config.broker_id, 102);
  EXPECT_THAT(config.log_dirs, ElementsAre("d1", "d2", "d3"));
  EXPECT_EQ(config.broker_rack, "r1");
  EXPECT_FALSE(config.auto_leader_rebalance_enable);
  EXPECT_EQ(config.replica_lag_time_max_ms, 1500);
}

TEST(BrokerConfig, MillisecondsRankAboveHours) {
  EXPECT_EQ(BrokerConfig::load(with({{"log.roll.hours", "2"}})).log_roll_ms, 7'200'000);
  EXPECT_EQ(BrokerConfig::load(with({{"log.roll.hours", "2"}, {"log.roll.ms", "5"}})).log_roll_ms,
            5);
  EXPECT_EQ(BrokerConfig::load(with({{"log.roll.jitter.hours", "1"}})).log_roll_jitter_ms,
            3'600'000);
  EXPECT_EQ(
      BrokerConfig::load(with({{"log.flush.scheduler.interval.ms", "7"}})).log_flush_interval_ms,
      7);
}

TEST(BrokerConfig, GroupsHaveKafkasDefaults) {
  const auto config = BrokerConfig::load(with({}));
  EXPECT_EQ(config.group_min_session_timeout_ms, 6000);
  EXPECT_EQ(config.group_max_session_timeout_ms, 1'800'000);
  EXPECT_EQ(config.group_initial_rebalance_delay_ms, 3000);
  EXPECT_EQ(config.group_max_size, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(config.offset_metadata_max_bytes, 4096);
  EXPECT_EQ(config.offsets_retention_ms, 7 * 24 * 3'600'000);
  EXPECT_EQ(config.offsets_topic_num_partitions, 50);
  EXPECT_EQ(config.offsets_topic_replication_factor, 3);
  EXPECT_EQ(config.offsets_topic_segment_bytes, 104857600);
  EXPECT_EQ(config.offsets_topic_compression_codec, 0);
  EXPECT_EQ(config.offsets_commit_required_acks, -1);
}

TEST(BrokerConfig, RetentionOfOffsetsIsSetInMinutes) {
  EXPECT_EQ(BrokerConfig::load(with({{"offsets.retention.minutes", "2"}})).offsets_retention_ms,
            120'000);
}

TEST(BrokerConfig, MistakesAboutOffsetsAreRefused) {
  const std::string acks =
      "offsets.commit.required.acks must be greater or equal to -1 and less or equal to "
      "offsets.topic.replication.factor";
  EXPECT_THAT(refusal({{"offsets.commit.required.acks", "-2"}}), HasSubstr(acks));
  EXPECT_THAT(
      refusal({{"offsets.commit.required.acks", "2"}, {"offsets.topic.replication.factor", "1"}}),
      HasSubstr(acks));
  EXPECT_EQ(refusal({{"offsets.commit.required.acks", "3"}}), "accepted");
  EXPECT_EQ(refusal({{"offsets.topic.compression.codec", "5"}}), "Unknown compression type id: 5");
  EXPECT_EQ(refusal({{"offsets.topic.compression.codec", "-1"}}),
            "Unknown compression type id: -1");
  EXPECT_EQ(refusal({{"offsets.topic.compression.codec", "4"}}), "accepted");
}

TEST(BrokerConfig, TwoSidedTimestampLimitStandsInForTheOneSidedOnes) {
  const auto config = BrokerConfig::load(with({{"log.message.timestamp.difference.max.ms", "1000"},
                                               {"log.message.timestamp.after.max.ms", "10"}}));
  EXPECT_EQ(config.log_message_timestamp_before_max_ms, 1000);
  EXPECT_EQ(config.log_message_timestamp_after_max_ms, 10);
}

TEST(BrokerConfig, BrokerIdAndNodeIdAreTwins) {
  EXPECT_EQ(BrokerConfig::load(with({{"node.id", "7"}})).broker_id, 7);
  EXPECT_EQ(refusal({{"node.id", "7"}, {"broker.id", "8"}}),
            "You must set `node.id` to the same value as `broker.id`.");
}

TEST(BrokerConfig, SeveralNamedListeners) {
  const auto config = BrokerConfig::load(
      with({{"listeners", "INTERNAL://:9092,EXTERNAL://0.0.0.0:9093"},
            {"advertised.listeners", "INTERNAL://b1:9092,EXTERNAL://kafka.example:19093"},
            {"listener.security.protocol.map", "INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT"},
            {"inter.broker.listener.name", "internal"}}));
  EXPECT_EQ(config.inter_broker_listener_name, "INTERNAL");
  EXPECT_EQ(config.inter_broker_security_protocol, "PLAINTEXT");
  EXPECT_EQ(config.advertised_listeners[1].host, "kafka.example");
}

TEST(BrokerConfig, ListenerMistakesAreExplained) {
  EXPECT_EQ(refusal({{"listeners", "INTERNAL://:9092"},
                     {"listener.security.protocol.map", "INTERNAL:PLAINTEXT"}}),
            "requirement failed: inter.broker.listener.name must be a listener name defined in "
            "advertised.listeners. The valid options based on currently configured listeners are "
            "INTERNAL");
  EXPECT_THAT(refusal({{"advertised.listeners", "PLAINTEXT://0.0.0.0:9092"}}),
              HasSubstr("cannot use the nonroutable meta-address 0.0.0.0"));
  EXPECT_THAT(refusal({{"advertised.listeners", "PLAINTEXT://a:9092,SSL://a:9093"}}),
              HasSubstr("must be equal to or a subset of the ones defined in listeners"));
  EXPECT_EQ(refusal({{"inter.broker.listener.name", "PLAINTEXT"},
                     {"security.inter.broker.protocol", "PLAINTEXT"}}),
            "Only one of inter.broker.listener.name and security.inter.broker.protocol should be "
            "set.");
  EXPECT_THAT(refusal({{"inter.broker.listener.name", "OTHER"}}),
              HasSubstr("Listener with name OTHER"));
}

TEST(BrokerConfig, ControllersListenerIsItsOwn) {
  const Properties two{{"listeners", "PLAINTEXT://:9092,CONTROL://:9090"},
                       {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROL:PLAINTEXT"}};
  const auto with_name = [&two](const char* name) {
    Properties properties = two;
    properties["control.plane.listener.name"] = name;
    return properties;
  };
  EXPECT_EQ(BrokerConfig::load(with(two)).controller_listener_name(), "PLAINTEXT");
  const auto config = BrokerConfig::load(with(with_name("control")));
  EXPECT_EQ(config.controller_listener_name(), "CONTROL");
  EXPECT_EQ(config.inter_broker_listener_name, "PLAINTEXT");

  EXPECT_EQ(refusal(with_name("OTHER")),
            "Listener with name OTHER defined in control.plane.listener.name not found in "
            "listener.security.protocol.map.");
  EXPECT_THAT(refusal(with_name("PLAINTEXT")),
              HasSubstr("should have a different value from the inter broker listener name"));
  Properties hidden = with_name("CONTROL");
  hidden["advertised.listeners"] = "PLAINTEXT://a:9092";
  EXPECT_THAT(refusal(hidden), HasSubstr("control.plane.listener.name must be a listener name "
                                         "defined in advertised.listeners"));
}

TEST(BrokerConfig, ProtocolsOfGroupsAreClassicOnly) {
  const std::string key = "group.coordinator.rebalance.protocols";
  EXPECT_EQ(refusal({{key, "classic"}}), "accepted");
  EXPECT_EQ(refusal({{key, "unknown"}}), "Disabling the 'classic' protocol is not supported.");
  EXPECT_EQ(refusal({{key, "classic,consumer"}}),
            "The new 'consumer' rebalance protocol is only supported in KRaft cluster.");
}

TEST(BrokerConfig, InterBrokerProtocolBefore2Point8IsRefusedWithWhatToDo) {
  EXPECT_EQ(BrokerConfig::load(with({})).inter_broker_protocol_version, "3.9-IV0");
  EXPECT_EQ(refusal({{"inter.broker.protocol.version", "2.8"}}), "accepted");
  const std::string told = refusal({{"inter.broker.protocol.version", "2.7-IV2"}});
  EXPECT_THAT(told,
              HasSubstr("Invalid value 2.7-IV2 for configuration inter.broker.protocol.version"));
  EXPECT_THAT(told, HasSubstr("Upgrade all brokers"));
}

// A cluster that believes itself encrypted must not run in plain text.
TEST(BrokerConfig, WhatTheZooKeeperClientCannotDoIsRefused) {
  EXPECT_THAT(refusal({{"zookeeper.ssl.client.enable", "true"}}),
              HasSubstr("TLS to ZooKeeper is not supported"));
  EXPECT_THAT(refusal({{"zookeeper.set.acl", "true"}}),
              HasSubstr("SASL to ZooKeeper is not supported"));
}

TEST(BrokerConfig, DigestAuthIsAUserAndAPasswordThatIsNotRepeated) {
  const auto config = BrokerConfig::load(
      with({{"zookeeper.set.acl", "true"}, {"barnabas.zookeeper.digest.auth", "kafka:se:cret"}}));
  EXPECT_TRUE(config.zookeeper_set_acl);
  EXPECT_EQ(config.zookeeper_digest_auth, "kafka:se:cret");
  EXPECT_THAT(config.warnings(), IsEmpty());
  for (const char* wrong : {"", "kafka", ":secret", "kafka:"}) {
    EXPECT_EQ(refusal({{"barnabas.zookeeper.digest.auth", wrong}}),
              "Invalid value [hidden] for configuration barnabas.zookeeper.digest.auth: must have "
              "the form user:password");
  }
}

TEST(BrokerConfig, OtherSecurityProtocolsAreRefusedAndNotServedInPlainText) {
  EXPECT_THAT(refusal({{"listeners", "PLAINTEXT://:9092,SSL://:9093"}}),
              AllOf(HasSubstr("listener.security.protocol.map"), HasSubstr("listener SSL")));
}

TEST(BrokerConfig, ZooKeeperIsRequired) {
  EXPECT_THROW(BrokerConfig::load({}), ConfigError);
}

TEST(BrokerConfig, FilesOfTheOtherModeAreRefused) {
  EXPECT_THAT(refusal({{"process.roles", "broker"}}), HasSubstr("process.roles"));
  EXPECT_THAT(refusal({{"controller.listener.names", "CONTROLLER"}}),
              HasSubstr("controller.listener.names"));
  EXPECT_THAT(refusal({{"zookeeper.metadata.migration.enable", "true"}}),
              HasSubstr("moving a cluster to KRaft is not supported"));
  EXPECT_EQ(refusal({{"process.roles", ""}, {"zookeeper.metadata.migration.enable", "false"}}),
            "accepted");
}

TEST(BrokerConfig, BrokerIdStaysBelowTheGeneratedOnes) {
  EXPECT_EQ(
      refusal({{"broker.id", "1001"}}),
      "requirement failed: broker.id must be greater than or equal to -1 and not greater than "
      "reserved.broker.max.id");
  EXPECT_EQ(refusal({{"broker.id", "1001"}, {"broker.id.generation.enable", "false"}}), "accepted");
  EXPECT_NE(refusal({{"broker.id", "-1"}, {"broker.id.generation.enable", "false"}}), "accepted");
}

TEST(BrokerConfig, ChecksAcrossKeys) {
  EXPECT_THAT(refusal({{"replica.fetch.wait.max.ms", "40000"}}),
              HasSubstr("replica.socket.timeout.ms should always be at least"));
  EXPECT_THAT(refusal({{"replica.lag.time.max.ms", "499"}}),
              HasSubstr("to prevent frequent changes in ISR"));
  EXPECT_THAT(refusal({{"log.dirs", " , "}}), HasSubstr("At least one log directory"));
  EXPECT_THAT(refusal({{"log.roll.ms", "0"}}), HasSubstr("log.roll.ms must be greater"));
  EXPECT_THAT(refusal({{"log.retention.hours", "0"}}), HasSubstr("must be unlimited (-1)"));
  EXPECT_THAT(refusal({{"log.cleaner.dedupe.buffer.size", "1048576"}}), HasSubstr("at least 1MB"));
  EXPECT_THAT(refusal({{"queued.max.request.bytes", "100"}}), HasSubstr("must be larger or equal"));
  EXPECT_THAT(refusal({{"max.connections.per.ip", "0"}}), HasSubstr("can be set to zero only if"));
  EXPECT_THAT(refusal({{"connections.max.idle.ms", "100"}}),
              HasSubstr("connection.failed.authentication.delay.ms=100"));
  EXPECT_EQ(refusal({{"connections.max.idle.ms", "-1"}}), "accepted");
}

TEST(BrokerConfig, ReadsHowManyConnectionsWhoMayHave) {
  const auto config = BrokerConfig::load(
      with({{"listeners", "PLAINTEXT://:9092,OUT://:9093"},
            {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,OUT:PLAINTEXT"},
            {"max.connections", "100"},
            {"max.connections.per.ip", "0"},
            {"max.connections.per.ip.overrides", " 127.0.0.1:200 , build.example:7,::1:3"},
            {"listener.name.out.max.connections", "5"},
            {"listener.name.out.max.connection.creation.rate", "9"}}));
  EXPECT_EQ(
      config.max_connections_per_ip_overrides,
      (std::map<std::string, std::int32_t>{{"127.0.0.1", 200}, {"build.example", 7}, {"::1", 3}}));
  EXPECT_EQ(config.listener_limits.at("OUT").max_connections, 5);
  EXPECT_EQ(config.listener_limits.at("OUT").max_connection_creation_rate, 9);
  EXPECT_EQ(config.listener_limits.at("PLAINTEXT").max_connections, 100);
  EXPECT_THAT(config.warnings(), ::testing::IsEmpty());
}

TEST(BrokerConfig, WrongConnectionLimitsAreTold) {
  EXPECT_THAT(refusal({{"max.connections.per.ip.overrides", "127.0.0.1"}}),
              HasSubstr("Error parsing configuration property 'max.connections.per.ip.overrides'"));
  EXPECT_EQ(refusal({{"max.connections.per.ip.overrides", "127.0.0.1:many"}}),
            "For input string: \"many\"");
  EXPECT_EQ(refusal({{"max.connections.per.ip.overrides", "a host:1"}}),
            "max.connections.per.ip.overrides contains invalid addresses : a host");
  EXPECT_EQ(refusal({{"listener.name.plaintext.max.connections", "-1"}}),
            "Invalid value -1 for configuration max.connections: Value must be at least 0");
}

TEST(BrokerConfig, BadValueNamesKeyValueAndWhatIsValid) {
  EXPECT_EQ(refusal({{"num.partitions", "0"}}),
            "Invalid value 0 for configuration num.partitions: Value must be at least 1");
  EXPECT_EQ(refusal({{"broker.id", "one"}}),
            "Invalid value one for configuration broker.id: Not a number of type INT");
  EXPECT_EQ(refusal({{"log.retention.ms", "abc"}}),
            "Invalid value abc for configuration log.retention.ms: Not a number of type LONG");
  EXPECT_EQ(refusal({{"log.message.format.version", "abc"}}),
            "Invalid value abc for configuration log.message.format.version: Version abc is not a "
            "valid version");
}

// A key that nothing honours yet is still checked: it will be honoured one day.
TEST(BrokerConfig, ValuesOfKeysNotHonouredYetAreCheckedToo) {
  EXPECT_EQ(refusal({{"num.io.threads", "0"}}),
            "Invalid value 0 for configuration num.io.threads: Value must be at least 1");
}

TEST(BrokerConfig, WarnsOnceOfEachKeyThatHasNoEffectAndOfNoOther) {
  const auto config =
      BrokerConfig::load(with({{"broker.id", "1"},
                               {"log.preallocate", "true"},
                               {"num.io.threads", "8"},  // has nothing here that it could tune
                               {"num.partitons", "3"}}));
  EXPECT_THAT(config.warnings(), ElementsAre(HasSubstr("'log.preallocate' is not supported yet"),
                                             HasSubstr("'num.partitons' is not known")));
}

// Also what is commented out in it: a user takes the line in by deleting one character.
TEST(BrokerConfig, EveryLineOfTheShippedFileHasAnEffect) {
  std::ifstream file(SHIPPED_PROPERTIES);
  Properties set;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) line.erase(0, 1);
    const auto equals = line.find('=');
    // Sentences have blanks, keys have none.
    if (equals == std::string::npos || line.substr(0, equals).find(' ') != std::string::npos)
      continue;
    const std::string key = line.substr(0, equals);
    ASSERT_NE(find_broker_key(key), nullptr) << key;
    if (equals + 1 < line.size()) set[key] = line.substr(equals + 1);
  }
  EXPECT_GT(set.size(), 30U);
  EXPECT_THAT(BrokerConfig::load(set).warnings(), IsEmpty());
}

TEST(BrokerConfig, WarnsOfTheOtherModesKeysAndOfSettingsOfOneListener) {
  const auto config = BrokerConfig::load(with({{"controller.quorum.voters", "1@a:1"},
                                               {"listener.name.external.num.network.threads", "5"},
                                               {"zookeeper.metadata.migration.enable", "false"}}));
  EXPECT_THAT(
      config.warnings(),
      ElementsAre(HasSubstr("'controller.quorum.voters' is of KRaft mode"),
                  HasSubstr("'listener.name.external.num.network.threads' is not supported")));
}

}  // namespace
}  // namespace barnabas::config
