// One member of a group, as its coordinator knows it.
//
// Threads  externally synchronized (GroupCoordinatorCore).
// Source   Kafka 3.9, MemberMetadata.scala
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/coordinator/group/core/ids.h"
#include "broker/coordinator/group/core/requests.h"

namespace barnabas::group {

struct MemberProtocol {
  std::string name{};
  std::string metadata{};
  bool operator==(const MemberProtocol&) const = default;
};
using MemberProtocols = std::vector<MemberProtocol>;  // the preferred one first

struct Member {
  std::string id{};
  std::optional<std::string> instance_id{};
  std::string client_id{};
  std::string client_host{};
  milliseconds rebalance_timeout{0};
  milliseconds session_timeout{0};
  MemberProtocols protocols{};
  std::string assignment{};

  // Requests that wait for the others.
  std::optional<RequestId> awaiting_join{};
  std::optional<RequestId> awaiting_sync{};
  // Has not been answered its first join yet: it knows no id to send heartbeats with, and is given
  // up when it does not come again.
  bool is_new = false;

  bool is_static() const { return instance_id.has_value(); }
  // While it waits for an answer a member cannot be expected to send heartbeats.
  bool must_be_heard_of() const { return is_new || (!awaiting_join && !awaiting_sync); }
  // Null: it does not support the protocol.
  const std::string* metadata(std::string_view protocol) const;
  // The first of its protocols that is among the candidates; empty: none.
  std::string_view vote(const std::set<std::string_view>& candidates) const;
};

MemberProtocols copy_protocols(const std::vector<JoinRequest::Protocol>& protocols);

}  // namespace barnabas::group
