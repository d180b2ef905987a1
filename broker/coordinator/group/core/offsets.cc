// OffsetCommit, OffsetFetch, OffsetDelete, and what becomes of offsets with time.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/coordinator/group/core/append_errors.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"
#include "broker/protocol/java_string.h"

namespace barnabas::group {
void GroupCoordinatorCore::commit_offsets(const OffsetCommitRequest& request, Now now,
                                          Effects& out) {
  const auto refuse = [&](ErrorCode error) {
    out.push_back(
        AnswerCommit{request.id, std::vector<ErrorCode>(request.partitions.size(), error)});
  };
  if (find(request.group) == nullptr && request.generation >= GenerationId(0)) {
    return refuse(ErrorCode::kIllegalGeneration);
  }
  Group& group = find_or_create(request.group, now);
  if (const ErrorCode error = check_commit(group, request); error != ErrorCode::kNone) {
    return refuse(error);
  }
  // A member that commits is alive.
  if (const Member* member = group.find(request.member.member_id)) heard_of(group, *member, now);
  store_offsets(group, request, now, out);
}

ErrorCode GroupCoordinatorCore::check_commit(const Group& group,
                                             const OffsetCommitRequest& request) const {
  const bool from_member = request.generation >= GenerationId(0) ||
                           !request.member.member_id.empty() || request.member.instance_id;
  if (group.is(GroupState::kEmpty) && request.generation < GenerationId(0)) {
    return ErrorCode::kNone;  // whoever assigns itself its partitions
  }
  if (!from_member) {
    return group.is(GroupState::kEmpty) ? ErrorCode::kNone : ErrorCode::kUnknownMemberId;
  }
  if (const ErrorCode error = group.check_member(request.member); error != ErrorCode::kNone) {
    return error;
  }
  if (request.generation != group.generation()) return ErrorCode::kIllegalGeneration;
  return group.is(GroupState::kCompletingRebalance) ? ErrorCode::kRebalanceInProgress
                                                    : ErrorCode::kNone;
}

void GroupCoordinatorCore::store_offsets(Group& group, const OffsetCommitRequest& request, Now now,
                                         Effects& out) {
  StoredOffsets stored{.request = request.id, .group = group.id(), .offsets = {}, .errors = {}};
  for (const auto& partition : request.partitions) {
    if (protocol::utf16_length(partition.metadata) > config_.max_metadata_length) {
      stored.errors.push_back(ErrorCode::kOffsetMetadataTooLarge);
      continue;
    }
    stored.errors.push_back(ErrorCode::kNone);
    CommittedOffset value;
    value.offset = partition.offset;
    value.leader_epoch = partition.leader_epoch;
    value.metadata = partition.metadata;
    value.commit_timestamp = partition.commit_timestamp.value_or(now.wall_ms);
    if (request.retention) {
      value.expire_timestamp = plus_as_java(now.wall_ms, request.retention->count());
    }
    // Of a partition that is named twice, the last one.
    stored.offsets.insert_or_assign(partition.tp, std::move(value));
  }
  if (stored.offsets.empty()) {
    out.push_back(AnswerCommit{request.id, std::move(stored.errors)});
    return;
  }
  std::vector<LogRecord> records;
  records.reserve(stored.offsets.size());
  for (const auto& [tp, value] : stored.offsets) {
    records.push_back(offset_record(group.id(), tp, value));
    group.offsets().prepare(tp, last_append_ + 1);
  }
  append(std::move(records), std::move(stored), out);
}

void GroupCoordinatorCore::on_offsets_stored(StoredOffsets& stored, AppendId append,
                                             ErrorCode error, Offset base_offset, Effects& out) {
  if (Group* group = find(stored.group)) {
    for (const auto& [tp, value] : stored.offsets) {
      if (error == ErrorCode::kNone) {
        group->offsets().commit(tp, append, value, base_offset);
      } else {
        group->offsets().no_longer_pending(tp, append);
      }
    }
  }
  const ErrorCode told = offset_commit_error(error);
  std::replace(stored.errors.begin(), stored.errors.end(), ErrorCode::kNone, told);
  out.push_back(AnswerCommit{stored.request, std::move(stored.errors)});
}

std::vector<FetchedOffset> GroupCoordinatorCore::fetch_offsets(
    std::string_view group_id, const std::optional<std::vector<TopicPartition>>& partitions,
    bool require_stable) const {
  const Group* group = find(group_id);
  std::vector<FetchedOffset> fetched;
  const auto add = [&](const TopicPartition& tp) {
    FetchedOffset& told = fetched.emplace_back();
    told.tp = tp;
    if (group == nullptr) return;
    if (require_stable && group->offsets().has_pending(tp)) {
      told.error = ErrorCode::kUnstableOffsetCommit;
    } else if (const CommittedOffset* committed = group->offsets().find(tp)) {
      told.offset = committed->offset;
      told.leader_epoch = committed->leader_epoch;
      told.metadata = committed->metadata;
    }
  };
  if (partitions) {
    for (const TopicPartition& tp : *partitions) add(tp);
  } else if (group != nullptr) {
    for (const auto& [tp, offset] : group->offsets().committed()) add(tp);
  }
  return fetched;
}

Result<std::vector<ErrorCode>> GroupCoordinatorCore::delete_offsets(
    std::string_view group_id, const std::vector<TopicPartition>& partitions, Effects& out) {
  Group* group = find(group_id);
  if (group == nullptr) return ErrorCode::kGroupIdNotFound;
  if (!group->is(GroupState::kEmpty) && !group->is_consumer_group()) {
    return ErrorCode::kNonEmptyGroup;
  }
  std::vector<ErrorCode> errors;
  std::vector<TopicPartition> deleted;
  for (const TopicPartition& tp : partitions) {
    // What the members have subscribed to may be unknown: then it may be everything.
    const bool subscribed =
        !group->is(GroupState::kEmpty) &&
        (!group->subscribed_topics() || group->subscribed_topics()->contains(tp.topic));
    errors.push_back(subscribed ? ErrorCode::kGroupSubscribedToTopic : ErrorCode::kNone);
    if (!subscribed) deleted.push_back(tp);
  }
  if (!deleted.empty()) forget_offsets(*group, group->offsets().forget(deleted), out);
  return errors;
}

void GroupCoordinatorCore::on_partitions_deleted(const std::vector<TopicPartition>& partitions,
                                                 Effects& out) {
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = (at++)->second;
    const auto forgotten = group.offsets().forget(partitions);
    if (!forgotten.empty()) forget_offsets(group, forgotten, out);
  }
}

