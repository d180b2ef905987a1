#include "broker/protocol/messages/delete_groups.h"

#include <set>
#include <string_view>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {

void handle_delete_groups(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  const auto decoded = protocol::DeleteGroupsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  protocol::DeleteGroupsResponse response;
  std::set<std::string_view> seen;
  for (const std::string_view group : decoded->groups_names) {
    // One that is named more than once is answered once.
    if (!seen.insert(group).second) continue;
    response.results.push_back({group, context.groups.delete_group(group)});
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
