#include "broker/protocol/messages/sync_group.h"

#include <memory>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/base/bytes.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {
namespace {

using protocol::SyncGroupRequest;
using protocol::SyncGroupResponse;

constexpr std::int16_t kFirstVersionThatNamesTheProtocol = 5;

struct Sync {
  protocol::Request request;
  protocol::Responder responder;
  SyncGroupRequest message;
};

group::SyncRequest to_sync(const SyncGroupRequest& message) {
  group::SyncRequest asked;
  asked.group = message.group_id;
  asked.generation = group::GenerationId(message.generation_id);
  asked.member_id = message.member_id;
  asked.instance_id = message.group_instance_id;
  asked.protocol_type = message.protocol_type;
  asked.protocol = message.protocol_name;
  asked.assignments.reserve(message.assignments.size());
  for (const auto& assignment : message.assignments) {
    asked.assignments.push_back({assignment.member_id, assignment.assignment});
  }
  return asked;
}

void respond(Sync& sync, const group::SyncAnswer& answer) {
  SyncGroupResponse response;
  response.error_code = answer.error;
  response.protocol_type = answer.protocol_type;
  response.protocol_name = answer.protocol;
  response.assignment = as_bytes(answer.assignment);
  sync.responder.respond(response.encode(sync.request.version));
}

}  // namespace

// Waits for the leader's assignment, and the next request of its connection with it, as in Kafka.
void handle_sync_group(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = SyncGroupRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const auto sync =
      std::make_shared<Sync>(Sync{std::move(request), std::move(responder), std::move(*message)});
  if (sync->request.version >= kFirstVersionThatNamesTheProtocol &&
      (!sync->message.protocol_type || !sync->message.protocol_name)) {
    return respond(*sync, {.error = ErrorCode::kInconsistentGroupProtocol});
  }
  context.groups.sync(to_sync(sync->message),
                      [sync](const group::SyncAnswer& answer) { respond(*sync, answer); });
}

}  // namespace barnabas::api
