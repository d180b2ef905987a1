// Each document with Kafka's own text, both ways.
#include "zkclient/documents.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::zk {
namespace {

// The document without the order of its keys, which Kafka leaves to a hash map. Numbers and the
// same numbers as strings stay different.
std::string keys_sorted(const google::protobuf::Value& value) {
  std::string text;
  if (value.has_struct_value()) {
    const auto& fields = value.struct_value().fields();
    for (const auto& [name, field] :
         std::map<std::string, google::protobuf::Value>(fields.begin(), fields.end())) {
      text += name + "=" + keys_sorted(field) + ";";
    }
    return "{" + text + "}";
  }
  if (value.has_list_value()) {
    for (const auto& element : value.list_value().values()) text += keys_sorted(element) + ",";
    return "[" + text + "]";
  }
  return value.ShortDebugString();
}
std::string keys_sorted(std::string_view text) {
  google::protobuf::Value value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(std::string(text), &value).ok()) << text;
  return keys_sorted(value);
}

// What Kafka wrote is what we write, and is read as the same value.
template <typename Znode>
void expect_both_ways(const Znode& znode, std::string_view text) {
  EXPECT_EQ(keys_sorted(znode.encode()), keys_sorted(text)) << znode.encode();
  EXPECT_EQ(std::ranges::count(znode.encode(), ' '), std::ranges::count(text, ' '));
  const auto read = Znode::decode(text);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, znode);
}

template <typename Znode>
void expect_malformed(std::string_view text, std::string_view why) {
  const auto read = Znode::decode(text);
  ASSERT_FALSE(read) << text;
  EXPECT_NE(read.error().detail.find(why), std::string::npos) << read.error().detail;
}

std::vector<BrokerId> ids(std::initializer_list<int> values) {
  std::vector<BrokerId> result;
  for (const int value : values) result.emplace_back(value);
  return result;
}

TEST(ControllerZnode, BothWays) {
  expect_both_ways(
      ControllerZnode{BrokerId(1), 1700000000000, -1},
      R"({"version":2,"brokerid":1,"timestamp":"1700000000000","kraftControllerEpoch":-1})");
}

TEST(ControllerZnode, BrokerZeroIsWritten) {
  expect_both_ways(ControllerZnode{BrokerId(0), 0, 0},
                   R"({"version":2,"brokerid":0,"timestamp":"0","kraftControllerEpoch":0})");
}

