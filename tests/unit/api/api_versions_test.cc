#include "broker/protocol/messages/api_versions.h"
#include "broker/api/api_table.h"
#include "tests/unit/api/one_broker.h"

namespace barnabas::api {
namespace {

using protocol::ApiKey;
using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

TEST(ApiVersions, TellsTheServedTable) {
  OneBroker broker;
  for (std::int16_t version = 0; version <= 2; ++version) {
    const auto response = broker.ask<ApiVersionsResponse>(ApiVersionsRequest{}, version);
    EXPECT_EQ(response.error_code, ErrorCode::kNone);
    ASSERT_EQ(response.api_keys.size(), served_apis().size());
    for (std::size_t i = 0; i < response.api_keys.size(); ++i) {
      EXPECT_EQ(response.api_keys[i].api_key, static_cast<std::int16_t>(served_apis()[i].key));
      EXPECT_EQ(response.api_keys[i].min_version, served_apis()[i].min_version);
      EXPECT_EQ(response.api_keys[i].max_version, served_apis()[i].max_version);
    }
  }
}

// KIP-511: a newer client must be able to read what we speak.
TEST(ApiVersions, UnknownVersionIsAnsweredInVersion0WithOurOwnRange) {
  OneBroker broker;
  const Outcome outcome = broker.ask_bytes(ApiKey::kApiVersions, 9, as_bytes("anything"));
  ASSERT_EQ(outcome.kind, Outcome::Kind::kAnswered);
  const auto response = ApiVersionsResponse::decode(outcome.body->view(), 0);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->error_code, ErrorCode::kUnsupportedVersion);
  ASSERT_EQ(response->api_keys.size(), 1u);
  EXPECT_EQ(response->api_keys[0].api_key, 18);
  EXPECT_EQ(response->api_keys[0].min_version, 0);
  EXPECT_EQ(response->api_keys[0].max_version, 4);
}

TEST(ApiVersions, SoftwareNameAndVersionAreChecked) {
  OneBroker broker;
  const auto error = [&](std::string_view name, std::string_view version) {
    ApiVersionsRequest request;
    request.client_software_name = name;
    request.client_software_version = version;
    return broker.ask<ApiVersionsResponse>(request, 4).error_code;
  };
  EXPECT_EQ(error("apache-kafka-java", "3.9.0"), ErrorCode::kNone);
  EXPECT_EQ(error("a", "1"), ErrorCode::kNone);
  EXPECT_EQ(error("", "1"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(error("a", ""), ErrorCode::kInvalidRequest);
  EXPECT_EQ(error("-a", "1"), ErrorCode::kInvalidRequest);
  EXPECT_EQ(error("a", "1."), ErrorCode::kInvalidRequest);
  EXPECT_EQ(error("a b", "1"), ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace barnabas::api
