#include "broker/protocol/header.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "broker/protocol/error_code.h"

namespace barnabas::protocol {
namespace {

Payload body(std::string_view text) {
  const BufferPtr buffer = Buffer::copy_of(as_bytes(text));
  Payload payload;
  payload.pieces.emplace_back(BytesPiece{buffer, buffer->view()});
  return payload;
}

std::string flatten(const Payload& payload) {
  std::string text;
  for (const Piece& piece : payload.pieces) text += as_text(std::get<BytesPiece>(piece).bytes);
  return text;
}

TEST(Header, RequestHeaderFollowsTheFlexibleVersions) {
  EXPECT_EQ(request_header_version(ApiKey::kProduce, 8), 1);
  EXPECT_EQ(request_header_version(ApiKey::kProduce, 9), 2);
  EXPECT_EQ(request_header_version(ApiKey::kSaslHandshake, 1), 1);
  EXPECT_EQ(request_header_version(ApiKey::kControlledShutdown, 0), 0);
  EXPECT_EQ(request_header_version(ApiKey::kControlledShutdown, 1), 1);
  EXPECT_EQ(request_header_version(ApiKey::kControlledShutdown, 3), 2);
}

TEST(Header, ApiVersionsIsAlwaysAnsweredWithTheOldestHeader) {
  for (std::int16_t version = 0; version <= 4; ++version) {
    EXPECT_EQ(response_header_version(ApiKey::kApiVersions, version), 0);
  }
  EXPECT_EQ(response_header_version(ApiKey::kProduce, 8), 0);
  EXPECT_EQ(response_header_version(ApiKey::kProduce, 9), 1);
}

TEST(Header, RequestFramesAreReadBack) {
  for (const ApiInfo& api : kApis) {
    for (std::int16_t version = api.min_version; version <= api.max_version; ++version) {
      const std::string frame = flatten(frame_request(api.key, version, 77, "me", body("body")));
      EXPECT_EQ(load_be<std::int32_t>(as_bytes(frame).data()), frame.size() - 4);
      const BytesView inner = as_bytes(frame).subspan(4);
      const auto header = decode_request_header(inner);
      ASSERT_TRUE(header) << header.error().detail;
      EXPECT_EQ(header->api, &api);
      EXPECT_EQ(header->version, version);
      EXPECT_EQ(header->correlation_id, 77);
      const bool names_client = request_header_version(api.key, version) > 0;
      EXPECT_EQ(header->client_id.value_or(""), names_client ? "me" : "");
      EXPECT_EQ(as_text(inner.subspan(header->size_bytes)), "body");
    }
  }
}

TEST(Header, ResponseFramesAreReadBack) {
  for (const ApiInfo& api : kApis) {
    for (std::int16_t version = api.min_version; version <= api.max_version; ++version) {
      const std::string frame = flatten(frame_response(api.key, version, 77, body("body")));
      const BytesView inner = as_bytes(frame).subspan(4);
      const auto rest = decode_response_header(inner, api.key, version, 77);
      ASSERT_TRUE(rest) << rest.error().detail;
      EXPECT_EQ(as_text(*rest), "body");
      EXPECT_FALSE(decode_response_header(inner, api.key, version, 78));
      EXPECT_FALSE(decode_response_header(inner.first(3), api.key, version, 77));
    }
  }
}

TEST(Header, ANullClientIdIsLegal) {
  const std::vector<std::uint8_t> frame = {0, 3, 0, 1, 0, 0, 0, 9, 0xff, 0xff};
  const auto header = decode_request_header(frame);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->client_id, std::nullopt);
}

TEST(Header, CutRequestHeadersAreAnError) {
  const std::string frame = flatten(frame_request(ApiKey::kProduce, 9, 77, "me", body("")));
  for (std::size_t length = 4; length < frame.size(); ++length) {
    EXPECT_FALSE(decode_request_header(as_bytes(frame).subspan(4, length - 4))) << length;
  }
}

TEST(Header, OnlyApiVersionsMayComeInAVersionThatWeDoNotHave) {
  const std::vector<std::uint8_t> newer = {0, 18, 0, 99, 0, 0, 0, 9, 0xff, 0xff, 0};
  const auto header = decode_request_header(newer);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->version, 99);
  EXPECT_EQ(header->correlation_id, 9);

  const std::vector<std::uint8_t> produce = {0, 0, 0, 99, 0, 0, 0, 9, 0xff, 0xff, 0};
  EXPECT_EQ(decode_request_header(produce).error().code, ErrorCode::kUnsupportedVersion);
  const std::vector<std::uint8_t> unknown = {0, 52, 0, 0, 0, 0, 0, 9, 0xff, 0xff, 0};
  EXPECT_EQ(decode_request_header(unknown).error().code, ErrorCode::kInvalidRequest);
}

TEST(ApiTable, HoldsTheSixtyTwoApisOfAZooKeeperBroker) {
  EXPECT_EQ(kApis.size(), 62U);
  EXPECT_EQ(api_name(ApiKey::kLeaderAndIsr), "LeaderAndIsr");
  EXPECT_EQ(api_info(ApiKey::kFetch).max_version, 17);
  EXPECT_EQ(find_api(52), nullptr);
  EXPECT_EQ(find_api(-1), nullptr);
}

TEST(ErrorCodes, NumbersOutsideTheTableAreUnknownServerError) {
  EXPECT_EQ(error_from_wire(128), ErrorCode::kUnknownServerError);
  EXPECT_EQ(error_from_wire(-2), ErrorCode::kUnknownServerError);
  for (std::int16_t code = -1; code <= 127; ++code) {
    EXPECT_EQ(to_wire(error_from_wire(code)), code);
  }
}

}  // namespace
}  // namespace barnabas::protocol
