#include "broker/protocol/messages/alter_configs.h"

#include "broker/protocol/messages/describe_configs.h"
#include "broker/protocol/messages/incremental_alter_configs.h"
#include "broker/protocol/messages/produce.h"
#include "broker/protocol/record_batch.h"
#include "config/config_alteration.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using enum config::AlterConfigOp;

constexpr std::int8_t kTopicType = 2;
constexpr std::int8_t kBrokerType = 4;
constexpr std::int8_t kBrokerLoggerType = 8;

struct AskedOp {
  std::string_view name;
  config::AlterConfigOp op = kSet;
  std::optional<std::string_view> value{};
};
struct ToldAlteration {
  ErrorCode error;
  std::optional<std::string> message;
};

class AlterConfigsTest : public ::testing::Test {
 protected:
  AlterConfigsTest() {
    broker_.start();
    broker_.create_topic("t", 1);
  }

  template <typename Response>
  static std::vector<ToldAlteration> told_of(const Response& response) {
    std::vector<ToldAlteration> told;
    for (const auto& each : response.responses) {
      told.push_back({each.error_code, each.error_message
                                           ? std::optional<std::string>(*each.error_message)
                                           : std::nullopt});
    }
    return told;
  }
  static IncrementalAlterConfigsRequest incremental_request(std::int8_t type, std::string_view name,
                                                            const std::vector<AskedOp>& ops) {
    IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = name;
    for (const AskedOp& op : ops) {
      resource.configs.push_back({op.name, static_cast<std::int8_t>(op.op), op.value});
    }
    return request;
  }
  std::vector<ToldAlteration> ask(const IncrementalAlterConfigsRequest& request,
                                  std::int16_t version = 1) {
    return told_of(broker_.ask<IncrementalAlterConfigsResponse>(request, version));
  }
  ToldAlteration alter(const std::vector<AskedOp>& ops, std::int8_t type = kTopicType,
                       std::string_view name = "t") {
    return ask(incremental_request(type, name, ops)).at(0);
  }
  void expect(const ToldAlteration& told, ErrorCode error, const std::string& message) {
    EXPECT_EQ(told.error, error);
    EXPECT_EQ(told.message, message);
  }
  std::string stored() { return broker_.znode("/config/topics/t"); }

  ErrorCode produce(std::size_t value_bytes) {
    const std::string value(value_bytes, 'x');
    protocol::RecordBatchBuilder builder;
    builder.add(1000, std::nullopt, value);
    const std::vector<std::uint8_t> batch = builder.build();
    protocol::ProduceRequest request;
    request.acks = -1;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = "t";
    auto& partition = topic.partition_data.emplace_back();
    partition.index = 0;
    partition.records = protocol::Records(BytesView(batch));
    const auto response = broker_.ask<protocol::ProduceResponse>(request, 9);
    return response.responses.at(0).partition_responses.at(0).error_code;
  }

  OneBroker broker_;
};

TEST_F(AlterConfigsTest, IncrementalChangesStandInTheTopicsNode) {
  for (std::int16_t version = 0; version <= 1; ++version) {
    const auto told =
        ask(incremental_request(kTopicType, "t",
                                {{"retention.ms", kSet, "7"}, {"flush.ms", kSet, "8"}}),
            version);
    EXPECT_EQ(told.at(0).error, ErrorCode::kNone);
    EXPECT_EQ(told.at(0).message, std::nullopt);
    EXPECT_EQ(stored(), R"({"config":{"flush.ms":"8","retention.ms":"7"},"version":1})");
    EXPECT_EQ(alter({{"flush.ms", kDelete}, {"cleanup.policy", kAppend, "compact"}}).error,
              ErrorCode::kNone);
    EXPECT_EQ(stored(),
              R"({"config":{"cleanup.policy":"delete,compact","retention.ms":"7"},"version":1})");
    EXPECT_EQ(alter({{"cleanup.policy", kDelete}, {"retention.ms", kDelete}}).error,
              ErrorCode::kNone);
    EXPECT_EQ(stored(), R"({"config":{},"version":1})");
  }
}

TEST_F(AlterConfigsTest, AlterConfigsReplacesWhatTheTopicHad) {
  alter({{"flush.ms", kSet, "8"}});
  for (std::int16_t version = 0; version <= 2; ++version) {
    AlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kTopicType;
    resource.resource_name = "t";
    resource.configs.push_back({"retention.ms", "7"});
    EXPECT_EQ(told_of(broker_.ask<AlterConfigsResponse>(request, version)).at(0).error,
              ErrorCode::kNone);
    EXPECT_EQ(stored(), R"({"config":{"retention.ms":"7"},"version":1})");
  }
}

