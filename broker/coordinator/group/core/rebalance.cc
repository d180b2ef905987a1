// From one generation to the next: the join phase, and the leader's assignment.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "broker/coordinator/group/core/current_generation.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {

void GroupCoordinatorCore::maybe_prepare_rebalance(Group& group, std::string_view reason, Now now,
                                                   Effects& out) {
  if (!group.is(GroupState::kPreparingRebalance)) prepare_rebalance(group, reason, now, out);
}

void GroupCoordinatorCore::prepare_rebalance(Group& group, std::string_view reason, Now now,
                                             Effects& out) {
  if (group.is(GroupState::kCompletingRebalance)) {
    answer_syncs_with(group, ErrorCode::kRebalanceInProgress, now, out);
  }
  group.pending_sync().clear();
  deadlines_.clear({DeadlineKind::kSync, group.id(), {}});

  milliseconds delay = group.rebalance_timeout();
  if (group.is(GroupState::kEmpty)) {
    // The first of many: more of them may be on their way.
    delay = config_.initial_rebalance_delay;
    group.initial_delay() = Group::InitialDelay{
        .last = delay,
        .remaining = std::max(group.rebalance_timeout() - delay, milliseconds(0)),
        .member_added = false};
  }
  deadlines_.set({DeadlineKind::kJoin, group.id(), {}}, now.time + delay);
  group.prepare_rebalance(now.wall_ms);
  out.push_back(
      Say{false, fmt::format("Preparing to rebalance group {} in state PreparingRebalance with old "
                             "generation {} (reason: {})",
                             group.id(), group.generation(), reason)});
  try_complete_join(group, now, out);
}

void GroupCoordinatorCore::try_complete_join(Group& group, Now now, Effects& out) {
  if (group.is(GroupState::kPreparingRebalance) && !group.initial_delay() && group.all_joined()) {
    complete_join(group, now, out);
  }
}

void GroupCoordinatorCore::on_join_deadline(Group& group, Now now, Effects& out) {
  if (!group.is(GroupState::kPreparingRebalance)) return;
  if (auto& initial = group.initial_delay()) {
    if (initial->member_added && initial->remaining > milliseconds(0)) {
      const milliseconds delay = std::min(config_.initial_rebalance_delay, initial->remaining);
      initial = Group::InitialDelay{
          .last = delay,
          .remaining = std::max(initial->remaining - initial->last, milliseconds(0)),
          .member_added = false};
      deadlines_.set({DeadlineKind::kJoin, group.id(), {}}, now.time + delay);
      return;
    }
    initial.reset();
  }
  complete_join(group, now, out);
}

void GroupCoordinatorCore::complete_join(Group& group, Now now, Effects& out) {
  deadlines_.clear({DeadlineKind::kJoin, group.id(), {}});
  // Static members may be away for their session timeout without losing their place.
  std::vector<std::string> absent;
  for (const auto& [id, member] : group.members()) {
    if (!member.awaiting_join && !member.is_static()) absent.push_back(id);
  }
  if (!absent.empty()) {
    out.push_back(Say{false, fmt::format("Group {} removed dynamic members who haven't joined: {}",
                                         group.id(), fmt::join(absent, ", "))});
  }
  for (const std::string& id : absent) forget_member(group, id);

  if (!group.elect_joined_leader() && !group.members().empty()) {
    out.push_back(Say{true, fmt::format("Group {} could not complete rebalance because no members "
                                        "rejoined",
                                        group.id())});
    deadlines_.set({DeadlineKind::kJoin, group.id(), {}}, now.time + group.rebalance_timeout());
    return;
  }
  group.begin_generation(now.wall_ms);
  if (group.members().empty()) {
    out.push_back(Say{false, fmt::format("Group {} with generation {} is now empty", group.id(),
                                         group.generation())});
    std::vector<LogRecord> records{group_record(group.id(), group.record({}))};
    return append(std::move(records), StoredEmptyGroup{group.id()}, out);
  }
  out.push_back(Say{false, fmt::format("Stabilized group {} generation {} with {} members",
                                       group.id(), group.generation(), group.members().size())});
  for (auto& [id, member] : group.members()) {
    if (member.awaiting_join) {
      answer_join(group, member, current_generation(group, member, true), out);
    }
    member.is_new = false;
    heard_of(group, member, now);
    group.pending_sync().insert(id);
  }
  deadlines_.set({DeadlineKind::kSync, group.id(), {}}, now.time + group.rebalance_timeout());
}

void GroupCoordinatorCore::answer_join(Group&, Member& member, JoinAnswer answer, Effects& out) {
  out.push_back(AnswerJoin{*std::exchange(member.awaiting_join, std::nullopt), std::move(answer)});
}

// ---- SyncGroup

