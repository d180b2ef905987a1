#include "broker/coordinator/group/core/member.h"

#include <algorithm>

namespace barnabas::group {

const std::string* Member::metadata(std::string_view protocol) const {
  const auto found = std::find_if(protocols.begin(), protocols.end(),
                                  [&](const MemberProtocol& p) { return p.name == protocol; });
  return found == protocols.end() ? nullptr : &found->metadata;
}

std::string_view Member::vote(const std::set<std::string_view>& candidates) const {
  for (const MemberProtocol& protocol : protocols) {
    if (candidates.contains(protocol.name)) return protocol.name;
  }
  return {};
}

MemberProtocols copy_protocols(const std::vector<JoinRequest::Protocol>& protocols) {
  MemberProtocols copy;
  copy.reserve(protocols.size());
  for (const auto& protocol : protocols) {
    copy.push_back({std::string(protocol.name), std::string(as_text(protocol.metadata))});
  }
  return copy;
}

}  // namespace barnabas::group