TEST(ControllerZnode, VersionOneHasNoKraftEpoch) {
  const auto read =
      ControllerZnode::decode(R"({"version":1,"brokerid":0,"timestamp":"1506423376977"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (ControllerZnode{BrokerId(0), 1506423376977, -1}));
}

TEST(ControllerZnode, WithoutBrokerIdIsMalformed) {
  expect_malformed<ControllerZnode>(R"({"version":2})", "brokerid is missing");
  expect_malformed<ControllerZnode>("", "controller");
  expect_malformed<ControllerZnode>(R"({"brokerid":"x"})", "brokerid");
  expect_malformed<ControllerZnode>(R"([1])", "controller");
}

TEST(ControllerEpoch, IsDecimalText) {
  EXPECT_EQ(encode_controller_epoch(ControllerEpoch(0)), "0");
  EXPECT_EQ(decode_controller_epoch("0"), ControllerEpoch(0));
  EXPECT_EQ(decode_controller_epoch("7"), ControllerEpoch(7));
  EXPECT_FALSE(decode_controller_epoch(""));
  EXPECT_FALSE(decode_controller_epoch("7 "));
}

TEST(BrokerZnode, VersionFiveBothWays) {
  BrokerZnode broker;
  broker.endpoints = {{"PLAINTEXT", "PLAINTEXT", "h1", 9092}, {"SSL", "SSL", "h1", 9093}};
  broker.rack = "r1";
  broker.timestamp = 1700000000000;
  expect_both_ways(
      broker, R"({"version":5,"host":"h1","port":9092,"jmx_port":-1,"timestamp":"1700000000000",)"
              R"("endpoints":["PLAINTEXT://h1:9092","SSL://h1:9093"],)"
              R"("listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT","SSL":"SSL"},)"
              R"("rack":"r1","features":{}})");
}

TEST(BrokerZnode, WithoutPlaintextHostIsNullAndPortMinusOne) {
  BrokerZnode broker;
  broker.endpoints = {{"SSL", "SSL", "h1", 9093}};
  broker.timestamp = 0;
  broker.jmx_port = 0;
  broker.features["f"] = {1, 2};
  expect_both_ways(broker, R"({"version":5,"host":null,"port":-1,"jmx_port":0,"timestamp":"0",)"
                           R"("endpoints":["SSL://h1:9093"],)"
                           R"("listener_security_protocol_map":{"SSL":"SSL"},)"
                           R"("features":{"f":{"max_version":2,"min_version":1}}})");
}

TEST(BrokerZnode, NamedListenersKeepTheirNames) {
  BrokerZnode broker;
  broker.endpoints = {{"INTERNAL", "PLAINTEXT", "10.0.0.1", 9092},
                      {"EXTERNAL", "PLAINTEXT", "::1", 9093}};
  broker.timestamp = 5;
  expect_both_ways(
      broker, R"({"version":5,"host":"10.0.0.1","port":9092,"jmx_port":-1,"timestamp":"5",)"
              R"("endpoints":["INTERNAL://10.0.0.1:9092","EXTERNAL://[::1]:9093"],)"
              R"("listener_security_protocol_map":{"EXTERNAL":"PLAINTEXT","INTERNAL":"PLAINTEXT"},)"
              R"("features":{}})");
}

TEST(BrokerZnode, OlderVersionsAreRead) {
  const auto v1 = BrokerZnode::decode(
      R"({"version":1,"host":"localhost","port":9092,"jmx_port":9999,"timestamp":"2233345666"})");
  ASSERT_TRUE(v1) << v1.error().detail;
  EXPECT_EQ(v1->endpoints, (std::vector<Endpoint>{{"PLAINTEXT", "PLAINTEXT", "localhost", 9092}}));
  EXPECT_EQ(v1->jmx_port, 9999);

  const auto v2 = BrokerZnode::decode(
      R"({"version":2,"host":"localhost","port":9092,"jmx_port":9999,"timestamp":"2233345666",)"
      R"("endpoints":["PLAINTEXT://host1:9092", "SSL://host1:9093"]})");
  ASSERT_TRUE(v2) << v2.error().detail;
  EXPECT_EQ(v2->endpoints, (std::vector<Endpoint>{{"PLAINTEXT", "PLAINTEXT", "host1", 9092},
                                                  {"SSL", "SSL", "host1", 9093}}));

  const auto v3 = BrokerZnode::decode(
      R"({"version":3,"host":"localhost","port":9092,"jmx_port":9999,"timestamp":"2233345666",)"
      R"("endpoints":["PLAINTEXT://host1:9092"],"rack":"dc1"})");
  ASSERT_TRUE(v3) << v3.error().detail;
  EXPECT_EQ(v3->rack, "dc1");

  const auto v4 = BrokerZnode::decode(
      R"({"version":4,"host":"localhost","port":9092,"jmx_port":9999,"timestamp":"2233345666",)"
      R"("endpoints":["CLIENT://host1:9092"],"rack":null,)"
      R"("listener_security_protocol_map":{"CLIENT":"PLAINTEXT"}})");
  ASSERT_TRUE(v4) << v4.error().detail;
  EXPECT_EQ(v4->rack, std::nullopt);
  EXPECT_EQ(v4->endpoints, (std::vector<Endpoint>{{"CLIENT", "PLAINTEXT", "host1", 9092}}));
}

TEST(BrokerZnode, MalformedRegistrationsAreRefused) {
  expect_malformed<BrokerZnode>(R"({"version":0,"endpoints":[]})", "version");
  expect_malformed<BrokerZnode>(R"({"version":1,"port":9092})", "host or port");
  expect_malformed<BrokerZnode>(R"({"version":2,"endpoints":["PLAINTEXT:/h:1"]})", "endpoint");
  expect_malformed<BrokerZnode>(R"({"version":2,"endpoints":["PLAINTEXT://h:p"]})", "endpoint");
  expect_malformed<BrokerZnode>(R"({"version":2,"endpoints":["PLAINTEXT://"]})", "endpoint");
  expect_malformed<BrokerZnode>(R"({"version":2,"endpoints":["CLIENT://h:1"]})", "CLIENT");
  expect_malformed<BrokerZnode>(
      R"({"version":5,"endpoints":[],"features":{"f":{"min_version":1}}})", "feature f");
}

TEST(TopicZnode, VersionThreeBothWays) {
  TopicZnode topic;
  topic.topic_id = Uuid::parse("3q2-7wAAQACAAAAAAAAAAQ");
  topic.partitions = {{PartitionId(0), ids({1, 2})}, {PartitionId(1), ids({2, 1})}};
  expect_both_ways(topic, R"({"adding_replicas":{},"removing_replicas":{},"version":3,)"
                          R"("topic_id":"3q2-7wAAQACAAAAAAAAAAQ",)"
                          R"("partitions":{"0":[1,2],"1":[2,1]}})");
}

TEST(TopicZnode, ReassignmentBothWays) {
  TopicZnode topic;
  topic.partitions = {{PartitionId(0), ids({3, 1})}};
  topic.adding_replicas = {{PartitionId(0), ids({3})}};
  topic.removing_replicas = {{PartitionId(0), ids({1})}};
  expect_both_ways(topic, R"({"version":3,"partitions":{"0":[3,1]},"adding_replicas":{"0":[3]},)"
                          R"("removing_replicas":{"0":[1]}})");
}

// The same state must give the same bytes, whatever order the partitions came in; keys ascend as
// numbers, not as texts.
TEST(TopicZnode, PartitionsAscendAsNumbers) {
  TopicZnode topic;
  for (const int partition : {10, 2, 0, 100, 9}) {
    topic.partitions[PartitionId(partition)] = ids({0});
  }
  EXPECT_NE(topic.encode().find(R"({"0":[0],"2":[0],"9":[0],"10":[0],"100":[0]})"),
            std::string::npos)
      << topic.encode();
}

TEST(TopicZnode, OlderVersionsAreRead) {
  const auto v1 = TopicZnode::decode(R"({"version":1,"partitions":{"0":[0]}})");
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->topic_id, std::nullopt);
  EXPECT_EQ(v1->partitions, (TopicZnode::Replicas{{PartitionId(0), ids({0})}}));
  const auto v2 = TopicZnode::decode(
      R"({"removing_replicas":{},"partitions":{"1":[]},"version":2,"adding_replicas":{"1":[4]}})");
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->adding_replicas, (TopicZnode::Replicas{{PartitionId(1), ids({4})}}));
}

TEST(TopicZnode, ReplicasThatAreNoIdsAreRefused) {
  expect_malformed<TopicZnode>(R"({"partitions":{"0":["1"]}})", "replica");
  expect_malformed<TopicZnode>(R"({"partitions":{"0":[1.5]}})", "replica");
  expect_malformed<TopicZnode>(R"({"partitions":{"0":[3000000000]}})", "replica");
  expect_malformed<TopicZnode>(R"({"partitions":{"0":[null]}})", "replica");
  expect_malformed<TopicZnode>(R"({"partitions":{"0":7}})", "topic assignment");
  expect_malformed<TopicZnode>(R"({"partitions":{"a":[7]}})", "topic assignment");
  expect_malformed<TopicZnode>(R"({"topic_id":"short","partitions":{}})", "topic_id");
}

TEST(PartitionStateZnode, BothWays) {
  PartitionStateZnode state{BrokerId(1), LeaderEpoch(3), ids({1, 2}), ControllerEpoch(7), false};
  expect_both_ways(state,
                   R"({"controller_epoch":7,"leader":1,"version":1,"leader_epoch":3,"isr":[1,2]})");
}

TEST(PartitionStateZnode, ZerosAreWritten) {
  PartitionStateZnode state{BrokerId(0), LeaderEpoch(0), ids({0}), ControllerEpoch(0), false};
  expect_both_ways(state,
                   R"({"controller_epoch":0,"leader":0,"version":1,"leader_epoch":0,"isr":[0]})");
}

TEST(PartitionStateZnode, NoLeaderAndEmptyIsrBothWays) {
  expect_both_ways(PartitionStateZnode{kNoBroker, LeaderEpoch(4), {}, ControllerEpoch(1), false},
                   R"({"controller_epoch":1,"leader":-1,"version":1,"leader_epoch":4,"isr":[]})");
}

TEST(PartitionStateZnode, RecoveryStateIsWrittenOnlyWhileRecovering) {
  PartitionStateZnode state{BrokerId(1), LeaderEpoch(3), ids({1}), ControllerEpoch(7), true};
  expect_both_ways(state,
                   R"({"controller_epoch":7,"leader":1,"version":1,"leader_epoch":3,"isr":[1],)"
                   R"("leader_recovery_state":1})");
  expect_malformed<PartitionStateZnode>(
      R"({"controller_epoch":7,"leader":1,"leader_epoch":3,"isr":[1],"leader_recovery_state":2})",
      "leader_recovery_state");
}

TEST(PartitionStateZnode, MissingFieldsAreRefused) {
  expect_malformed<PartitionStateZnode>(R"({"leader":1,"leader_epoch":3,"isr":[1]})", "missing");
  expect_malformed<PartitionStateZnode>(R"({"leader":1,"controller_epoch":3,"isr":[1]})",
                                        "missing");
}

TEST(ConfigZnode, BothWays) {
  expect_both_ways(ConfigZnode{{{"retention.ms", "86400000"}, {"cleanup.policy", "compact"}}},
                   R"({"version":1,"config":{"cleanup.policy":"compact",)"
                   R"("retention.ms":"86400000"}})");
  expect_both_ways(ConfigZnode{}, R"({"version":1,"config":{}})");
  EXPECT_EQ(ConfigZnode::decode(""), ConfigZnode{});
  EXPECT_EQ(ConfigZnode::decode(R"({"version":1})"), ConfigZnode{});
  expect_malformed<ConfigZnode>(R"({"version":1,"config":[1]})", "config");
}

TEST(ConfigChangeZnode, BothWaysAndVersionOne) {
  expect_both_ways(ConfigChangeZnode{"topics/foo"}, R"({"version":2,"entity_path":"topics/foo"})");
  const auto v1 =
      ConfigChangeZnode::decode(R"({"version":1,"entity_type":"topics","entity_name":"foo"})");
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->entity_path, "topics/foo");
  expect_malformed<ConfigChangeZnode>(R"({"version":3,"entity_path":"topics/foo"})", "version");
  expect_malformed<ConfigChangeZnode>(R"({"version":1,"entity_type":"users","entity_name":"foo"})",
                                      "entity_type");
  expect_malformed<ConfigChangeZnode>(R"({"version":2})", "entity_path");
}

// protobuf writes < and > as escapes; they are the same JSON string.
TEST(ConfigChangeZnode, DefaultEntitySurvives) {
  const ConfigChangeZnode change{"brokers/<default>"};
  EXPECT_EQ(ConfigChangeZnode::decode(change.encode()), change);
  EXPECT_EQ(ConfigChangeZnode::decode(R"({"version":2,"entity_path":"brokers/<default>"})"),
            change);
}

TEST(ClusterIdZnode, VersionIsAString) {
  expect_both_ways(ClusterIdZnode{"0pcLZ4ICQpmJBl3CkVJsnw"},
                   R"({"version":"1","id":"0pcLZ4ICQpmJBl3CkVJsnw"})");
  expect_malformed<ClusterIdZnode>(R"({"version":"1"})", "id is missing");
}

TEST(ProducerIdBlockZnode, BoundsAreStrings) {
  expect_both_ways(ProducerIdBlockZnode{BrokerId(0), ProducerId(0), ProducerId(999)},
                   R"({"version":1,"broker":0,"block_start":"0","block_end":"999"})");
  expect_both_ways(ProducerIdBlockZnode{BrokerId(1), ProducerId(9223372036854774000),
                                        ProducerId(9223372036854774999)},
                   R"({"version":1,"broker":1,"block_start":"9223372036854774000",)"
                   R"("block_end":"9223372036854774999"})");
  expect_malformed<ProducerIdBlockZnode>(R"({"version":1,"broker":1,"block_start":"0"})",
                                         "missing");
}

TEST(FeatureZnode, BothWaysAndVersionOne) {
  expect_both_ways(FeatureZnode{true, {}}, R"({"version":2,"status":1,"features":{}})");
  expect_both_ways(FeatureZnode{false, {{"f", 1}}},
                   R"({"version":2,"status":0,"features":{"f":{"max_version_level":1}}})");
  EXPECT_EQ(
      FeatureZnode::decode(R"({"version":1,"status":1,)"
                           R"("features":{"f":{"min_version_level":1,"max_version_level":3}}})"),
      (FeatureZnode{true, {{"f", 3}}, 1}));
  expect_both_ways(FeatureZnode{true, {}, 1}, R"({"version":1,"status":1,"features":{}})");
  expect_malformed<FeatureZnode>(R"({"version":1,"status":1,"features":{"f":{}}})", "level");
  expect_malformed<FeatureZnode>(R"({"version":3,"status":1,"features":{}})", "version");
  expect_malformed<FeatureZnode>(R"({"version":2,"features":{}})", "status");
}

TEST(PartitionSetZnode, BothWays) {
  expect_both_ways(PartitionSetZnode{{{"foo", PartitionId(0)}, {"bar", PartitionId(12)}}},
                   R"({"version":1,"partitions":[{"topic":"foo","partition":0},)"
                   R"({"topic":"bar","partition":12}]})");
  expect_malformed<PartitionSetZnode>(R"({"version":1,"partitions":[{"topic":"foo"}]})", "missing");
}

TEST(ReassignPartitionsZnode, BothWays) {
  expect_both_ways(ReassignPartitionsZnode{{{{"foo", PartitionId(0)}, ids({0, 2})}}},
                   R"({"version":1,"partitions":[{"topic":"foo","partition":0,)"
                   R"("replicas":[0,2]}]})");
  expect_malformed<ReassignPartitionsZnode>(R"({"partitions":[{"partition":1}]})", "missing");
}

TEST(LogDirEventZnode, BothWays) {
  expect_both_ways(LogDirEventZnode{BrokerId(0)}, R"({"version":1,"broker":0,"event":1})");
  expect_malformed<LogDirEventZnode>(R"({"version":1,"event":1})", "broker");
}

TEST(Documents, UnknownFieldsAreIgnored) {
  const auto read = ControllerZnode::decode(
      R"({"brokerid":3,"later":{"a":[1,{"b":null}]},"version":9,"timestamp":"1"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->broker, BrokerId(3));
}

}  // namespace
}  // namespace barnabas::zk
