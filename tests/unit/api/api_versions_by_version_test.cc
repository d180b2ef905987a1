// ApiVersions in every version, and in those that are none: the first question of every client.
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "broker/protocol/messages/api_versions.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

using Software = std::pair<std::string_view, std::string_view>;  // name and version

ApiVersionsRequest introduced(std::string_view name, std::string_view version) {
  ApiVersionsRequest request;
  request.client_software_name = name;
  request.client_software_version = version;
  return request;
}

TEST(ApiVersionsByVersion, EveryVersionTellsTheSameRanges) {
  OneBroker broker;
  for (std::int16_t version = 0; version <= 4; ++version) {
    const auto response =
        broker.ask<ApiVersionsResponse>(introduced("apache-kafka-java", "3.9.0"), version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
    EXPECT_EQ(response.throttle_time_ms, 0);
    std::map<std::int16_t, std::pair<std::int16_t, std::int16_t>> ranges;
    for (const auto& api : response.api_keys) {
      const bool is_new =
          ranges.emplace(api.api_key, std::pair(api.min_version, api.max_version)).second;
      EXPECT_TRUE(is_new) << "told twice: " << api.api_key;
    }
    EXPECT_EQ(ranges.size(), 34u) << "version " << version;
    using Range = std::pair<std::int16_t, std::int16_t>;
    EXPECT_EQ(ranges[0], Range(0, 11)) << "Produce";
    EXPECT_EQ(ranges[1], Range(0, 17)) << "Fetch";
    EXPECT_EQ(ranges[18], Range(0, 4)) << "ApiVersions";
    EXPECT_EQ(ranges[19], Range(0, 7)) << "CreateTopics";
    EXPECT_EQ(ranges[22], Range(0, 5)) << "InitProducerId";
    EXPECT_EQ(ranges[56], Range(0, 3)) << "AlterPartition";
    EXPECT_FALSE(ranges.contains(24)) << "AddPartitionsToTxn";
    // In ZooKeeper mode a broker supports no features (KIP-584).
    EXPECT_TRUE(response.supported_features.empty());
    EXPECT_TRUE(response.finalized_features.empty());
    EXPECT_FALSE(response.zk_migration_ready);
  }
}

// Below version 3 nobody says who it is, and nobody is asked.
TEST(ApiVersionsByVersion, SoftwareIsLookedAtFromVersion3On) {
  OneBroker broker;
  for (std::int16_t version = 0; version <= 4; ++version) {
    for (const auto& [name, number] : {Software{"", "1"}, Software{"a", ""}, Software{"-a", "1"},
                                       Software{"a", "1."}, Software{"a b", "1"}}) {
      const auto response = broker.ask<ApiVersionsResponse>(introduced(name, number), version);
      if (version < 3) {
        EXPECT_EQ(response.error_code, ErrorCode::kNone) << "version " << version;
        EXPECT_FALSE(response.api_keys.empty());
      } else {
        EXPECT_EQ(response.error_code, ErrorCode::kInvalidRequest) << name << " " << number;
        EXPECT_TRUE(response.api_keys.empty()) << "version " << version;
      }
    }
  }
}

// A client that is newer than we are reads version 0 and comes again with what is told there.
TEST(ApiVersionsByVersion, AnyUnknownVersionIsAnsweredInVersion0) {
  OneBroker broker;
  const BufferPtr body = OneBroker::joined(introduced("client", "9").encode(4));
  for (const std::int16_t version : {5, 6, 32767, -1, -32768}) {
    const Outcome outcome =
        broker.ask_bytes(protocol::ApiKey::kApiVersions, version, std::as_const(*body).view());
    ASSERT_EQ(outcome.kind, Outcome::Kind::kAnswered) << version;
    EXPECT_EQ(as_text(std::as_const(*outcome.body).view()),
              std::string_view("\0\x23"            // UNSUPPORTED_VERSION
                               "\0\0\0\x01"        // one range
                               "\0\x12\0\0\0\x04"  // ApiVersions: 0 to 4
                               ,
                               12))
        << version;
  }
}

}  // namespace
}  // namespace barnabas::api
