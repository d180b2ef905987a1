#include "broker/coordinator/group/core/invariants.h"

#include <fmt/format.h>

#include <algorithm>

namespace barnabas::group {
namespace {

bool has_generation(const Group& group) {
  return group.is(GroupState::kCompletingRebalance) || group.is(GroupState::kStable);
}

std::string violated_by_member(const Group& group, const Member& member,
                               const Deadlines& deadlines) {
  const auto broken = [&](std::string_view what) {
    return fmt::format("group {} member {}: {}", group.id(), member.id, what);
  };
  if (group.pending_members().contains(member.id)) return broken("is pending, too");
  if (member.instance_id) {
    const std::string* holder = group.static_member(*member.instance_id);
    if (holder == nullptr || *holder != member.id) return broken("does not hold its instance id");
  }
  if (member.awaiting_join && !group.is(GroupState::kPreparingRebalance) &&
      !(group.is(GroupState::kStable) && member.is_static())) {
    return broken("waits for a join that nobody prepares");
  }
  if (member.awaiting_sync && !group.is(GroupState::kCompletingRebalance)) {
    return broken("waits for an assignment that nobody makes");
  }
  if (has_generation(group) && member.metadata(group.protocol().value_or("")) == nullptr) {
    return broken("does not support the group's protocol");
  }
  if (member.must_be_heard_of() &&
      !deadlines.contains({DeadlineKind::kSession, group.id(), member.id})) {
    return broken("would never be missed");
  }
  return {};
}

std::string violated_by_group(const Group& group, const Deadlines& deadlines) {
  const auto broken = [&](std::string_view what) {
    return fmt::format("group {} in {}: {}", group.id(), name_of(group.state()), what);
  };
  const bool has_members = !group.members().empty();
  if (group.is(GroupState::kDead)) return broken("is kept");
  if (group.is(GroupState::kEmpty) && has_members) return broken("has members");
  if (has_generation(group) && !has_members) return broken("has no members");
  if (has_generation(group) && group.generation() <= GenerationId(0)) {
    return broken("has no generation");
  }
  if (has_members && !group.leader()) return broken("has no leader");
  if (group.leader() && !group.members().contains(*group.leader())) {
    return broken("has a leader that is no member");
  }
  if (group.initial_delay() && !group.is(GroupState::kPreparingRebalance)) {
    return broken("still waits for its first members");
  }
  if (group.is(GroupState::kPreparingRebalance) !=
      deadlines.contains({DeadlineKind::kJoin, group.id(), {}})) {
    return broken("has a join deadline if and only if it prepares no rebalance");
  }
  for (const std::string& id : group.pending_sync()) {
    if (!group.members().contains(id)) return broken("waits for the sync of no member");
  }
  if (!group.pending_sync().empty() &&
      (!has_generation(group) || !deadlines.contains({DeadlineKind::kSync, group.id(), {}}))) {
    return broken("would wait for a sync for ever");
  }
  for (const std::string& id : group.pending_members()) {
    if (!deadlines.contains({DeadlineKind::kPendingMember, group.id(), id})) {
      return broken("would wait for a pending member for ever");
    }
  }
  for (const auto& [id, member] : group.members()) {
    if (auto violated = violated_by_member(group, member, deadlines); !violated.empty()) {
      return violated;
    }
  }
  return {};
}

}  // namespace

std::string violated_invariant(const GroupCoordinatorCore& core) {
  for (const auto& [id, group] : core.groups()) {
    if (auto violated = violated_by_group(group, core.deadlines()); !violated.empty()) {
      return violated;
    }
  }
  return {};
}

}  // namespace barnabas::group
