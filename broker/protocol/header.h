// The headers that stand before every request and response, and the frames that they make.
//
// Source  Kafka 3.9, RequestHeader.java, ApiMessageTypeGenerator.java
// Threads stateless functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/protocol/api_key.h"
#include "broker/protocol/payload.h"

namespace barnabas::protocol {

std::int16_t request_header_version(ApiKey api, std::int16_t version);
// Always 0 for ApiVersions: a client that does not know our versions must be able to read it.
std::int16_t response_header_version(ApiKey api, std::int16_t version);

struct DecodedRequestHeader {
  const ApiInfo* api = nullptr;
  std::int16_t version = 0;  // may be unsupported
  std::int32_t correlation_id = 0;
  std::optional<std::string_view> client_id;  // points into the frame
  std::size_t size_bytes = 0;                 // the body follows
};

// Reads the header of a request from its frame (without the frame's size). A version above ours is
// read with the header of our newest one, as Kafka does: ApiVersions must answer it.
//   errors  INVALID_REQUEST: cut short, or an API that is not ours; UNSUPPORTED_VERSION: a version
//           of anything but ApiVersions that is not ours. For both the connection is closed.
Result<DecodedRequestHeader> decode_request_header(BytesView frame);

// Reads a response's header and returns its body.
//   errors  INVALID_REQUEST: cut short, or of another correlation id.
Result<BytesView> decode_response_header(BytesView frame, ApiKey api, std::int16_t version,
                                         std::int32_t correlation_id);

// The whole frame: its size, the header and the encoded body.
Payload frame_request(ApiKey api, std::int16_t version, std::int32_t correlation_id,
                      std::string_view client_id, Payload body);
Payload frame_response(ApiKey api, std::int16_t version, std::int32_t correlation_id, Payload body);

}  // namespace barnabas::protocol
