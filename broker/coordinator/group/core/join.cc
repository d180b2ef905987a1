// JoinGroup: who may become or stay a member.

#include <fmt/format.h>

#include <utility>

#include "broker/base/check.h"
#include "broker/coordinator/group/core/current_generation.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {
namespace {

// A new member knows no id to send heartbeats with, and a client that has gone is not noticed while
// its join waits: after this time it has to come again.
constexpr Duration kNewMemberJoinTimeout = seconds(300);

JoinAnswer refusal(ErrorCode error, std::string_view member_id) {
  return {.error = error, .member_id = std::string(member_id)};
}

std::string reason_of(const JoinRequest& request) {
  return std::string(request.reason.empty() ? "not provided" : request.reason);
}

// As long as a string of the protocol may be, also for a client with the longest of names.
std::string new_member_id(const JoinRequest& request) {
  constexpr std::size_t kMaxStringBytes = 32767;
  const std::string_view name = request.instance_id.value_or(request.client_id);
  return fmt::format("{}-{}", name.substr(0, kMaxStringBytes - 1 - request.new_id_suffix.size()),
                     request.new_id_suffix);
}

bool same_protocols(const Member& member, const JoinRequest& request) {
  return member.protocols == copy_protocols(request.protocols);
}

std::vector<JoinedMember> joined_members(const Group& group) {
  std::vector<JoinedMember> members;
  members.reserve(group.members().size());
  for (const auto& [id, member] : group.members()) {
    const std::string* metadata = member.metadata(group.protocol().value_or(""));
    CHECK(metadata != nullptr, "member {} does not support the protocol of group {}", id,
          group.id());
    members.push_back({id, member.instance_id, *metadata});
  }
  return members;
}

}  // namespace

JoinAnswer current_generation(const Group& group, const Member& member, bool with_members) {
  JoinAnswer answer;
  answer.generation = group.generation();
  answer.protocol_type = group.protocol_type();
  answer.protocol = group.protocol();
  answer.leader = group.leader().value_or("");
  answer.member_id = member.id;
  if (with_members && group.is_leader(member.id)) answer.members = joined_members(group);
  return answer;
}

void GroupCoordinatorCore::join(const JoinRequest& request, Now now, Effects& out) {
  const bool unknown_member = request.member_id.empty();
  if (request.session_timeout < config_.min_session_timeout ||
      request.session_timeout > config_.max_session_timeout) {
    out.push_back(
        AnswerJoin{request.id, refusal(ErrorCode::kInvalidSessionTimeout, request.member_id)});
    return;
  }
  if (!unknown_member && find(request.group) == nullptr) {
    out.push_back(AnswerJoin{request.id, refusal(ErrorCode::kUnknownMemberId, request.member_id)});
    return;
  }
  Group& group = find_or_create(request.group, now);
  if (!accepts(group, request.member_id)) {
    forget_member(group, request.member_id);
    out.push_back(AnswerJoin{request.id, refusal(ErrorCode::kGroupMaxSizeReached, "")});
  } else if (!group.supports(request.protocol_type, request.protocols)) {
    out.push_back(
        AnswerJoin{request.id, refusal(ErrorCode::kInconsistentGroupProtocol, request.member_id)});
  } else if (unknown_member) {
    join_new(group, request, now, out);
  } else {
    join_known(group, request, now, out);
  }
  try_complete_join(group, now, out);
}

bool GroupCoordinatorCore::accepts(const Group& group, std::string_view member_id) const {
  const auto member = group.members().find(member_id);
  const bool known = member != group.members().end();
  switch (group.state()) {
    case GroupState::kPreparingRebalance:
      // Counted are those who have joined: a group that is too large, since the limit was lowered,
      // loses the last ones to come.
      return (known && member->second.awaiting_join) ||
             group.awaiting_join_count() < config_.max_size;
    case GroupState::kCompletingRebalance:
    case GroupState::kStable:
      return known || group.members().size() < config_.max_size;
    case GroupState::kEmpty:
    case GroupState::kDead:
      break;
  }
  return true;
}

