#include "broker/protocol/messages/heartbeat.h"

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {

void handle_heartbeat(Context& context, protocol::Request request, protocol::Responder responder) {
  const auto decoded = protocol::HeartbeatRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  protocol::HeartbeatResponse response;
  response.error_code =
      context.groups.heartbeat(decoded->group_id, {decoded->member_id, decoded->group_instance_id},
                               group::GenerationId(decoded->generation_id));
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
