#include "broker/protocol/messages/describe_groups.h"

#include <functional>
#include <string_view>
#include <vector>

#include "broker/api/authorized_operations.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/named_once.h"
#include "broker/base/bytes.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {
namespace {

using protocol::DescribeGroupsRequest;
using protocol::DescribeGroupsResponse;

void fill(DescribeGroupsResponse::DescribedGroup& told, const group::GroupDescription& group) {
  told.group_state = group::name_of(group.state);
  told.protocol_type = group.protocol_type;
  told.protocol_data = group.protocol;
  told.members.reserve(group.members.size());
  for (const auto& member : group.members) {
    auto& shown = told.members.emplace_back();
    shown.member_id = member.member_id;
    shown.group_instance_id = member.instance_id;
    shown.client_id = member.client_id;
    shown.client_host = member.client_host;
    shown.member_metadata = as_bytes(member.metadata);
    shown.member_assignment = as_bytes(member.assignment);
  }
}

}  // namespace

void handle_describe_groups(Context& context, protocol::Request request,
                            protocol::Responder responder) {
  const auto decoded = DescribeGroupsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  // The response shows what is in here.
  std::vector<Result<group::GroupDescription>> described;
  described.reserve(decoded->groups.size());
  DescribeGroupsResponse response;
  response.groups.reserve(decoded->groups.size());
  for (const std::string_view* group : first_of_each(decoded->groups, std::identity())) {
    const auto& description = described.emplace_back(context.groups.describe(*group));
    auto& told = response.groups.emplace_back();
    told.group_id = *group;
    if (!description) {
      told.error_code = description.error().code;
      continue;
    }
    fill(told, *description);
    if (decoded->include_authorized_operations) told.authorized_operations = kGroupOperations;
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