void GroupCoordinatorCore::join_new(Group& group, const JoinRequest& request, Now now,
                                    Effects& out) {
  std::string new_id = new_member_id(request);
  if (request.instance_id) {
    if (const std::string* old_id = group.static_member(*request.instance_id)) {
      out.push_back(Say{
          false, fmt::format("Static member with groupInstanceId={} and unknown "
                             "member id joins group {} in {} state. Replacing "
                             "previously mapped member {} with this groupInstanceId.",
                             *request.instance_id, group.id(), name_of(group.state()), *old_id)});
      return replace_static_member(group, *old_id, std::move(new_id), request, now, out);
    }
  }
  if (request.require_known_member_id && !request.instance_id) {
    out.push_back(Say{false, fmt::format("Dynamic member with unknown member id joins group {} in "
                                         "{} state. Created a new member id {} and request the "
                                         "member to rejoin with this id.",
                                         group.id(), name_of(group.state()), new_id)});
    group.add_pending_member(new_id);
    deadlines_.set({DeadlineKind::kPendingMember, group.id(), new_id},
                   now.time + request.session_timeout);
    out.push_back(AnswerJoin{request.id, refusal(ErrorCode::kMemberIdRequired, new_id)});
    return;
  }
  const std::string_view kind = request.instance_id ? "Static" : "Dynamic";
  out.push_back(
      Say{false, fmt::format("{} member with unknown member id joins group {} in {} state. "
                             "Created a new member id {} for this member and add to the "
                             "group.",
                             kind, group.id(), name_of(group.state()), new_id)});
  add_member(group, request, std::move(new_id), now, out);
}

void GroupCoordinatorCore::join_known(Group& group, const JoinRequest& request, Now now,
                                      Effects& out) {
  if (group.pending_members().contains(request.member_id)) {
    if (request.instance_id) {
      // Only dynamic members are told an id beforehand.
      out.push_back(
          AnswerJoin{request.id, refusal(ErrorCode::kUnknownServerError, request.member_id)});
      return;
    }
    return add_member(group, request, std::string(request.member_id), now, out);
  }
  if (const ErrorCode error = group.check_member({request.member_id, request.instance_id});
      error != ErrorCode::kNone) {
    out.push_back(AnswerJoin{request.id, refusal(error, request.member_id)});
    return;
  }
  join_in_state(group, *group.find(request.member_id), request, now, out);
}

void GroupCoordinatorCore::join_in_state(Group& group, Member& member, const JoinRequest& request,
                                         Now now, Effects& out) {
  const bool unchanged = same_protocols(member, request);
  std::string reason;
  switch (group.state()) {
    case GroupState::kPreparingRebalance:
      break;
    case GroupState::kCompletingRebalance:
      if (unchanged) {
        // It may have missed the answer to its join: it is told the same again.
        out.push_back(AnswerJoin{request.id, current_generation(group, member, true)});
        return;
      }
      reason = fmt::format("Updating metadata for member {} during CompletingRebalance", member.id);
      break;
    case GroupState::kStable:
      if (unchanged && !group.is_leader(member.id)) {
        out.push_back(AnswerJoin{request.id, current_generation(group, member, false)});
        return;
      }
      // The leader asks for a rebalance when what it assigns has changed, as topics do.
      reason = group.is_leader(member.id)
                   ? fmt::format("Leader {} re-joining group during Stable", member.id)
                   : fmt::format("Updating metadata for member {} during Stable", member.id);
      break;
    case GroupState::kEmpty:
    case GroupState::kDead:
      out.push_back(
          AnswerJoin{request.id, refusal(ErrorCode::kUnknownMemberId, request.member_id)});
      return;
  }
  if (member.awaiting_join) {
    // The client has given up waiting for the former request.
    answer_join(group, member, refusal(ErrorCode::kRebalanceInProgress, member.id), out);
  }
  group.set_protocols(member, copy_protocols(request.protocols));
  member.rebalance_timeout = request.rebalance_timeout;
  member.session_timeout = request.session_timeout;
  member.awaiting_join = request.id;
  maybe_prepare_rebalance(group, fmt::format("{}; client reason: {}", reason, reason_of(request)),
                          now, out);
}

void GroupCoordinatorCore::add_member(Group& group, const JoinRequest& request,
                                      std::string member_id, Now now, Effects& out) {
  deadlines_.clear({DeadlineKind::kPendingMember, group.id(), member_id});
  if (group.initial_delay() && group.generation() == GenerationId(0)) {
    group.initial_delay()->member_added = true;
  }
  Member member;
  member.id = std::move(member_id);
  if (request.instance_id) member.instance_id = std::string(*request.instance_id);
  member.client_id = request.client_id;
  member.client_host = request.client_host;
  member.rebalance_timeout = request.rebalance_timeout;
  member.session_timeout = request.session_timeout;
  member.protocols = copy_protocols(request.protocols);
  member.awaiting_join = request.id;
  member.is_new = true;
  const Member& added = group.add(std::move(member), request.protocol_type);
  deadlines_.set({DeadlineKind::kSession, group.id(), added.id}, now.time + kNewMemberJoinTimeout);
  maybe_prepare_rebalance(
      group,
      fmt::format("Adding new member {} with group instance id {}; client reason: {}", added.id,
                  request.instance_id.value_or("null"), reason_of(request)),
      now, out);
}

