#include "broker/protocol/messages/list_groups.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/coordinator/group/group_coordinator.h"

namespace barnabas::api {
namespace {

// The only type of groups that there is: those that members join (KIP-848 has others).
constexpr std::string_view kClassic = "classic";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// An empty filter lets everything through.
bool passes(const std::vector<std::string_view>& filter, std::string_view name) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](std::string_view wanted) {
           return equal_ignoring_case(wanted, name);
         });
}

}  // namespace

void handle_list_groups(Context& context, protocol::Request request,
                        protocol::Responder responder) {
  const auto decoded = protocol::ListGroupsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  const auto listing = context.groups.list();
  protocol::ListGroupsResponse response;
  response.error_code = listing.error;
  for (const group::GroupOverview& group : listing.groups) {
    const std::string_view state = group::name_of(group.state);
    if (!passes(decoded->states_filter, state) || !passes(decoded->types_filter, kClassic))
      continue;
    auto& told = response.groups.emplace_back();
    told.group_id = group.group;
    told.protocol_type = group.protocol_type;
    told.group_state = state;
    told.group_type = kClassic;
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
