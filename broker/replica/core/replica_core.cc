#include "broker/replica/core/replica_core.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/replica/core/high_watermark.h"
#include "broker/replica/core/truncation.h"

namespace barnabas::replica {

ReplicaCore::ReplicaCore(ReplicaCoreConfig config)
    : config_(config), live_(std::make_shared<const std::vector<BrokerId>>()) {}

std::size_t ReplicaCore::min_isr() const {
  return effective_min_isr(min_insync_replicas_, followers_.size() + 1);
}

bool ReplicaCore::is_alive(BrokerId id) const {
  return std::binary_search(live_->begin(), live_->end(), id);
}

void ReplicaCore::on_log_opened(Offset checkpointed, LogOffsets log) {
  high_watermark_ = follower_high_watermark(checkpointed, log);
}

// ---- state changes

ReplicaCore::BecameLeader ReplicaCore::become_leader(const LeaderAndIsr& state, LogOffsets log,
                                                     Time now, Effects& out) {
  // Equal is fine: the answer to our AlterPartition may have told us first.
  if (state.partition_epoch < partition_epoch_) return {};
  BecameLeader result;
  result.applied = true;
  result.was_leader_before = is_leader();
  result.new_leader_epoch = state.leader_epoch > leader_epoch_;

  replicas_ = state.replicas;
  isr_.reset(state.isr);
  std::erase_if(followers_, [&](const auto& entry) {
    return std::find(replicas_.begin(), replicas_.end(), entry.first) == replicas_.end();
  });
  for (const BrokerId id : replicas_) {
    if (id != config_.self) followers_.try_emplace(id);
  }

  if (result.new_leader_epoch) {
    for (auto& [id, follower] : followers_) {
      follower.on_elected(result.was_leader_before, isr_.committed_contains(id), log.log_end, now);
    }
    leader_epoch_ = state.leader_epoch;
    leader_epoch_start_ = log.log_end;
  }
  if (!result.was_leader_before) leader_since_ = leader_epoch_;
  partition_epoch_ = state.partition_epoch;
  leader_ = config_.self;

  out.push_back(LeadershipChanged{});
  maybe_advance_high_watermark(log, now, out);
  return result;
}

ReplicaCore::BecameFollower ReplicaCore::become_follower(const LeaderAndIsr& state, Effects& out) {
  if (state.partition_epoch < partition_epoch_) return {};
  BecameFollower result;
  result.applied = true;
  result.new_leader_epoch = state.leader_epoch > leader_epoch_;

  leader_ = state.leader;
  leader_epoch_ = state.leader_epoch;
  partition_epoch_ = state.partition_epoch;
  replicas_ = state.replicas;
  isr_.reset({});
  followers_.clear();
  leader_epoch_start_.reset();
  leader_since_ = kNoLeaderEpoch;
  out.push_back(LeadershipChanged{});
  return result;
}

void ReplicaCore::on_stopped(Effects& out) {
  leader_ = kNoBroker;
  replicas_.clear();
  isr_.reset({});
  followers_.clear();
  leader_epoch_start_.reset();
  leader_since_ = kNoLeaderEpoch;
  out.push_back(LeadershipChanged{});
}

// ---- as leader

ErrorCode ReplicaCore::check_append(bool acks_all, LeaderEpoch required_epoch) const {
  if (!is_leader()) return ErrorCode::kNotLeaderOrFollower;
  if (required_epoch != kNoLeaderEpoch && required_epoch < leader_since_) {
    return ErrorCode::kNotLeaderOrFollower;
  }
  return check_min_isr_before_append(acks_all, isr_.committed().size(), min_isr());
}

void ReplicaCore::on_appended(LogOffsets log, Time now, Effects& out) {
  out.push_back(DataAppended{});
  // Alone in the ISR the leader commits by itself.
  maybe_advance_high_watermark(log, now, out);
}

std::optional<ErrorCode> ReplicaCore::check_replicated(Offset required_offset,
                                                       LeaderEpoch epoch) const {
  // A leader that was a follower in between may have truncated what it appended then.
  if (!is_leader() || epoch < leader_since_) return ErrorCode::kNotLeaderOrFollower;
  return replica::check_replicated(high_watermark_, required_offset, isr_.maximal_size(),
                                   min_isr());
}

Result<Offset> ReplicaCore::check_delete_records(Offset asked, bool deletes) const {
  if (!is_leader()) return ErrorCode::kNotLeaderOrFollower;
  if (!deletes) return ErrorCode::kPolicyViolation;
  const Offset offset = asked == kDeleteToHighWatermark ? high_watermark_ : asked;
  if (offset < Offset{0} || offset > high_watermark_) return ErrorCode::kOffsetOutOfRange;
  return offset;
}

Offset ReplicaCore::low_watermark(LogOffsets log) const {
  Offset lowest = log.log_start;
  for (const auto& [id, follower] : followers_) {
    if (is_alive(id)) lowest = std::min(lowest, follower.log_start_offset());
  }
  return lowest;
}

Result<std::optional<Offset>> ReplicaCore::check_deleted(Offset required, LogOffsets log) const {
  if (!is_leader()) return ErrorCode::kNotLeaderOrFollower;
  const Offset low = low_watermark(log);
  return low >= required ? std::optional(low) : std::nullopt;
}

Offset ReplicaCore::bound(FetchIsolation isolation, LogOffsets log) const {
  switch (isolation) {
    case FetchIsolation::kLogEnd:
      return log.log_end;
    case FetchIsolation::kHighWatermark:
      return high_watermark_;
    case FetchIsolation::kLastStableOffset:
      return last_stable_offset();
  }
  return log.log_start;
}

ErrorCode ReplicaCore::check_query(LeaderEpoch current_leader_epoch, bool leader_only) const {
  const ErrorCode fenced = check_current_leader_epoch(current_leader_epoch, leader_epoch_);
  if (fenced != ErrorCode::kNone) return fenced;
  if (leader_only && !is_leader()) return ErrorCode::kNotLeaderOrFollower;
  return ErrorCode::kNone;
}

std::vector<ReadCandidate> ReplicaCore::read_candidates(Offset fetch_offset, LogOffsets log,
                                                        Time now) const {
  std::vector<ReadCandidate> candidates;
  if (!is_leader()) return candidates;
  candidates.push_back({config_.self, log.log_end, Duration{0}, {}});
  for (const auto& [id, follower] : followers_) {
    // One that is not in sync would fall behind ever more, and be found again and again.
    if (isr_.committed_contains(id) && follower.log_end_offset() >= fetch_offset &&
        follower.log_start_offset() <= fetch_offset) {
      candidates.push_back({id, follower.log_end_offset(), now - follower.last_caught_up(), {}});
    }
  }
  return candidates;
}

FetchDecision ReplicaCore::check_fetch(const FetchRequestInfo& fetch, LogOffsets log) const {
  if (const ErrorCode error = check_query(fetch.current_leader_epoch, fetch.leader_only);
      error != ErrorCode::kNone) {
    return {error, std::nullopt, {}, false};
  }
  if (fetch.follower && !followers_.contains(*fetch.follower)) {
    return {unassigned_replica_error(fetch.current_leader_epoch), std::nullopt, {}, false};
  }
  if (fetch.last_fetched_epoch != kNoLeaderEpoch) {
    const DivergenceCheck check = check_divergence(fetch.fetch_offset, fetch.last_fetched_epoch,
                                                   fetch.end_of_last_fetched, log.log_start);
    if (check.error != ErrorCode::kNone || check.diverging) {
      return {check.error, check.diverging, {}, false};
    }
  }
  if (fetch.fetch_offset < log.log_start || fetch.fetch_offset > log.log_end) {
    return {ErrorCode::kOffsetOutOfRange, std::nullopt, {}, false};
  }
  const Offset upper_bound = bound(fetch.isolation, log);
  return {ErrorCode::kNone, std::nullopt, upper_bound, fetch.fetch_offset < upper_bound};
}

void ReplicaCore::on_follower_fetch(BrokerId id, Offset fetch_offset, Offset follower_log_start,
                                    LogOffsets log, Time now, Effects& out) {
  const auto found = followers_.find(id);
  CHECK(is_leader() && found != followers_.end(), "replica {}", id);
  CHECK(fetch_offset <= log.log_end, "replica {} at {} of {}", id, fetch_offset, log.log_end);
  FollowerState& follower = found->second;
  const bool moved = follower.log_end_offset() != fetch_offset;
  if (follower.log_start_offset() != follower_log_start) out.push_back(FollowerLogStartMoved{});
  follower.on_fetch(fetch_offset, follower_log_start, log.log_end, now);
  maybe_expand_isr(id, follower, out);
  if (moved) maybe_advance_high_watermark(log, now, out);
}

void ReplicaCore::maybe_expand_isr(BrokerId id, const FollowerState& follower, Effects& out) {
  if (isr_.in_flight() || isr_.maximal_contains(id) || !is_alive(id)) return;
  // At the high watermark alone it could lack what the previous leader committed but had not yet
  // told: it must have reached this leader's own epoch.
  if (follower.log_end_offset() < high_watermark_ ||
      follower.log_end_offset() < *leader_epoch_start_) {
    return;
  }
  out.push_back(ProposeIsr{isr_.propose_expand(id, leader_epoch_, partition_epoch_)});
}

void ReplicaCore::on_isr_expiration(LogOffsets log, Time now, Effects& out) {
  if (!is_leader() || isr_.in_flight()) return;
  std::vector<BrokerId> lagging;
  for (const BrokerId id : isr_.committed()) {
    if (id == config_.self) continue;
    const auto follower = followers_.find(id);
    if (follower == followers_.end() ||
        !follower->second.is_caught_up(log.log_end, now, config_.replica_lag_time_max)) {
      lagging.push_back(id);
    }
  }
  // A leader that was told an ISR without itself has no say in it.
  if (lagging.empty() || lagging.size() == isr_.committed().size()) return;
  out.push_back(ProposeIsr{isr_.propose_shrink(lagging, leader_epoch_, partition_epoch_)});
}

AlterPartitionReaction ReplicaCore::on_alter_partition_answer(std::uint64_t proposal_id,
                                                              const AlterPartitionAnswer& answer,
                                                              LogOffsets log, Time now,
                                                              Effects& out) {
  // LeaderAndIsr was faster: the proposal that this answers is no more.
  if (!isr_.in_flight() || isr_.pending()->id != proposal_id) {
    return AlterPartitionReaction::kIgnore;
  }
  const auto reaction = react_to_alter_partition(answer, leader_epoch_, partition_epoch_);
  switch (reaction) {
    case AlterPartitionReaction::kCommit:
      isr_.commit(answer.isr);
      partition_epoch_ = answer.partition_epoch;
      maybe_advance_high_watermark(log, now, out);
      break;
    case AlterPartitionReaction::kRollBack:
      isr_.roll_back();
      break;
    case AlterPartitionReaction::kResend:
      out.push_back(ProposeIsr{*isr_.pending()});
      break;
    case AlterPartitionReaction::kIgnore:
    case AlterPartitionReaction::kGiveUp:
      break;
  }
  return reaction;
}

void ReplicaCore::maybe_advance_high_watermark(LogOffsets log, Time now, Effects& out) {
  const HighWatermarkInputs inputs{isr_, followers_, log.log_end, min_isr(),
                                   config_.replica_lag_time_max};
  const auto candidate =
      high_watermark_candidate(inputs, now, [this](BrokerId id) { return is_alive(id); });
  if (!candidate || *candidate <= high_watermark_) return;
  high_watermark_ = *candidate;
  out.push_back(HighWatermarkAdvanced{high_watermark_});
}

// ---- offset queries

LatestDecision ReplicaCore::latest_offset(FetchIsolation isolation, LogOffsets log) const {
  if (isolation != FetchIsolation::kLogEnd &&
      high_watermark_is_behind_epoch_start(high_watermark_, leader_epoch_start_)) {
    return {ErrorCode::kOffsetNotAvailable, {}};
  }
  return {ErrorCode::kNone, bound(isolation, log)};
}

FoundDecision ReplicaCore::judge_found(std::optional<Offset> found, FetchIsolation isolation,
                                       LogOffsets log) const {
  if (found && *found < bound(isolation, log)) return FoundDecision::kAnswer;
  if (isolation != FetchIsolation::kLogEnd &&
      high_watermark_is_behind_epoch_start(high_watermark_, leader_epoch_start_)) {
    return FoundDecision::kOffsetNotAvailable;
  }
  return FoundDecision::kNotFound;
}

// ---- as follower

ErrorCode ReplicaCore::check_following(LeaderEpoch epoch) const {
  if (leader_ == kNoBroker || is_leader() || epoch != leader_epoch_) {
    return ErrorCode::kFencedLeaderEpoch;
  }
  return ErrorCode::kNone;
}

ErrorCode ReplicaCore::check_follower_append(LeaderEpoch epoch, Offset fetch_offset,
                                             LogOffsets log) const {
  if (const ErrorCode error = check_following(epoch); error != ErrorCode::kNone) return error;
  return fetch_offset == log.log_end ? ErrorCode::kNone : ErrorCode::kUnknownServerError;
}

void ReplicaCore::on_follower_appended(Offset leader_high_watermark, LogOffsets log, Effects& out) {
  const Offset before =
      std::exchange(high_watermark_, follower_high_watermark(leader_high_watermark, log));
  if (high_watermark_ > before) out.push_back(HighWatermarkAdvanced{high_watermark_});
}

std::optional<Offset> ReplicaCore::log_start_to_raise(Offset leader_log_start,
                                                      LogOffsets log) const {
  if (leader_log_start <= log.log_start || leader_log_start > high_watermark_) return std::nullopt;
  return leader_log_start;
}

void ReplicaCore::on_truncated(LogOffsets log) {
  high_watermark_ = follower_high_watermark(high_watermark_, log);
}

}  // namespace barnabas::replica
