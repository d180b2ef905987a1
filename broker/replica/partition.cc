#include "broker/replica/partition.h"

#include <fmt/ranges.h>

#include <utility>

#include "broker/base/logging.h"
#include "broker/base/outbox.h"

namespace barnabas::replica {

namespace {

std::string join(const std::vector<BrokerId>& ids) {
  return fmt::format("{}", fmt::join(ids, ","));
}

}  // namespace

Partition::Partition(TopicPartition tp, ReplicaCoreConfig config, Parts parts)
    : tp_(std::move(tp)), self_(config.self), parts_(parts), core_(config) {}

// ---- what it is

Uuid Partition::topic_id() const {
  MutexLock lock(mu_);
  return topic_id_;
}

bool Partition::is_leader() const {
  MutexLock lock(mu_);
  return core_.is_leader();
}

bool Partition::is_offline() const {
  MutexLock lock(mu_);
  return offline_;
}

LeaderIdAndEpoch Partition::leader() const {
  MutexLock lock(mu_);
  return {core_.leader(), core_.leader_epoch()};
}

LeaderEpoch Partition::leader_epoch() const {
  MutexLock lock(mu_);
  return core_.leader_epoch();
}

LeaderEpoch Partition::leader_since() const {
  MutexLock lock(mu_);
  return core_.leader_since();
}

Offset Partition::high_watermark() const {
  MutexLock lock(mu_);
  return core_.high_watermark();
}

std::optional<std::int64_t> Partition::offset_lag(Offset log_end) const {
  MutexLock lock(mu_);
  if (check_open() != ErrorCode::kNone) return std::nullopt;
  return core_.offset_lag(log_end);
}

PartitionStatus Partition::status() const {
  MutexLock lock(mu_);
  PartitionStatus status;
  status.tp = tp_;
  status.topic_id = topic_id_;
  status.leader = core_.leader();
  status.leader_epoch = core_.leader_epoch();
  status.partition_epoch = core_.partition_epoch();
  status.is_leader = core_.is_leader();
  status.isr = core_.isr().committed();
  status.maximal_isr = core_.isr().maximal();
  status.high_watermark = core_.high_watermark();
  if (log_) {
    status.log_start_offset = log_->log_start_offset();
    status.log_end_offset = log_->log_end_offset();
  }
  return status;
}

LogOffsets Partition::offsets() const {
  return {log_->log_start_offset(), log_->log_end_offset()};
}

ErrorCode Partition::check_open() const {
  if (offline_) return ErrorCode::kKafkaStorageError;
  return log_ && !closed_ ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
}

Error Partition::note(Error error) {
  if (error.code == ErrorCode::kKafkaStorageError && !offline_) {
    log_error("[Partition {} broker={}] goes offline: {}", tp_, self_, error.detail);
    offline_ = true;
    core_.on_stopped(outbox_);
  }
  return error;
}

// ---- state changes

Result<void> Partition::open_log(const Uuid& topic_id, const log::LogConfig& config) {
  MutexLock lock(mu_);
  if (offline_) return ErrorCode::kKafkaStorageError;
  auto log = parts_.logs.get_or_create(tp_, topic_id, config);
  if (!log) return note(std::move(log).error());
  core_.on_min_insync_replicas(static_cast<std::size_t>(config.min_insync_replicas));
  topic_id_ = parts_.logs.topic_id(tp_);
  if (log_) return {};
  log_ = std::move(*log);
  core_.on_log_opened(parts_.logs.checkpointed_high_watermark(tp_), offsets());
  log_info("[Partition {} broker={}] Log loaded for partition {} with initial high watermark {}",
           tp_, self_, tp_, core_.high_watermark());
  return {};
}

void Partition::on_config(const log::LogConfig& config) {
  MutexLock lock(mu_);
  core_.on_min_insync_replicas(static_cast<std::size_t>(config.min_insync_replicas));
}

Result<void> Partition::make_leader(const LeaderAndIsr& state) {
  MutexLock lock(mu_);
  const LeaderIdAndEpoch before{core_.leader(), core_.leader_epoch()};
  const LogOffsets log = offsets();
  const auto result = core_.become_leader(state, log, parts_.clock.now(), outbox_);
  if (!result.applied) return {};
  if (result.new_leader_epoch) {
    log_info(
        "[Partition {} broker={}] Leader starts at leader epoch {} from offset {} with partition "
        "epoch {}, high watermark {}, ISR [{}]. Previous leader {} and previous leader epoch was "
        "{}.",
        tp_, self_, state.leader_epoch, log.log_end, state.partition_epoch, core_.high_watermark(),
        join(state.isr), before.leader, before.epoch);
    // Even without data: a follower may have records of an epoch that this log never saw.
    if (auto assigned = log_->assign_epoch_start(state.leader_epoch, log.log_end); !assigned) {
      return note(std::move(assigned).error());
    }
  }
  return {};
}

Result<bool> Partition::make_follower(const LeaderAndIsr& state) {
  MutexLock lock(mu_);
  const LeaderIdAndEpoch before{core_.leader(), core_.leader_epoch()};
  const auto result = core_.become_follower(state, outbox_);
  if (!result.applied || !result.new_leader_epoch) return false;
  log_info(
      "[Partition {} broker={}] Follower starts at leader epoch {} from offset {} with partition "
      "epoch {} and high watermark {}. Current leader is {}. Previous leader {} and previous "
      "leader "
      "epoch was {}.",
      tp_, self_, state.leader_epoch, log_->log_end_offset(), state.partition_epoch,
      core_.high_watermark(), state.leader, before.leader, before.epoch);
  return true;
}

void Partition::close() {
  {
    MutexLock lock(mu_);
    closed_ = true;
    core_.on_stopped(outbox_);
  }
  carry_out_effects();
}

void Partition::go_offline() {
  MutexLock lock(mu_);
  if (std::exchange(offline_, true)) return;
  core_.on_stopped(outbox_);
}

void Partition::wake_all() {
  append_watchers_.check();
  fetch_watchers_.check();
  delete_watchers_.check();
}

void Partition::on_live_brokers(const LiveBrokers& live) {
  {
    MutexLock lock(mu_);
    core_.on_live_brokers(live);
  }
  delete_watchers_.check();
}

void Partition::maybe_shrink_isr() {
  {
    MutexLock lock(mu_);
    if (check_open() != ErrorCode::kNone) return;
    core_.on_isr_expiration(offsets(), parts_.clock.now(), outbox_);
  }
  carry_out_effects();
}

void Partition::delete_old_segments() {
  MutexLock lock(mu_);
  if (check_open() != ErrorCode::kNone) return;
  if (auto deleted = log_->delete_old_segments(core_.high_watermark()); !deleted) {
    note(std::move(deleted).error());
  }
}

// ---- as leader

Result<Partition::AppendResult> Partition::append_as_leader(MutableBytesView batches, Acks acks,
                                                            log::AppendOrigin origin,
                                                            LeaderEpoch required_epoch) {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  if (const ErrorCode error = core_.check_append(acks == Acks::kAll, required_epoch);
      error != ErrorCode::kNone) {
    return error;
  }
  auto info = log_->append_as_leader(batches, core_.leader_epoch(), origin);
  if (!info) return note(std::move(info).error());
  const LogOffsets log = offsets();
  if (!info->duplicate) core_.on_appended(log, parts_.clock.now(), outbox_);
  return AppendResult{*info, log.log_start, info->last_offset + 1, core_.leader_epoch()};
}

std::optional<ErrorCode> Partition::check_replicated(Offset required_offset,
                                                     LeaderEpoch epoch) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  return core_.check_replicated(required_offset, epoch);
}

