#include <algorithm>

#include "broker/protocol/messages/describe_configs.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using Entry = DescribeConfigsResponse::DescribeConfigsResourceResult;

constexpr std::int8_t kTopic = 2;
constexpr std::int8_t kBroker = 4;

class DescribeConfigsTest : public ::testing::Test {
 protected:
  DescribeConfigsTest() { broker_.start(); }

  DescribeConfigsResponse::DescribeConfigsResult describe(
      std::int8_t type, std::string_view name, std::int16_t version = 4,
      std::optional<std::vector<std::string_view>> keys = std::nullopt) {
    DescribeConfigsRequest request;
    request.include_synonyms = version >= 1;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    resource.configuration_keys = std::move(keys);
    const auto response = broker_.ask<DescribeConfigsResponse>(request, version);
    return response.results.at(0);
  }

  static const Entry& entry(const DescribeConfigsResponse::DescribeConfigsResult& result,
                            std::string_view name) {
    const auto it = std::find_if(result.configs.begin(), result.configs.end(),
                                 [&](const Entry& each) { return each.name == name; });
    EXPECT_NE(it, result.configs.end()) << name;
    return *it;
  }

  OneBroker broker_{"log.segment.bytes=1073741824\nmin.insync.replicas=2\n"};
};

// A small request does not ask for an answer of any size.
TEST_F(DescribeConfigsTest, ResourceThatIsNamedTwiceIsAnsweredOnce) {
  DescribeConfigsRequest request;
  for (int i = 0; i < 3; ++i) {
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kBroker;
    resource.resource_name = "1";
  }
  const auto response = broker_.ask<DescribeConfigsResponse>(request, 4);
  ASSERT_EQ(response.results.size(), 1u);
  EXPECT_EQ(response.results[0].error_code, ErrorCode::kNone);
}

TEST_F(DescribeConfigsTest, TopicTellsItsOwnValueTheBrokersAndTheDefault) {
  broker_.create_topic("first", 1, {{"retention.ms", "1000"}});
  const auto result = describe(kTopic, "first");
  EXPECT_EQ(result.error_code, ErrorCode::kNone);

  const Entry& own = entry(result, "retention.ms");
  EXPECT_EQ(own.value, "1000");
  EXPECT_EQ(own.config_source, 1);  // TOPIC_CONFIG
  EXPECT_EQ(own.config_type, 5);    // LONG

  // What kafka-topics shows as Configs: of a topic without overrides.
  const Entry& brokers = entry(result, "segment.bytes");
  EXPECT_EQ(brokers.value, "1073741824");
  EXPECT_EQ(brokers.config_source, 4);  // STATIC_BROKER_CONFIG
  ASSERT_FALSE(brokers.synonyms.empty());
  EXPECT_EQ(brokers.synonyms[0].name, "log.segment.bytes");

  const Entry& by_default = entry(result, "cleanup.policy");
  EXPECT_EQ(by_default.value, "delete");
  EXPECT_EQ(by_default.config_source, 5);  // DEFAULT_CONFIG
}

TEST_F(DescribeConfigsTest, OnlyTheKeysAskedForAreTold) {
  broker_.create_topic("first", 1, {{"retention.ms", "1000"}});
  const auto result =
      describe(kTopic, "first", 4, std::vector<std::string_view>{"retention.ms", "no.such.key"});
  ASSERT_EQ(result.configs.size(), 1u);
  EXPECT_EQ(result.configs[0].name, "retention.ms");
}

TEST_F(DescribeConfigsTest, EveryVersionIsAnswered) {
  broker_.create_topic("first", 1, {{"retention.ms", "1000"}});
  for (std::int16_t version = 0; version <= 4; ++version) {
    EXPECT_EQ(entry(describe(kTopic, "first", version), "retention.ms").value, "1000");
    EXPECT_FALSE(describe(kBroker, "1", version).configs.empty());
  }
  EXPECT_TRUE(entry(describe(kTopic, "first", 0), "cleanup.policy").is_default);
  EXPECT_FALSE(entry(describe(kTopic, "first", 0), "retention.ms").is_default);
}

TEST_F(DescribeConfigsTest, UnknownAndIllegalTopicsAreRefused) {
  EXPECT_EQ(describe(kTopic, "none").error_code, ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(describe(kTopic, "a/b").error_code, ErrorCode::kInvalidTopicException);
}

TEST_F(DescribeConfigsTest, BrokerTellsItsOwnConfigsOnly) {
  const auto own = describe(kBroker, "1");
  EXPECT_EQ(entry(own, "min.insync.replicas").value, "2");
  EXPECT_EQ(describe(kBroker, "2").error_code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(describe(kBroker, "x").error_message, "Broker id must be an integer, but it is: x");
  const auto defaults = describe(kBroker, "");
  EXPECT_EQ(defaults.error_code, ErrorCode::kNone);
  EXPECT_TRUE(defaults.configs.empty());
}

TEST_F(DescribeConfigsTest, OtherResourceTypesAreRefused) {
  EXPECT_EQ(describe(8, "1").error_code, ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace barnabas::api