TEST_F(AlterConfigsTest, ARunningPartitionGoesByTheChange) {
  EXPECT_EQ(produce(2000), ErrorCode::kNone);
  EXPECT_EQ(alter({{"max.message.bytes", kSet, "1000"}}).error, ErrorCode::kNone);
  broker_.run_until([&] { return produce(2000) == ErrorCode::kMessageTooLarge; });
  EXPECT_EQ(alter({{"max.message.bytes", kDelete}}).error, ErrorCode::kNone);
  broker_.run_until([&] { return produce(2000) == ErrorCode::kNone; });
}

TEST_F(AlterConfigsTest, DescribeConfigsShowsTheChangeAtOnce) {
  alter({{"retention.ms", kSet, "7"}});
  protocol::DescribeConfigsRequest request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = kTopicType;
  resource.resource_name = "t";
  resource.configuration_keys = {"retention.ms"};
  const auto response = broker_.ask<protocol::DescribeConfigsResponse>(request, 4);
  EXPECT_EQ(response.results.at(0).configs.at(0).value, "7");
}

TEST_F(AlterConfigsTest, ValidateOnlyWritesNothing) {
  const std::string before = stored();
  auto request = incremental_request(kTopicType, "t", {{"retention.ms", kSet, "7"}});
  request.validate_only = true;
  EXPECT_EQ(ask(request).at(0).error, ErrorCode::kNone);
  EXPECT_EQ(stored(), before);
  request.resources[0].configs[0].value = "x";
  EXPECT_EQ(ask(request).at(0).error, ErrorCode::kInvalidConfig);
}

TEST_F(AlterConfigsTest, WhatIsWrongIsSaidInKafkasWords) {
  expect(alter({{"no.such", kSet, "1"}}), ErrorCode::kInvalidConfig,
         "Unknown topic config name: no.such");
  expect(alter({{"retention.ms", kSet, "week"}}), ErrorCode::kInvalidConfig,
         "Invalid config value for resource ConfigResource(type=TOPIC, name='t'): Invalid value "
         "week for configuration retention.ms: Not a number of type LONG");
  expect(alter({{"retention.ms", kAppend, "1"}}), ErrorCode::kInvalidConfig,
         "Config value append is not allowed for config key: retention.ms");
  for (const auto op : {kAppend, kSubtract}) {
    EXPECT_EQ(alter({{"no.such", op, "1"}}).error, ErrorCode::kUnknownServerError);
  }
  expect(alter({{"retention.ms", kSet, "1"}, {"retention.ms", kDelete}}),
         ErrorCode::kInvalidRequest, "Error due to duplicate config keys");
  expect(alter({{"retention.ms"}, {"flush.ms"}}), ErrorCode::kInvalidRequest,
         "Null value not supported for : retention.ms, flush.ms");
  expect(alter({{"retention.ms", config::AlterConfigOp{9}, "1"}}), ErrorCode::kInvalidRequest,
         "Unknown operations type 9");
  expect(alter({}, kTopicType, ""), ErrorCode::kInvalidRequest,
         "Default topic resources are not allowed.");
  expect(alter({}, kTopicType, "none"), ErrorCode::kUnknownTopicOrPartition,
         "The topic 'none' does not exist.");
}

TEST_F(AlterConfigsTest, NothingOfARunningBrokerCanBeChanged) {
  expect(alter({{"log.cleaner.threads", kSet, "2"}}, kBrokerType, "1"), ErrorCode::kInvalidRequest,
         "Cannot update these configs dynamically: Set(log.cleaner.threads)");
  expect(alter({{"log.cleaner.threads", kSet, "2"}}, kBrokerType, ""), ErrorCode::kInvalidRequest,
         "Cannot update these configs dynamically: Set(log.cleaner.threads)");
  expect(alter({}, kBrokerType, "2"), ErrorCode::kInvalidRequest,
         "Unexpected broker id, expected 1, but received 2");
  expect(alter({}, kBrokerType, "x"), ErrorCode::kInvalidRequest,
         "Node id must be an integer, but it is: x");
  expect(alter({{"kafka", kSet, "DEBUG"}}, kBrokerLoggerType, "1"), ErrorCode::kInvalidRequest,
         "The log levels of a running broker cannot be changed.");
  expect(alter({}, 3, "g"), ErrorCode::kInvalidRequest, "Unknown resource type 3");
}

// One that is refused does not keep the others back, and each is answered in its place.
TEST_F(AlterConfigsTest, AResourceThatIsNamedTwiceIsRefusedTwice) {
  auto request = incremental_request(kTopicType, "none", {});
  request.resources.push_back(request.resources[0]);
  request.resources.push_back(
      incremental_request(kTopicType, "t", {{"retention.ms", kSet, "7"}}).resources[0]);
  const auto told = ask(request);
  ASSERT_EQ(told.size(), 3u);
  expect(told[0], ErrorCode::kInvalidRequest, "Each resource must appear at most once.");
  expect(told[1], ErrorCode::kInvalidRequest, "Each resource must appear at most once.");
  EXPECT_EQ(told[2].error, ErrorCode::kNone);
}

}  // namespace
}  // namespace barnabas::api