void GroupCoordinatorCore::expire_offsets(Now now, Effects& out) {
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = (at++)->second;
    std::vector<TopicPartition> expired;
    if (const auto expiry = expiry_of(group, now)) {
      expired = group.offsets().expire(*expiry);
    }
    if (!expired.empty()) {
      out.push_back(Say{false, fmt::format("Removed {} expired offsets of group {}.",
                                           expired.size(), group.id())});
    }
    forget_offsets(group, expired, out);
  }
}

std::optional<GroupOffsets::Expiry> GroupCoordinatorCore::expiry_of(const Group& group,
                                                                    Now now) const {
  GroupOffsets::Expiry expiry{.now = now.wall_ms, .retention = config_.offsets_retention};
  if (!group.protocol_type()) return expiry;  // whoever assigns itself its partitions
  if (group.is(GroupState::kEmpty)) {
    if (group.state_timestamp() != kNoTimestamp) expiry.base = group.state_timestamp();
    return expiry;
  }
  if (group.is(GroupState::kStable) && group.subscribed_topics()) {
    expiry.kept_topics = &*group.subscribed_topics();
    return expiry;
  }
  return std::nullopt;
}

void GroupCoordinatorCore::forget_offsets(Group& group,
                                          const std::vector<TopicPartition>& forgotten,
                                          Effects& out) {
  std::vector<LogRecord> tombstones;
  tombstones.reserve(forgotten.size());
  for (const TopicPartition& tp : forgotten) {
    tombstones.push_back(offset_tombstone(group.id(), tp));
  }
  if (group.is(GroupState::kEmpty) && group.offsets().empty() && group.pending_members().empty()) {
    out.push_back(Say{false, fmt::format("Group {} transitioned to Dead in generation {}",
                                         group.id(), group.generation())});
    remove_group(group, tombstones);
  }
  if (!tombstones.empty()) out.push_back(AppendTombstones{std::move(tombstones)});
}

}  // namespace barnabas::group