void GroupCoordinatorCore::sync(const SyncRequest& request, Now now, Effects& out) {
  const auto refuse = [&](ErrorCode error) {
    out.push_back(AnswerSync{request.id, {.error = error}});
  };
  Group* group = find(request.group);
  if (group == nullptr) return refuse(ErrorCode::kUnknownMemberId);
  const ErrorCode error = group->check_member({request.member_id, request.instance_id});
  if (error != ErrorCode::kNone) return refuse(error);
  if (request.generation != group->generation()) return refuse(ErrorCode::kIllegalGeneration);
  if ((request.protocol_type && group->protocol_type() != *request.protocol_type) ||
      (request.protocol && group->protocol() != *request.protocol)) {
    return refuse(ErrorCode::kInconsistentGroupProtocol);
  }
  Member& member = *group->find(request.member_id);
  switch (group->state()) {
    case GroupState::kEmpty:
    case GroupState::kDead:
      return refuse(ErrorCode::kUnknownMemberId);
    case GroupState::kPreparingRebalance:
      return refuse(ErrorCode::kRebalanceInProgress);
    case GroupState::kCompletingRebalance:
      if (member.awaiting_sync) {
        // The client has given up waiting for the former request.
        answer_sync(*group, member, {.error = ErrorCode::kRebalanceInProgress}, now, out);
      }
      member.awaiting_sync = request.id;
      break;
    case GroupState::kStable:
      member.awaiting_sync = request.id;
      answer_sync(*group, member,
                  {.protocol_type = group->protocol_type(),
                   .protocol = group->protocol(),
                   .assignment = member.assignment},
                  now, out);
      break;
  }
  group->pending_sync().erase(member.id);
  if (group->pending_sync().empty()) deadlines_.clear({DeadlineKind::kSync, group->id(), {}});
  if (group->is(GroupState::kCompletingRebalance) && group->is_leader(member.id)) {
    store_assignment(*group, request, out);
  }
}

void GroupCoordinatorCore::store_assignment(Group& group, const SyncRequest& request,
                                            Effects& out) {
  out.push_back(Say{false, fmt::format("Assignment received from leader {} for group {} for "
                                       "generation {}. The group has {} members.",
                                       request.member_id, group.id(), group.generation(),
                                       group.members().size())});
  std::map<std::string_view, std::string_view> assignments;
  for (const auto& each : request.assignments) {
    assignments.insert_or_assign(each.member_id, as_text(each.assignment));
  }
  std::vector<std::string_view> missing;
  for (const auto& [id, member] : group.members()) {
    if (!assignments.contains(id)) missing.push_back(id);
  }
  if (!missing.empty()) {
    out.push_back(Say{true, fmt::format("Setting empty assignments for members {} of {} for "
                                        "generation {}",
                                        fmt::join(missing, ", "), group.id(), group.generation())});
  }
  GroupRecord record = group.record(assignments);
  std::vector<LogRecord> records{group_record(group.id(), record)};
  append(std::move(records), StoredAssignment{group.id(), group.generation(), std::move(record)},
         out);
}

void GroupCoordinatorCore::on_assignment_stored(const StoredAssignment& stored, ErrorCode error,
                                                Now now, Effects& out) {
  Group* group = find(stored.group);
  // Another member may have come meanwhile: then the next generation is what counts.
  if (group == nullptr || !group->is(GroupState::kCompletingRebalance) ||
      group->generation() != stored.generation) {
    return;
  }
  if (error != ErrorCode::kNone) {
    answer_syncs_with(*group, error, now, out);
    return maybe_prepare_rebalance(
        *group,
        fmt::format("Error {} when storing group assignment during SyncGroup", error_name(error)),
        now, out);
  }
  group->apply(stored.record);
  for (auto& [id, member] : group->members()) {
    if (!member.awaiting_sync) continue;
    answer_sync(*group, member,
                {.protocol_type = group->protocol_type(),
                 .protocol = group->protocol(),
                 .assignment = member.assignment},
                now, out);
  }
}

void GroupCoordinatorCore::answer_sync(Group& group, Member& member, SyncAnswer answer, Now now,
                                       Effects& out) {
  out.push_back(AnswerSync{*std::exchange(member.awaiting_sync, std::nullopt), std::move(answer)});
  heard_of(group, member, now);
}

void GroupCoordinatorCore::answer_syncs_with(Group& group, ErrorCode error, Now now, Effects& out) {
  for (auto& [id, member] : group.members()) {
    member.assignment.clear();
    if (member.awaiting_sync) answer_sync(group, member, {.error = error}, now, out);
  }
}

void GroupCoordinatorCore::on_sync_deadline(Group& group, Now now, Effects& out) {
  if (group.is(GroupState::kEmpty) || group.is(GroupState::kPreparingRebalance)) return;
  if (group.pending_sync().empty()) return;
  const std::vector<std::string> silent(group.pending_sync().begin(), group.pending_sync().end());
  for (const std::string& id : silent) {
    Member& member = *group.find(id);
    // A static member that has come back, and whose new id is being stored.
    if (member.awaiting_join) {
      answer_join(group, member, {.error = ErrorCode::kUnknownMemberId}, out);
    }
    forget_member(group, id);
  }
  prepare_rebalance(
      group, fmt::format("Removing {} on pending sync request expiration", fmt::join(silent, ", ")),
      now, out);
}

}  // namespace barnabas::group