// ---- A static member that comes back

void GroupCoordinatorCore::replace_static_member(Group& group, std::string old_id,
                                                 std::string new_id, const JoinRequest& request,
                                                 Now now, Effects& out) {
  Member& old = *group.find(old_id);
  if (old.awaiting_join) {
    answer_join(group, old, refusal(ErrorCode::kFencedInstanceId, old_id), out);
  }
  if (old.awaiting_sync) {
    answer_sync(group, old, {.error = ErrorCode::kFencedInstanceId}, now, out);
  }
  deadlines_.clear({DeadlineKind::kSession, group.id(), old_id});
  StoredReplacement replaced{.group = group.id(),
                             .instance_id = std::string(*request.instance_id),
                             .old_id = old_id,
                             .new_id = new_id,
                             .old_leader = group.leader(),
                             .old_protocols = old.protocols,
                             .old_rebalance_timeout = old.rebalance_timeout,
                             .old_session_timeout = old.session_timeout,
                             .supports_skipping_assignment = request.supports_skipping_assignment};
  Member& member = group.replace_static_member(old_id, std::move(new_id));
  group.set_protocols(member, copy_protocols(request.protocols));
  member.rebalance_timeout = request.rebalance_timeout;
  member.session_timeout = request.session_timeout;
  member.awaiting_join = request.id;
  heard_of(group, member, now);

  if (group.is(GroupState::kPreparingRebalance)) return;
  if (group.is(GroupState::kStable) && group.protocol() == group.select_protocol()) {
    // Nothing changes for the others: its new id is stored, and it gets its old assignment.
    out.push_back(Say{false,
                      "Static member which joins during Stable stage and doesn't affect "
                      "selectProtocol will not trigger rebalance."});
    std::map<std::string_view, std::string_view> assignments;
    for (const auto& [id, each] : group.members()) assignments.emplace(id, each.assignment);
    std::vector<LogRecord> records{group_record(group.id(), group.record(assignments))};
    return append(std::move(records), std::move(replaced), out);
  }
  // In CompletingRebalance the leader may have been told the old id already.
  prepare_rebalance(
      group,
      fmt::format("Updating metadata for static member {} with instance id {}; client reason: {}",
                  member.id, *request.instance_id, reason_of(request)),
      now, out);
}

void GroupCoordinatorCore::on_replacement_stored(const StoredReplacement& replaced, ErrorCode error,
                                                 Now now, Effects& out) {
  Group* group = find(replaced.group);
  Member* member = group != nullptr ? group->find(replaced.new_id) : nullptr;
  // In a rebalance that came between, the member takes part as it is, and is answered by that.
  if (member == nullptr || !member->awaiting_join || !group->is(GroupState::kStable)) return;
  JoinAnswer answer = current_generation(*group, *member, replaced.supports_skipping_assignment);
  if (error != ErrorCode::kNone) {
    out.push_back(Say{true, fmt::format("Failed to persist metadata for group {}: {}",
                                        replaced.group, error_name(error))});
    answer.error = error;
    answer.members.clear();
    answer.member_id.clear();
    answer.leader = replaced.old_leader.value_or("");
    answer_join(*group, *member, std::move(answer), out);
    deadlines_.clear({DeadlineKind::kSession, replaced.group, replaced.new_id});
    Member& old = group->replace_static_member(replaced.new_id, replaced.old_id);
    group->set_protocols(old, replaced.old_protocols);
    old.rebalance_timeout = replaced.old_rebalance_timeout;
    old.session_timeout = replaced.old_session_timeout;
    heard_of(*group, old, now);
    return;
  }
  heard_of(*group, *member, now);
  if (replaced.supports_skipping_assignment) {
    answer.skip_assignment = group->is_leader(member->id);
  } else {
    // An older client that finds itself the leader would assign anew, and nobody would listen.
    answer.leader = replaced.old_leader.value_or("");
  }
  answer_join(*group, *member, std::move(answer), out);
}

}  // namespace barnabas::group
