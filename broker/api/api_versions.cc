#include <algorithm>
#include <string_view>

#include "broker/api/api_table.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/protocol/messages/api_versions.h"

namespace barnabas::api {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

constexpr std::int16_t kFirstVersionWithSoftware = 3;

// [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?
bool is_software_name(std::string_view text) {
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
}

ApiVersionsResponse::ApiVersion range_of(const Api& api) {
  return {static_cast<std::int16_t>(api.key), api.min_version, api.max_version};
}

}  // namespace

void handle_api_versions(Context&, protocol::Request request, protocol::Responder responder) {
  ApiVersionsResponse response;
  const Api& own = *find_served_api(protocol::ApiKey::kApiVersions);
  if (!own.has_version(request.version)) {
    // In version 0, which every client can read (KIP-511).
    response.error_code = ErrorCode::kUnsupportedVersion;
    response.api_keys.push_back(range_of(own));
    responder.respond(response.encode(0));
    return;
  }
  const auto decoded = ApiVersionsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  if (request.version >= kFirstVersionWithSoftware &&
      !(is_software_name(decoded->client_software_name) &&
        is_software_name(decoded->client_software_version))) {
    response.error_code = ErrorCode::kInvalidRequest;
    responder.respond(response.encode(request.version));
    return;
  }
  for (const Api& api : served_apis()) response.api_keys.push_back(range_of(api));
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