Result<Partition::DeleteResult> Partition::delete_records(Offset offset, bool deletes) {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  TRY(const Offset start, core_.check_delete_records(offset, deletes));
  if (auto raised = log_->raise_log_start_offset(start); !raised) {
    return note(std::move(raised).error());
  }
  return DeleteResult{start, core_.low_watermark(offsets())};
}

Result<std::optional<Offset>> Partition::check_deleted(Offset required_offset) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  return core_.check_deleted(required_offset, offsets());
}

FetchRequestInfo Partition::request_info(const FetchParams& params, const FetchEntry& entry) const {
  FetchRequestInfo info;
  if (params.is_from_follower()) info.follower = params.replica_id;
  info.current_leader_epoch = entry.current_leader_epoch;
  info.fetch_offset = entry.fetch_offset;
  info.last_fetched_epoch = entry.last_fetched_epoch;
  if (entry.last_fetched_epoch != kNoLeaderEpoch) {
    const log::EpochEndOffset end = log_->end_offset_for(entry.last_fetched_epoch);
    info.end_of_last_fetched = {end.epoch, end.end_offset};
  }
  info.isolation = params.replica_id != kConsumerReplicaId ? FetchIsolation::kLogEnd
                   : params.isolation == IsolationLevel::kReadCommitted
                       ? FetchIsolation::kLastStableOffset
                       : FetchIsolation::kHighWatermark;
  info.leader_only = params.leader_only;
  return info;
}

