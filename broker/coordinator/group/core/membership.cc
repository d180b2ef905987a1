// Members that are heard of, that leave, and that are not heard of any more.

#include <fmt/format.h>

#include <utility>

#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {

void GroupCoordinatorCore::heard_of(const Group& group, const Member& member, Now now) {
  deadlines_.set({DeadlineKind::kSession, group.id(), member.id},
                 now.time + member.session_timeout);
}

void GroupCoordinatorCore::forget_member(Group& group, std::string_view member_id) {
  deadlines_.clear({DeadlineKind::kSession, group.id(), member_id});
  group.remove(member_id);
}

void GroupCoordinatorCore::remove_member(Group& group, std::string member_id,
                                         std::string_view reason, Now now, Effects& out) {
  Member& member = *group.find(member_id);
  if (member.awaiting_join) {
    answer_join(group, member, {.error = ErrorCode::kUnknownMemberId}, out);
  }
  if (member.awaiting_sync) {
    answer_sync(group, member, {.error = ErrorCode::kUnknownMemberId}, now, out);
  }
  forget_member(group, member_id);
  if (group.is(GroupState::kStable) || group.is(GroupState::kCompletingRebalance)) {
    prepare_rebalance(group, reason, now, out);
  } else {
    try_complete_join(group, now, out);
  }
}

void GroupCoordinatorCore::on_session_deadline(Group& group, const std::string& member_id, Now now,
                                               Effects& out) {
  const Member* member = group.find(member_id);
  if (member == nullptr || !member->must_be_heard_of()) return;
  out.push_back(
      Say{false, fmt::format("Member {} in group {} has failed, removing it from the group",
                             member_id, group.id())});
  remove_member(group, member_id,
                fmt::format("removing member {} on heartbeat expiration", member_id), now, out);
}

ErrorCode GroupCoordinatorCore::heartbeat(std::string_view group_id, const MemberIdentity& identity,
                                          GenerationId generation, Now now) {
  Group* group = find(group_id);
  if (group == nullptr) return ErrorCode::kUnknownMemberId;
  const ErrorCode error = group->check_member(identity);
  if (error != ErrorCode::kNone) return error;
  if (generation != group->generation()) return ErrorCode::kIllegalGeneration;
  heard_of(*group, *group->find(identity.member_id), now);
  return group->is(GroupState::kPreparingRebalance) ? ErrorCode::kRebalanceInProgress
                                                    : ErrorCode::kNone;
}

std::vector<ErrorCode> GroupCoordinatorCore::leave(std::string_view group_id,
                                                   const std::vector<LeavingMember>& members,
                                                   Now now, Effects& out) {
  std::vector<ErrorCode> errors;
  errors.reserve(members.size());
  Group* group = find(group_id);
  for (const LeavingMember& member : members) {
    errors.push_back(group == nullptr ? ErrorCode::kUnknownMemberId
                                      : leave_one(*group, member, now, out));
  }
  return errors;
}

ErrorCode GroupCoordinatorCore::leave_one(Group& group, const LeavingMember& leaving, Now now,
                                          Effects& out) {
  const MemberIdentity& identity = leaving.identity;
  std::string member_id(identity.member_id);
  if (member_id.empty()) {
    // An administrator removes a static member, whose id nobody knows.
    const std::string* holder =
        identity.instance_id ? group.static_member(*identity.instance_id) : nullptr;
    if (holder == nullptr) return ErrorCode::kUnknownMemberId;
    member_id = *holder;
  } else if (group.pending_members().contains(member_id)) {
    deadlines_.clear({DeadlineKind::kPendingMember, group.id(), member_id});
    group.remove(member_id);
    try_complete_join(group, now, out);
    return ErrorCode::kNone;
  } else if (const ErrorCode error = group.check_member(identity); error != ErrorCode::kNone) {
    return error;
  }
  const std::string_view reason = leaving.reason.empty() ? "not provided" : leaving.reason;
  out.push_back(Say{false, fmt::format("Member {} has left group {} through explicit `LeaveGroup`; "
                                       "client reason: {}",
                                       member_id, group.id(), reason)});
  remove_member(
      group, member_id,
      fmt::format("Removing member {} on LeaveGroup; client reason: {}", member_id, reason), now,
      out);
  return ErrorCode::kNone;
}

}  // namespace barnabas::group
