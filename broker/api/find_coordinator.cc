#include "broker/protocol/messages/find_coordinator.h"

#include <string_view>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/topic_creation.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::api {
namespace {

using protocol::FindCoordinatorRequest;
using protocol::FindCoordinatorResponse;

// Kafka's CoordinatorType.
constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kShare = 2;

constexpr std::int16_t kFirstVersionWithSeveralKeys = 4;
constexpr std::int16_t kFirstVersionWithShareGroups = 6;

struct Found {
  ErrorCode error = ErrorCode::kNone;
  BrokerId id = kNoBroker;
  std::string_view host{};  // of the snapshot
  std::int32_t port = -1;
};

// What Kafka's exception of the code says.
std::string_view message_of(ErrorCode error) {
  switch (error) {
    case ErrorCode::kNone:
      return "NONE";
    case ErrorCode::kCoordinatorNotAvailable:
      return "The coordinator is not available.";
    default:
      return "This most likely occurs because of a request being malformed by the client library "
             "or the message was sent to an incompatible broker. See the broker logs for more "
             "details.";
  }
}

Found find_group_coordinator(Context& context, const replica::MetadataSnapshot& metadata,
                             std::string_view listener, std::string_view group) {
  const Found unavailable{.error = ErrorCode::kCoordinatorNotAvailable};
  if (metadata.topic(group::kOffsetsTopic) == nullptr) {
    context.topic_creation.create({offsets_topic(context.config)},
                                  [](const AutoTopicCreation::Told&) {});
    return unavailable;
  }
  const auto id = context.groups.partition_for(group);
  if (!id) return unavailable;
  const auto* partition = metadata.partition(group::kOffsetsTopic, *id);
  const auto* broker = partition != nullptr ? metadata.broker(partition->leader) : nullptr;
  const Endpoint* endpoint = broker != nullptr ? broker->endpoint(listener) : nullptr;
  if (endpoint == nullptr) return unavailable;
  return {ErrorCode::kNone, broker->id, endpoint->host, endpoint->port};
}

Found find(Context& context, const replica::MetadataSnapshot& metadata,
           const protocol::Request& request, std::int8_t key_type, std::string_view key) {
  switch (key_type) {
    case kGroup:
      return find_group_coordinator(context, metadata, request.listener, key);
    case kTransaction:
      // As where __transaction_state cannot be had.
      return {.error = ErrorCode::kCoordinatorNotAvailable};
    case kShare:
      return {.error = request.version < kFirstVersionWithShareGroups
                           ? ErrorCode::kInvalidRequest
                           : ErrorCode::kCoordinatorNotAvailable};
    default:
      return {.error = ErrorCode::kInvalidRequest};
  }
}

}  // namespace

void handle_find_coordinator(Context& context, protocol::Request request,
                             protocol::Responder responder) {
  const auto decoded = FindCoordinatorRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  const auto metadata = context.metadata.snapshot();
  FindCoordinatorResponse response;
  if (request.version < kFirstVersionWithSeveralKeys) {
    const Found found = find(context, *metadata, request, decoded->key_type, decoded->key);
    response.error_code = found.error;
    response.error_message = message_of(found.error);
    response.node_id = found.id;
    response.host = found.host;
    response.port = found.port;
  } else {
    for (const std::string_view key : decoded->coordinator_keys) {
      const Found found = find(context, *metadata, request, decoded->key_type, key);
      auto& told = response.coordinators.emplace_back();
      told.key = key;
      told.error_code = found.error;
      told.node_id = found.id;
      told.host = found.host;
      told.port = found.port;
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