FetchOutcome Partition::fetch(const FetchParams& params, const FetchEntry& entry,
                              std::int64_t max_bytes, bool at_least_one, bool update_state) {
  FetchOutcome outcome;
  outcome.records = protocol::Records::empty();
  MutexLock lock(mu_);
  outcome.error = check_open();
  if (outcome.error != ErrorCode::kNone) return outcome;
  if (!entry.topic_id.is_zero() && !topic_id_.is_zero() && entry.topic_id != topic_id_) {
    outcome.error = ErrorCode::kInconsistentTopicId;
    return outcome;
  }
  const LogOffsets log = offsets();
  const FetchDecision decision = core_.check_fetch(request_info(params, entry), log);
  outcome.error = decision.error;
  if (outcome.error != ErrorCode::kNone) return outcome;

  if (decision.diverging) {
    outcome.diverging_epoch =
        log::EpochEndOffset{decision.diverging->epoch, decision.diverging->end_offset};
  } else {
    if (update_state && params.is_from_follower()) {
      core_.on_follower_fetch(params.replica_id, entry.fetch_offset, entry.log_start_offset, log,
                              parts_.clock.now(), outbox_);
    }
    if (decision.anything_to_read && (max_bytes > 0 || at_least_one)) {
      auto read = log_->read(entry.fetch_offset, max_bytes, decision.upper_bound, at_least_one);
      if (!read) {
        outcome.error = read.error().code;
        return outcome;
      }
      outcome.records = std::move(read->records);
      outcome.size_bytes = read->size_bytes;
    }
  }
  outcome.high_watermark = core_.high_watermark();
  outcome.last_stable_offset = core_.last_stable_offset();
  outcome.log_start_offset = log.log_start;
  return outcome;
}

std::vector<ReadCandidate> Partition::read_candidates(Offset fetch_offset) const {
  MutexLock lock(mu_);
  if (check_open() != ErrorCode::kNone) return {};
  return core_.read_candidates(fetch_offset, offsets(), parts_.clock.now());
}

Partition::Readable Partition::readable(const FetchParams& params, const FetchEntry& entry) const {
  MutexLock lock(mu_);
  if (check_open() != ErrorCode::kNone) return {true, 0};
  const FetchDecision decision = core_.check_fetch(request_info(params, entry), offsets());
  if (decision.error != ErrorCode::kNone || decision.diverging) return {true, 0};
  if (!decision.anything_to_read) return {};
  return {false, log_->bytes_between(entry.fetch_offset, decision.upper_bound)};
}

