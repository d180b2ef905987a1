#include "broker/protocol/messages/leave_group.h"

#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {
namespace {

using protocol::LeaveGroupRequest;
using protocol::LeaveGroupResponse;

constexpr std::int16_t kFirstVersionWithSeveralMembers = 3;

std::vector<group::LeavingMember> members_of(const LeaveGroupRequest& request,
                                             std::int16_t version) {
  if (version < kFirstVersionWithSeveralMembers) return {{{request.member_id}, {}}};
  std::vector<group::LeavingMember> members;
  members.reserve(request.members.size());
  for (const auto& member : request.members) {
    members.push_back({{member.member_id, member.group_instance_id}, member.reason.value_or("")});
  }
  return members;
}

}  // namespace

void handle_leave_group(Context& context, protocol::Request request,
                        protocol::Responder responder) {
  const auto decoded = LeaveGroupRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  const auto members = members_of(*decoded, request.version);
  const auto left = context.groups.leave(decoded->group_id, members);
  LeaveGroupResponse response;
  response.error_code = left.code_or(ErrorCode::kNone);
  if (left && request.version < kFirstVersionWithSeveralMembers) {
    response.error_code = left->front();
  } else if (left) {
    response.members.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      const group::MemberIdentity& identity = members[i].identity;
      response.members.push_back({identity.member_id, identity.instance_id, (*left)[i]});
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
