#include "broker/protocol/header.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>

#include "broker/base/check.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/messages/request_header.h"
#include "broker/protocol/messages/response_header.h"
#include "broker/protocol/reader.h"
#include "broker/protocol/writer.h"

namespace barnabas::protocol {
namespace {

// Puts the size and the header before the body's pieces.
template <typename Header>
Payload frame(const Header& header, std::int16_t header_version, Payload body) {
  Writer writer;
  writer.write<std::int32_t>(0);
  const std::size_t start = writer.size_bytes();
  header.write(writer, header_version);
  const std::int64_t size_bytes =
      static_cast<std::int64_t>(writer.size_bytes() - start) + body.size_bytes();
  CHECK(size_bytes <= std::numeric_limits<std::int32_t>::max(), "a frame of {} bytes", size_bytes);
  writer.overwrite<std::int32_t>(0, static_cast<std::int32_t>(size_bytes));
  Payload framed = writer.finish();
  framed.pieces.insert(framed.pieces.end(), std::make_move_iterator(body.pieces.begin()),
                       std::make_move_iterator(body.pieces.end()));
  return framed;
}

}  // namespace

std::int16_t request_header_version(ApiKey api, std::int16_t version) {
  if (api == ApiKey::kControlledShutdown && version == 0) return 0;
  return is_flexible(api, version) ? 2 : 1;
}

std::int16_t response_header_version(ApiKey api, std::int16_t version) {
  if (api == ApiKey::kApiVersions) return 0;
  return is_flexible(api, version) ? 1 : 0;
}

Result<DecodedRequestHeader> decode_request_header(BytesView frame) {
  Reader start(frame);
  const auto key = start.read<std::int16_t>();
  const auto version = start.read<std::int16_t>();
  if (!start.ok()) return start.error("RequestHeader");
  const ApiInfo* api = find_api(key);
  if (api == nullptr) {
    return {ErrorCode::kInvalidRequest, fmt::format("RequestHeader: no API has key {}", key)};
  }
  const bool supported = version >= api->min_version && version <= api->max_version;
  if (!supported && api->key != ApiKey::kApiVersions) {
    return {ErrorCode::kUnsupportedVersion,
            fmt::format("{} version {}: there are {} to {}", api->name, version, api->min_version,
                        api->max_version)};
  }
  Reader reader(frame);
  RequestHeader header;
  header.read(reader, request_header_version(api->key, version));
  if (!reader.ok()) return reader.error("RequestHeader");
  return DecodedRequestHeader{api, version, header.correlation_id, header.client_id,
                              reader.position_bytes()};
}

Result<BytesView> decode_response_header(BytesView frame, ApiKey api, std::int16_t version,
                                         std::int32_t correlation_id) {
  Reader reader(frame);
  ResponseHeader header;
  header.read(reader, response_header_version(api, version));
  if (!reader.ok()) return reader.error("ResponseHeader");
  if (header.correlation_id != correlation_id) {
    return {ErrorCode::kInvalidRequest,
            fmt::format("{} response: correlation id {} where {} was asked", api_name(api),
                        header.correlation_id, correlation_id)};
  }
  return reader.rest();
}

Payload frame_request(ApiKey api, std::int16_t version, std::int32_t correlation_id,
                      std::string_view client_id, Payload body) {
  RequestHeader header;
  header.request_api_key = static_cast<std::int16_t>(api);
  header.request_api_version = version;
  header.correlation_id = correlation_id;
  header.client_id = client_id;
  return frame(header, request_header_version(api, version), std::move(body));
}

Payload frame_response(ApiKey api, std::int16_t version, std::int32_t correlation_id,
                       Payload body) {
  ResponseHeader header;
  header.correlation_id = correlation_id;
  return frame(header, response_header_version(api, version), std::move(body));
}

}  // namespace barnabas::protocol
