#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/base/bytes.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/messages/join_group.h"

namespace barnabas::api {
namespace {

using protocol::JoinGroupRequest;
using protocol::JoinGroupResponse;

constexpr std::int16_t kFirstVersionWithRebalanceTimeout = 1;
constexpr std::int16_t kFirstVersionThatRequiresKnownMemberId = 4;
constexpr std::int16_t kFirstVersionWithNullableProtocol = 7;
constexpr std::int16_t kFirstVersionThatSkipsAssignment = 9;

// As Java's InetAddress.toString of an address without a name: tools show it.
std::string java_address(const std::string& ip) {
  in6_addr address{};
  if (inet_pton(AF_INET6, ip.c_str(), &address) != 1) return "/" + ip;
  if (IN6_IS_ADDR_V4MAPPED(&address)) return "/" + ip.substr(ip.rfind(':') + 1);
  std::string text;
  for (std::size_t i = 0; i < sizeof(address.s6_addr); i += 2) {
    const char separator = text.empty() ? '/' : ':';
    text += fmt::format("{}{:x}", separator, address.s6_addr[i] << 8 | address.s6_addr[i + 1]);
  }
  return text;
}

// What a request is answered from; keeps what the group coordinator is shown.
struct Join {
  protocol::Request request;
  protocol::Responder responder;
  JoinGroupRequest message;
  std::string client_host;
};

group::JoinRequest to_join(const Join& join) {
  const JoinGroupRequest& message = join.message;
  const std::int16_t version = join.request.version;
  group::JoinRequest asked;
  asked.group = message.group_id;
  asked.member_id = message.member_id;
  asked.instance_id = message.group_instance_id;
  asked.require_known_member_id =
      version >= kFirstVersionThatRequiresKnownMemberId && !message.group_instance_id;
  asked.supports_skipping_assignment = version >= kFirstVersionThatSkipsAssignment;
  asked.client_id = join.request.client_id;
  asked.client_host = join.client_host;
  asked.session_timeout = milliseconds(message.session_timeout_ms);
  asked.rebalance_timeout = version >= kFirstVersionWithRebalanceTimeout
                                ? milliseconds(message.rebalance_timeout_ms)
                                : asked.session_timeout;
  asked.protocol_type = message.protocol_type;
  asked.protocols.reserve(message.protocols.size());
  for (const auto& protocol : message.protocols) {
    asked.protocols.push_back({protocol.name, protocol.metadata});
  }
  asked.reason = message.reason.value_or("");
  return asked;
}

void respond(Join& join, const group::JoinAnswer& answer) {
  JoinGroupResponse response;
  response.error_code = answer.error;
  response.generation_id = answer.generation.value();
  response.protocol_type = answer.protocol_type;
  if (join.request.version < kFirstVersionWithNullableProtocol) {
    response.protocol_name = answer.protocol ? std::string_view(*answer.protocol) : "";
  } else if (answer.protocol && !answer.protocol->empty()) {
    response.protocol_name = *answer.protocol;
  } else {
    response.protocol_name = std::nullopt;
  }
  response.leader = answer.leader;
  response.skip_assignment = answer.skip_assignment;
  response.member_id = answer.member_id;
  response.members.reserve(answer.members.size());
  for (const group::JoinedMember& member : answer.members) {
    auto& told = response.members.emplace_back();
    told.member_id = member.member_id;
    told.group_instance_id = member.instance_id;
    told.metadata = as_bytes(member.metadata);
  }
  join.responder.respond(response.encode(join.request.version));
}

}  // namespace

// Whoever joins waits for the others, and the next request of its connection with it: it may depend
// on how the join ends. Only what may overtake is handled meanwhile.
void handle_join_group(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = JoinGroupRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  std::string client_host = java_address(request.client_address);
  responder.work_done();  // of this turn: nothing is handled before it has ended
  const auto join = std::make_shared<Join>(
      Join{std::move(request), std::move(responder), std::move(*message), std::move(client_host)});
  context.groups.join(to_join(*join),
                      [join](const group::JoinAnswer& answer) { respond(*join, answer); });
}

}  // namespace barnabas::api
