// Groups as a whole: loading, unloading, appends, deadlines, administration.

#include "broker/coordinator/group/core/group_coordinator_core.h"

#include <fmt/format.h>

#include <utility>

#include "broker/base/check.h"
#include "broker/coordinator/group/core/append_errors.h"

namespace barnabas::group {

Group* GroupCoordinatorCore::find(std::string_view group) {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

const Group* GroupCoordinatorCore::find(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? nullptr : &found->second;
}

Group& GroupCoordinatorCore::find_or_create(std::string_view group, Now now) {
  if (Group* known = find(group)) return *known;
  std::string id(group);
  return groups_.try_emplace(id, id, now.wall_ms).first->second;
}

void GroupCoordinatorCore::remove_group(const Group& group, std::vector<LogRecord>& tombstones) {
  // A group without a generation was never stored.
  if (group.generation() > GenerationId(0)) tombstones.push_back(group_tombstone(group.id()));
  for (const std::string& pending : group.pending_members()) {
    deadlines_.clear({DeadlineKind::kPendingMember, group.id(), pending});
  }
  groups_.erase(groups_.find(group.id()));
}

// ---- Loading

void GroupCoordinatorCore::replay(const Entry& entry, const Origin& origin, Now now) {
  if (const auto* offset = std::get_if<OffsetEntry>(&entry)) {
    GroupOffsets& offsets = find_or_create(offset->group, now).offsets();
    if (origin.transaction) {
      if (offset->value) {
        offsets.apply_transactional(*origin.transaction, offset->tp, *offset->value,
                                    origin.batch_offset);
      } else {
        offsets.remove_transactional(*origin.transaction, offset->tp);
      }
    } else if (offset->value) {
      offsets.apply(offset->tp, *offset->value, origin.batch_offset);
    } else {
      offsets.remove(offset->tp);
    }
    return;
  }
  if (const auto* stored = std::get_if<GroupEntry>(&entry)) {
    Group& group = find_or_create(stored->group, now);
    GroupRecord none;
    none.state_timestamp = now.wall_ms;
    // A later generation replaces the members of the former one, protocols included.
    group.apply(none);
    if (stored->value) group.apply(*stored->value);
  }
}

void GroupCoordinatorCore::replay_end_of_transaction(ProducerId producer, bool commit) {
  for (auto& [id, group] : groups_) group.offsets().end_transaction(producer, commit);
}

void GroupCoordinatorCore::on_loaded(Now now, Effects& out) {
  std::vector<std::string> nothing_left;
  for (auto& [id, group] : groups_) {
    if (group.generation() == GenerationId(0) && group.offsets().empty())
      nothing_left.push_back(id);
  }
  for (const std::string& id : nothing_left) groups_.erase(id);
  for (auto& [id, group] : groups_) {
    for (const auto& [member_id, member] : group.members()) heard_of(group, member, now);
    if (group.members().size() > config_.max_size) {
      prepare_rebalance(group,
                        fmt::format("Freshly-loaded group is over capacity ({}). Rebalancing in "
                                    "order to give a chance for consumers to commit offsets",
                                    config_.max_size),
                        now, out);
    }
  }
}

void GroupCoordinatorCore::on_unloaded(Effects& out) {
  for (auto& [id, group] : groups_) {
    for (auto& [member_id, member] : group.members()) {
      if (member.awaiting_join) {
        answer_join(group, member, {.error = ErrorCode::kNotCoordinator, .member_id = member_id},
                    out);
      }
      if (member.awaiting_sync) {
        out.push_back(AnswerSync{*std::exchange(member.awaiting_sync, std::nullopt),
                                 {.error = ErrorCode::kNotCoordinator}});
      }
    }
  }
  groups_.clear();
  deadlines_ = {};
}

// ---- Appends

void GroupCoordinatorCore::append(std::vector<LogRecord> records, AfterAppend after, Effects& out) {
  ++last_append_;
  appends_.emplace(last_append_, std::move(after));
  out.push_back(Append{last_append_, std::move(records)});
}

void GroupCoordinatorCore::on_appended(AppendId append, ErrorCode error, Offset base_offset,
                                       Now now, Effects& out) {
  auto node = appends_.extract(append);
  CHECK(!node.empty(), "append {} is not under way", append);
  AfterAppend& after = node.mapped();
  if (auto* offsets = std::get_if<StoredOffsets>(&after)) {
    on_offsets_stored(*offsets, append, error, base_offset, out);
  } else if (const auto* assignment = std::get_if<StoredAssignment>(&after)) {
    on_assignment_stored(*assignment, group_store_error(error), now, out);
  } else if (const auto* replacement = std::get_if<StoredReplacement>(&after)) {
    on_replacement_stored(*replacement, group_store_error(error), now, out);
  } else if (error != ErrorCode::kNone) {
    out.push_back(
        Say{true, fmt::format("Failed to write empty metadata for group {}: {}",
                              std::get<StoredEmptyGroup>(after).group, error_name(error))});
  }
}

// ---- Deadlines

void GroupCoordinatorCore::on_tick(Now now, Effects& out) {
  for (const DeadlineKey& due : deadlines_.take_due(now.time)) {
    Group* group = find(due.group);
    // Put off by one that was due before it: a join phase that ends, say, hears of its members.
    const bool put_off = deadlines_.contains({due.kind, due.group, due.member});
    if (group == nullptr || put_off) continue;
    switch (due.kind) {
      case DeadlineKind::kSession:
        on_session_deadline(*group, due.member, now, out);
        break;
      case DeadlineKind::kPendingMember:
        out.push_back(Say{false, fmt::format("Pending member {} in group {} has been removed after "
                                             "session timeout expiration.",
                                             due.member, due.group)});
        group->remove(due.member);
        try_complete_join(*group, now, out);
        break;
      case DeadlineKind::kJoin:
        on_join_deadline(*group, now, out);
        break;
      case DeadlineKind::kSync:
        on_sync_deadline(*group, now, out);
        break;
    }
  }
}

// ---- Administration

GroupDescription GroupCoordinatorCore::describe(std::string_view group) const {
  GroupDescription description;
  const Group* known = find(group);
  if (known == nullptr) return description;
  description.state = known->state();
  description.protocol_type = known->protocol_type().value_or("");
  const bool stable = known->is(GroupState::kStable);
  if (stable) description.protocol = known->protocol().value_or("");
  for (const auto& [id, member] : known->members()) {
    auto& told = description.members.emplace_back();
    told.member_id = id;
    told.instance_id = member.instance_id;
    told.client_id = member.client_id;
    told.client_host = member.client_host;
    if (!stable) continue;
    if (const std::string* metadata = member.metadata(description.protocol)) {
      told.metadata = *metadata;
    }
    told.assignment = member.assignment;
  }
  return description;
}

std::vector<GroupOverview> GroupCoordinatorCore::overview() const {
  std::vector<GroupOverview> groups;
  groups.reserve(groups_.size());
  for (const auto& [id, group] : groups_) {
    groups.push_back({id, group.protocol_type().value_or(""), group.state()});
  }
  return groups;
}

ErrorCode GroupCoordinatorCore::delete_group(std::string_view group, Effects& out) {
  Group* known = find(group);
  if (known == nullptr) return ErrorCode::kGroupIdNotFound;
  if (!known->is(GroupState::kEmpty)) return ErrorCode::kNonEmptyGroup;
  std::vector<LogRecord> tombstones;
  for (const TopicPartition& tp : known->offsets().forget_all()) {
    tombstones.push_back(offset_tombstone(group, tp));
  }
  out.push_back(Say{false, fmt::format("The following groups were deleted: {}. A total of {} "
                                       "offsets were removed.",
                                       group, tombstones.size())});
  remove_group(*known, tombstones);
  if (!tombstones.empty()) out.push_back(AppendTombstones{std::move(tombstones)});
  return ErrorCode::kNone;
}

}  // namespace barnabas::group
