#include "broker/coordinator/group/core/group.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"

namespace barnabas::group {

std::string_view name_of(GroupState state) {
  switch (state) {
    case GroupState::kEmpty:
      return "Empty";
    case GroupState::kPreparingRebalance:
      return "PreparingRebalance";
    case GroupState::kCompletingRebalance:
      return "CompletingRebalance";
    case GroupState::kStable:
      return "Stable";
    case GroupState::kDead:
      break;
  }
  return "Dead";
}

// ---- members

Member* Group::find(std::string_view member_id) {
  const auto found = members_.find(member_id);
  return found == members_.end() ? nullptr : &found->second;
}

const std::string* Group::static_member(std::string_view instance_id) const {
  const auto found = static_members_.find(instance_id);
  return found == static_members_.end() ? nullptr : &found->second;
}

std::size_t Group::awaiting_join_count() const {
  return static_cast<std::size_t>(std::count_if(
      members_.begin(), members_.end(), [](const auto& m) { return m.second.awaiting_join; }));
}

milliseconds Group::rebalance_timeout() const {
  milliseconds longest{0};
  for (const auto& [id, member] : members_) longest = std::max(longest, member.rebalance_timeout);
  return longest;
}

ErrorCode Group::check_member(const MemberIdentity& identity) const {
  if (identity.instance_id) {
    const std::string* holder = static_member(*identity.instance_id);
    if (holder == nullptr) return ErrorCode::kUnknownMemberId;
    if (*holder != identity.member_id) return ErrorCode::kFencedInstanceId;
  }
  return members_.contains(identity.member_id) ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
}

Member& Group::add(Member member, std::string_view protocol_type) {
  if (members_.empty()) protocol_type_ = protocol_type;
  CHECK(protocol_type_ == protocol_type, "a member of protocol type {} in group {}", protocol_type,
        id_);
  if (member.instance_id) {
    const bool added = static_members_.emplace(*member.instance_id, member.id).second;
    CHECK(added, "the static member {} is in group {} already", *member.instance_id, id_);
  }
  if (!leader_) leader_ = member.id;
  pending_members_.erase(member.id);
  std::string id = member.id;
  const auto [at, added] = members_.emplace(std::move(id), std::move(member));
  CHECK(added, "the member {} is in group {} already", at->first, id_);
  count_protocols(at->second, 1);
  return at->second;
}

void Group::remove(std::string_view member_id) {
  if (const auto at = pending_members_.find(member_id); at != pending_members_.end()) {
    pending_members_.erase(at);
  }
  if (const auto at = pending_sync_.find(member_id); at != pending_sync_.end()) {
    pending_sync_.erase(at);
  }
  const auto at = members_.find(member_id);
  if (at == members_.end()) return;
  const bool was_leader = is_leader(member_id);
  if (at->second.instance_id) static_members_.erase(*at->second.instance_id);
  count_protocols(at->second, -1);
  members_.erase(at);
  if (!was_leader) return;
  leader_.reset();
  if (!members_.empty()) leader_ = members_.begin()->first;
}

Member& Group::replace_static_member(std::string_view old_id, std::string new_id) {
  auto node = members_.extract(members_.find(old_id));
  CHECK(!node.empty() && node.mapped().instance_id, "no static member {} in group {}", old_id, id_);
  if (is_leader(old_id)) leader_ = new_id;
  static_members_[*node.mapped().instance_id] = new_id;
  if (pending_sync_.erase(std::string(old_id)) > 0) pending_sync_.insert(new_id);
  node.key() = new_id;
  node.mapped().id = std::move(new_id);
  return members_.insert(std::move(node)).position->second;
}

bool Group::elect_joined_leader() {
  if (!leader_) return false;
  const Member* leader = find(*leader_);
  CHECK(leader != nullptr, "the leader {} is no member of group {}", *leader_, id_);
  if (leader->awaiting_join) return true;
  const auto joined = std::find_if(members_.begin(), members_.end(),
                                   [](const auto& m) { return m.second.awaiting_join; });
  if (joined == members_.end()) return false;
  leader_ = joined->first;
  return true;
}

// ---- protocols

bool Group::supports(std::string_view protocol_type,
                     const std::vector<JoinRequest::Protocol>& protocols) const {
  if (is(GroupState::kEmpty)) return !protocol_type.empty() && !protocols.empty();
  if (protocol_type_ != protocol_type) return false;
  return std::any_of(protocols.begin(), protocols.end(),
                     [this](const auto& protocol) { return is_common(protocol.name); });
}

void Group::set_protocols(Member& member, MemberProtocols protocols) {
  count_protocols(member, -1);
  member.protocols = std::move(protocols);
  count_protocols(member, 1);
}

void Group::count_protocols(const Member& member, int by) {
  std::set<std::string_view> names;  // one that is named twice counts once
  for (const MemberProtocol& protocol : member.protocols) {
    if (!names.insert(protocol.name).second) continue;
    const auto supporters = supporters_.try_emplace(protocol.name, 0).first;
    supporters->second += by;
    if (supporters->second == 0) supporters_.erase(supporters);
  }
}

bool Group::is_common(std::string_view protocol) const {
  const auto found = supporters_.find(protocol);
  const std::ptrdiff_t supporters = found != supporters_.end() ? found->second : 0;
  return supporters == std::ssize(members_);
}

std::string Group::select_protocol() const {
  CHECK(!members_.empty(), "group {} has no members", id_);
  std::set<std::string_view> candidates;
  for (const MemberProtocol& protocol : members_.begin()->second.protocols) {
    if (is_common(protocol.name)) candidates.insert(protocol.name);
  }
  CHECK(!candidates.empty(), "the members of group {} have no common protocol", id_);
  std::map<std::string_view, std::size_t> votes;
  for (const auto& [id, member] : members_) ++votes[member.vote(candidates)];
  const auto leader = leader_ ? members_.find(*leader_) : members_.end();
  const Member& first = leader != members_.end() ? leader->second : members_.begin()->second;
  std::string_view chosen;
  for (const MemberProtocol& protocol : first.protocols) {
    if (!votes.contains(protocol.name)) continue;
    if (chosen.empty() || votes[protocol.name] > votes[chosen]) chosen = protocol.name;
  }
  return std::string(chosen);
}

std::optional<std::set<std::string, std::less<>>> Group::read_subscriptions() const {
  using protocol::ConsumerProtocolSubscription;
  if (!is_consumer_group()) return std::nullopt;
  std::set<std::string, std::less<>> topics;
  if (members_.empty()) return topics;
  if (!protocol_) return std::nullopt;
  for (const auto& [id, member] : members_) {
    const std::string* metadata = member.metadata(*protocol_);
    if (metadata == nullptr || metadata->size() < sizeof(std::int16_t)) return std::nullopt;
    // Every version begins with the topics, and a client may be newer than this broker.
    const BytesView bytes = as_bytes(*metadata);
    const auto version = load_be<std::int16_t>(bytes.data());
    if (version < ConsumerProtocolSubscription::kMinVersion) return std::nullopt;
    const auto subscription = ConsumerProtocolSubscription::decode(
        bytes.subspan(sizeof(std::int16_t)), ConsumerProtocolSubscription::kMinVersion);
    if (!subscription) return std::nullopt;
    for (const std::string_view topic : subscription->topics) topics.emplace(topic);
  }
  return topics;
}

// ---- states

void Group::enter(GroupState state, Timestamp now) {
  state_ = state;
  state_timestamp_ = now;
}

void Group::prepare_rebalance(Timestamp now) {
  CHECK(!is(GroupState::kPreparingRebalance), "group {} prepares a rebalance already", id_);
  enter(GroupState::kPreparingRebalance, now);
}

void Group::begin_generation(Timestamp now) {
  CHECK(is(GroupState::kPreparingRebalance), "group {} has prepared no rebalance", id_);
  ++generation_;
  pending_sync_.clear();
  initial_delay_.reset();
  if (members_.empty()) {
    protocol_.reset();
    subscribed_topics_ = read_subscriptions();
    enter(GroupState::kEmpty, now);
  } else {
    protocol_ = select_protocol();
    subscribed_topics_ = read_subscriptions();
    enter(GroupState::kCompletingRebalance, now);
  }
}

GroupRecord Group::record(const std::map<std::string_view, std::string_view>& assignments) const {
  GroupRecord record;
  record.protocol_type = protocol_type_.value_or("");
  record.generation = generation_;
  record.protocol = protocol_;
  record.leader = leader_;
  record.state_timestamp = state_timestamp_;
  for (const auto& [id, member] : members_) {
    CHECK(protocol_, "group {} has members and no protocol", id_);
    const std::string* subscription = member.metadata(*protocol_);
    CHECK(subscription != nullptr, "the member {} does not support the group's protocol {}", id,
          *protocol_);
    const auto assignment = assignments.find(id);
    record.members.push_back(
        {.member_id = id,
         .instance_id = member.instance_id,
         .client_id = member.client_id,
         .client_host = member.client_host,
         .rebalance_timeout = member.rebalance_timeout,
         .session_timeout = member.session_timeout,
         .subscription = *subscription,
         .assignment = std::string(assignment != assignments.end() ? assignment->second : "")});
  }
  return record;
}

void Group::apply(const GroupRecord& record) {
  generation_ = record.generation;
  protocol_type_ =
      record.protocol_type.empty() ? std::nullopt : std::optional(record.protocol_type);
  protocol_ = record.protocol;
  std::set<std::string_view> stored;
  for (const MemberRecord& member : record.members) {
    stored.insert(member.member_id);
    Member* known = find(member.member_id);
    if (known == nullptr) {
      known = &add({.id = member.member_id,
                    .instance_id = member.instance_id,
                    .client_id = member.client_id,
                    .client_host = member.client_host,
                    .rebalance_timeout = member.rebalance_timeout,
                    .session_timeout = member.session_timeout,
                    .protocols = {{record.protocol.value_or(""), member.subscription}}},
                   record.protocol_type);
    }
    known->assignment = member.assignment;
  }
  std::vector<std::string> gone;
  for (const auto& [id, member] : members_) {
    if (!stored.contains(id)) gone.push_back(id);
  }
  for (const std::string& id : gone) remove(id);
  leader_ = record.leader;
  if (!leader_ || !members_.contains(*leader_)) {
    leader_ = members_.empty() ? std::nullopt : std::optional(members_.begin()->first);
  }
  enter(members_.empty() ? GroupState::kEmpty : GroupState::kStable, record.state_timestamp);
  subscribed_topics_ = read_subscriptions();
}

}  // namespace barnabas::group