Result<log::TimestampAndOffset> Partition::list_offsets(const ListOffsetsQuery& query) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  if (const ErrorCode error =
          core_.check_query(query.current_leader_epoch, query.replica_id != kDebuggingReplicaId);
      error != ErrorCode::kNone) {
    return error;
  }
  const LogOffsets log = offsets();
  const FetchIsolation isolation = query.replica_id != kConsumerReplicaId ? FetchIsolation::kLogEnd
                                   : query.isolation == IsolationLevel::kReadCommitted
                                       ? FetchIsolation::kLastStableOffset
                                       : FetchIsolation::kHighWatermark;
  switch (query.timestamp) {
    case kLatestTimestamp: {
      const LatestDecision latest = core_.latest_offset(isolation, log);
      if (latest.error != ErrorCode::kNone) return latest.error;
      return log::TimestampAndOffset{kNoTimestamp, latest.offset, core_.leader_epoch()};
    }
    case kEarliestTimestamp:
    case kEarliestLocalTimestamp:
      return log::TimestampAndOffset{kNoTimestamp, log.log_start, log_->earliest_epoch()};
    case kLatestTieredTimestamp:
      return log::TimestampAndOffset{};
    default:
      break;
  }
  TRY(const auto found, query.timestamp == kMaxTimestamp
                            ? log_->find_max_timestamp()
                            : log_->find_by_timestamp(query.timestamp));
  const auto offset = found ? std::optional(found->offset) : std::nullopt;
  switch (core_.judge_found(offset, isolation, log)) {
    case FoundDecision::kAnswer:
      return *found;
    case FoundDecision::kOffsetNotAvailable:
      return ErrorCode::kOffsetNotAvailable;
    case FoundDecision::kNotFound:
      break;
  }
  return log::TimestampAndOffset{};
}

Result<std::vector<Offset>> Partition::offsets_before(const ListOffsetsQuery& query,
                                                      std::int32_t max_offsets) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  if (const ErrorCode error =
          core_.check_query(query.current_leader_epoch, query.replica_id != kDebuggingReplicaId);
      error != ErrorCode::kNone) {
    return error;
  }
  TRY(const auto segments, log_->segment_times());
  const bool from_consumer = query.replica_id == kConsumerReplicaId;
  return log::offsets_before(segments, query.timestamp, max_offsets,
                             from_consumer ? std::optional(core_.high_watermark()) : std::nullopt);
}

Result<log::EpochEndOffset> Partition::end_offset_for_leader_epoch(
    const EndOffsetQuery& query) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_open(); error != ErrorCode::kNone) return error;
  if (const ErrorCode error = core_.check_query(query.current_leader_epoch, true);
      error != ErrorCode::kNone) {
    return error;
  }
  return log_->end_offset_for(query.leader_epoch);
}

// ---- effects

void Partition::carry_out_effects() {
  drain_outbox(mu_, outbox_, carrying_out_, [this](const Effect& effect) { carry_out(effect); });
}

void Partition::carry_out(const Effect& effect) {
  if (std::holds_alternative<HighWatermarkAdvanced>(effect)) {
    wake_all();
  } else if (std::holds_alternative<DataAppended>(effect)) {
    fetch_watchers_.check();
  } else if (std::holds_alternative<FollowerLogStartMoved>(effect)) {
    delete_watchers_.check();
  } else if (std::holds_alternative<LeadershipChanged>(effect)) {
    wake_all();
  } else {
    propose(std::get<ProposeIsr>(effect).proposal);
  }
}

void Partition::propose(const IsrProposal& proposal) {
  Uuid topic_id;
  {
    MutexLock lock(mu_);
    topic_id = topic_id_;
    log_info(
        "[Partition {} broker={}] Changing ISR from {} to {}. Leader: (highWatermark: {}, "
        "endOffset: {})",
        tp_, self_, join(core_.isr().committed()), join(proposal.new_isr), core_.high_watermark(),
        log_ ? log_->log_end_offset() : kUnknownOffset);
  }
  parts_.isr_proposals.submit(tp_, topic_id, proposal,
                              [weak = weak_from_this(), proposal](const auto& answer) {
                                const auto self = weak.lock();
                                if (self) self->on_alter_partition_answer(proposal, answer);
                              });
}

void Partition::on_alter_partition_answer(const IsrProposal& proposal,
                                          const AlterPartitionAnswer& answer) {
  {
    MutexLock lock(mu_);
    if (check_open() != ErrorCode::kNone) return;
    const auto reaction = core_.on_alter_partition_answer(proposal.id, answer, offsets(),
                                                          parts_.clock.now(), outbox_);
    if (reaction == AlterPartitionReaction::kCommit) {
      log_info("[Partition {} broker={}] ISR updated to {} and version updated to {}", tp_, self_,
               join(core_.isr().committed()), core_.partition_epoch());
    } else {
      log_info("[Partition {} broker={}] Failed to update ISR to {}: {}", tp_, self_,
               join(proposal.new_isr), error_name(answer.error));
    }
  }
  carry_out_effects();
}

}  // namespace barnabas::replica
