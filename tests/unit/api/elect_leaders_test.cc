// ElectLeaders in every version: version 0 has no type of election and no error of the whole.
#include "broker/protocol/messages/elect_leaders.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/protocol/messages/delete_topics.h"
#include "broker/protocol/messages/incremental_alter_configs.h"
#include "broker/replica/metadata_cache.h"
#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::api {
namespace {

using protocol::ElectLeadersRequest;
using protocol::ElectLeadersResponse;

constexpr std::int8_t kPreferredType = 0;
constexpr std::int8_t kUncleanType = 1;

ElectLeadersRequest elect(std::int8_t type, const std::vector<std::string_view>& topics) {
  ElectLeadersRequest request;
  request.election_type = type;
  for (const auto topic : topics) request.topic_partitions->push_back({topic, {0}});
  return request;
}

ElectLeadersRequest elect_all(std::int8_t type) {
  ElectLeadersRequest request;
  request.election_type = type;
  request.topic_partitions = std::nullopt;
  return request;
}

void expect_result(const ElectLeadersResponse& response, std::size_t index, std::string_view topic,
                   ErrorCode error, std::optional<std::string_view> message) {
  ASSERT_LT(index, response.replica_election_results.size());
  const auto& result = response.replica_election_results[index];
  EXPECT_EQ(result.topic, topic);
  ASSERT_EQ(result.partition_result.size(), 1u);
  EXPECT_EQ(result.partition_result[0].partition_id, 0);
  EXPECT_EQ(result.partition_result[0].error_code, error) << topic;
  EXPECT_EQ(result.partition_result[0].error_message, message) << topic;
}

TEST(ElectLeaders, PreferredLeaderIsElectedInEveryVersion) {
  TwoBrokers brokers;
  for (std::int16_t version = 0; version <= 2; ++version) {
    const std::string topic = "t" + std::to_string(version);
    brokers.create_topic_led_by_follower(topic);
    ASSERT_EQ(brokers.leader(topic), kOurId);
    const LeaderEpoch before = brokers.state(topic).leader_epoch;
    const auto response =
        brokers.ask<ElectLeadersResponse>(elect(kPreferredType, {topic}), version);
    EXPECT_EQ(response.throttle_time_ms, 0);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    ASSERT_EQ(response.replica_election_results.size(), 1u) << "version " << version;
    expect_result(response, 0, topic, ErrorCode::kNone, std::nullopt);
    EXPECT_EQ(brokers.leader(topic), kSecondId) << "version " << version;
    EXPECT_EQ(brokers.state(topic).leader, kSecondId);
    EXPECT_EQ(brokers.state(topic).leader_epoch, before + 1);
    EXPECT_EQ(brokers.state(topic).isr, (std::vector<BrokerId>{kOurId, kSecondId}));
  }
}

// The last replica in sync has gone. An unclean election takes the other one; a preferred election,
// which is all that version 0 can ask for, must not.
TEST(ElectLeaders, Version0NeverElectsUncleanly) {
  TwoBrokers brokers;
  for (std::int16_t version = 0; version <= 2; ++version) {
    const std::string topic = "t" + std::to_string(version);
    brokers.create_topic(topic, {{kSecondId, kOurId}});
    brokers.set_isr(topic, {kSecondId});
  }
  brokers.end_second();
  brokers.run_until([&] { return brokers.leader("t2") == kNoBroker; });
  for (std::int16_t version = 0; version <= 2; ++version) {
    const std::string topic = "t" + std::to_string(version);
    const std::string refused = "Failed to elect leader for partition " + topic +
                                "-0 under strategy PreferredReplicaPartitionLeaderElectionStrategy";
    auto response = brokers.ask<ElectLeadersResponse>(elect(kPreferredType, {topic}), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    expect_result(response, 0, topic, ErrorCode::kPreferredLeaderNotAvailable, refused);
    EXPECT_EQ(brokers.leader(topic), kNoBroker) << "version " << version;
    if (version == 0) continue;
    response = brokers.ask<ElectLeadersResponse>(elect(kUncleanType, {topic}), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    expect_result(response, 0, topic, ErrorCode::kNone, std::nullopt);
    EXPECT_EQ(brokers.leader(topic), kOurId) << "version " << version;
    EXPECT_EQ(brokers.state(topic).isr, (std::vector<BrokerId>{kOurId}));
  }
  EXPECT_EQ(brokers.leader("t0"), kNoBroker);
}

TEST(ElectLeaders, UncleanElectionWithoutALiveReplicaFindsNone) {
  TwoBrokers brokers;
  brokers.create_topic("t", {{kSecondId}});
  brokers.end_second();
  brokers.run_until([&] { return brokers.leader("t") == kNoBroker; });
  for (std::int16_t version = 1; version <= 2; ++version) {
    const auto response = brokers.ask<ElectLeadersResponse>(elect(kUncleanType, {"t"}), version);
    expect_result(response, 0, "t", ErrorCode::kEligibleLeadersNotAvailable,
                  "Failed to elect leader for partition t-0 under strategy "
                  "OfflinePartitionLeaderElectionStrategy(true)");
  }
}

TEST(ElectLeaders, NamedPartitionsAreAllTold) {
  TwoBrokers brokers;
  brokers.create_topic("led", {{kOurId, kSecondId}});
  for (std::int16_t version = 0; version <= 2; ++version) {
    for (const std::int8_t type : {kPreferredType, kUncleanType}) {
      if (version == 0 && type == kUncleanType) continue;
      const auto response =
          brokers.ask<ElectLeadersResponse>(elect(type, {"led", "unknown"}), version);
      EXPECT_EQ(response.error_code, ErrorCode::kNone);
      ASSERT_EQ(response.replica_election_results.size(), 2u) << "version " << version;
      expect_result(response, 0, "led", ErrorCode::kElectionNotNeeded,
                    "Leader election not needed for topic partition.");
      expect_result(response, 1, "unknown", ErrorCode::kUnknownTopicOrPartition,
                    "The partition does not exist.");
    }
  }
}

TEST(ElectLeaders, WhoAsksForAllIsToldOfThoseWithSomethingToDo) {
  TwoBrokers brokers;
  for (std::int16_t version = 0; version <= 2; ++version) {
    const std::string topic = "t" + std::to_string(version);
    brokers.create_topic_led_by_follower(topic);
  }
  // The starts of the second broker have left the earlier ones with one replica in sync.
  brokers.create_topic("led", {{kOurId, kSecondId}});
  for (std::int16_t version = 0; version <= 2; ++version) {
    const auto response = brokers.ask<ElectLeadersResponse>(elect_all(kPreferredType), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    const bool is_first = version == 0;
    ASSERT_EQ(response.replica_election_results.size(), is_first ? 3u : 2u);
    EXPECT_EQ(response.replica_election_results[0].topic, "t0");
    EXPECT_EQ(response.replica_election_results[0].partition_result.at(0).error_code,
              ErrorCode::kPreferredLeaderNotAvailable);
    EXPECT_EQ(response.replica_election_results[1].topic, "t1");
    if (is_first) expect_result(response, 2, "t2", ErrorCode::kNone, std::nullopt);
  }
  EXPECT_EQ(brokers.leader("t2"), kSecondId);
}

// A topic that is being deleted, and one that never had a leader: clients know neither.
TEST(ElectLeaders, AllAreThoseThatClientsAreToldOf) {
  TwoBrokers brokers;
  brokers.create_topic("led", {{kOurId}});
  brokers.create_topic("doomed", {{kSecondId, kOurId}});
  brokers.end_second();
  brokers.run_until([&] { return brokers.leader("doomed") == kOurId; });
  protocol::DeleteTopicsRequest doom;
  doom.timeout_ms = 30000;
  doom.topic_names = {"doomed"};
  EXPECT_EQ(brokers.ask<protocol::DeleteTopicsResponse>(doom, 5).responses.at(0).error_code,
            ErrorCode::kNone);
  ASSERT_FALSE(brokers.znode(zk::paths::topic("doomed")).data.empty()) << "broker 2 still has it";
  brokers.zookeeper().write(
      {zk::Op::create(zk::paths::topic("unborn"), R"({"version":1,"partitions":{"0":[2]}})")});
  brokers.run_until([&] {
    const auto written = zk::TopicZnode::decode(brokers.znode(zk::paths::topic("unborn")).data);
    return written && written->topic_id;
  });
  brokers.run_for(seconds(1));
  for (const std::int8_t type : {kPreferredType, kUncleanType}) {
    const auto response = brokers.ask<ElectLeadersResponse>(elect_all(type), 2);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    EXPECT_TRUE(response.replica_election_results.empty());
  }
}

// Kafka answers so when it fails over a value: no message, and the connection goes on.
TEST(ElectLeaders, UnknownTypeIsAnErrorOfTheWholeAndOfEachPartition) {
  TwoBrokers brokers;
  brokers.create_topic_led_by_follower("t");
  for (std::int16_t version = 1; version <= 2; ++version) {
    for (const std::int8_t type : {-1, 2}) {
      const auto response =
          brokers.ask<ElectLeadersResponse>(elect(type, {"t", "unknown"}), version);
      EXPECT_EQ(response.error_code, ErrorCode::kUnknownServerError) << "version " << version;
      ASSERT_EQ(response.replica_election_results.size(), 2u);
      expect_result(response, 0, "t", ErrorCode::kUnknownServerError, std::nullopt);
      expect_result(response, 1, "unknown", ErrorCode::kUnknownServerError, std::nullopt);
      EXPECT_EQ(brokers.leader("t"), kOurId);
    }
  }
}

TEST(ElectLeaders, AnotherBrokerThanTheControllerSaysSoForEachPartition) {
  OneBroker broker;  // never the controller: it is not started
  for (std::int16_t version = 0; version <= 2; ++version) {
    const auto response = broker.ask<ElectLeadersResponse>(elect(kPreferredType, {"t"}), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    ASSERT_EQ(response.replica_election_results.size(), 1u);
    expect_result(response, 0, "t", ErrorCode::kNotController, std::nullopt);
  }
}

TEST(ElectLeaders, AnotherBrokerThanTheControllerSaysSoForAllThatItKnows) {
  OneBroker broker;  // never the controller: it is not started
  replica::MetadataUpdate update;
  for (const char* topic : {"t", "u"}) {
    auto& told = update.partitions.emplace_back();
    told.topic = topic;
    told.state.leader = kSecondId;
  }
  broker.node().metadata().update(update);
  for (std::int16_t version = 0; version <= 2; ++version) {
    const auto response = broker.ask<ElectLeadersResponse>(elect_all(kPreferredType), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    ASSERT_EQ(response.replica_election_results.size(), 2u) << "version " << version;
    expect_result(response, 0, "t", ErrorCode::kNotController, std::nullopt);
    expect_result(response, 1, "u", ErrorCode::kNotController, std::nullopt);
  }
}

// ---- unclean.leader.election.enable

constexpr char kUncleanKey[] = "unclean.leader.election.enable";

void set_config(TwoBrokers& brokers, std::string_view topic, std::string_view value) {
  protocol::IncrementalAlterConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = 2;
  resource.resource_name = topic;
  resource.configs.push_back({kUncleanKey, 0, value});
  const auto response = brokers.ask<protocol::IncrementalAlterConfigsResponse>(request, 1);
  ASSERT_EQ(response.responses.at(0).error_code, ErrorCode::kNone);
}

// As another tool would write it, unchecked.
void write_config(TwoBrokers& brokers, std::string_view topic, const std::string& value) {
  brokers.set_znode(zk::paths::topic_config(topic),
                    zk::ConfigZnode{{{kUncleanKey, value}}}.encode());
}

// A topic of which only the second broker is in sync.
void create_topic_of_one_in_sync(TwoBrokers& brokers, std::string_view topic) {
  brokers.create_topic(topic, {{kSecondId, kOurId}});
  brokers.set_isr(topic, {kSecondId});
}

// A boolean is of any case, and blanks around it do not count.
TEST(UncleanElectionConfig, AllowedInAnySpellingItElectsAtOnce) {
  TwoBrokers brokers;
  const std::vector<std::string> values{"true", "TRUE", " True "};
  for (std::size_t i = 0; i < values.size(); ++i) {
    create_topic_of_one_in_sync(brokers, "t" + std::to_string(i));
  }
  brokers.end_second();
  brokers.run_until([&] {
    return brokers.leader("t0") == kNoBroker && brokers.leader("t1") == kNoBroker &&
           brokers.leader("t2") == kNoBroker;
  });
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string topic = "t" + std::to_string(i);
    set_config(brokers, topic, values[i]);
    brokers.run_until([&] { return brokers.leader(topic) == kOurId; });
    EXPECT_EQ(brokers.leader(topic), kOurId) << "'" << values[i] << "'";
  }
}

TEST(UncleanElectionConfig, AllowedInAnySpellingItElectsWhenTheLastInSyncDies) {
  TwoBrokers brokers;
  const std::vector<std::string> values{"true", "TRUE", " True "};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string topic = "t" + std::to_string(i);
    create_topic_of_one_in_sync(brokers, topic);
    write_config(brokers, topic, values[i]);
  }
  brokers.end_second();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string topic = "t" + std::to_string(i);
    brokers.run_until([&] { return brokers.leader(topic) == kOurId; });
    EXPECT_EQ(brokers.leader(topic), kOurId) << "'" << values[i] << "'";
  }
}

TEST(UncleanElectionConfig, ATopicGoesByTheBrokerUnlessItsOwnValueCannotBeRead) {
  TwoBrokers brokers("unclean.leader.election.enable=TRUE\n");
  for (const char* topic : {"none", "no", "unreadable"}) {
    create_topic_of_one_in_sync(brokers, topic);
  }
  write_config(brokers, "no", " False ");
  write_config(brokers, "unreadable", "certainly");
  brokers.end_second();
  brokers.run_until([&] {
    return brokers.leader("none") == kOurId && brokers.leader("no") == kNoBroker &&
           brokers.leader("unreadable") == kNoBroker;
  });
  brokers.run_for(seconds(1));
  EXPECT_EQ(brokers.leader("none"), kOurId);
  EXPECT_EQ(brokers.leader("no"), kNoBroker);
  EXPECT_EQ(brokers.leader("unreadable"), kNoBroker);
}

}  // namespace
}  // namespace barnabas::api
