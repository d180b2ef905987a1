// ElectLeaders in every version: version 0 has no type of election and no error of the whole.
#include "broker/protocol/messages/elect_leaders.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/api/one_broker.h"
#include "tests/unit/api/two_brokers.h"

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
    auto all = elect(kPreferredType, {});
    all.topic_partitions = std::nullopt;
    const auto response = brokers.ask<ElectLeadersResponse>(all, version);
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

}  // namespace
}  // namespace barnabas::api
