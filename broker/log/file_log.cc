#include "broker/log/file_log.h"

#include <algorithm>
#include <utility>

#include "broker/base/logging.h"
#include "broker/log/checkpoint.h"
#include "broker/log/core/batch_validation.h"
#include "broker/log/core/roll.h"
#include "broker/log/producer_snapshot.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

std::int64_t jitter(Random& random, const LogConfig& config) {
  if (config.segment_jitter_ms <= 0) return 0;
  return static_cast<std::int64_t>(
      random.below(static_cast<std::uint64_t>(config.segment_jitter_ms)));
}

}  // namespace

Result<std::shared_ptr<FileLog>> FileLog::open(FileLogOptions options, const Clock& clock,
                                               Executor& background) {
  Random random(options.random_seed);
  TRY(LoadedLog loaded,
      load_log({.directory = options.directory,
                .config = options.config,
                .clean_shutdown = options.clean_shutdown,
                .recovery_point = options.recovery_point,
                .log_start_offset = options.log_start_offset,
                .now = clock.wall_clock_ms(),
                .producer_id_expiration_ms = options.producer_id_expiration_ms,
                .segment_jitter_ms = [&] { return jitter(random, options.config); }}));
  return std::shared_ptr<FileLog>(
      new FileLog(std::move(options), clock, background, std::move(loaded)));
}

FileLog::FileLog(FileLogOptions options, const Clock& clock, Executor& background, LoadedLog loaded)
    : options_(std::move(options)),
      clock_(clock),
      background_(background),
      random_(options_.random_seed + 1),
      active_(loaded.segments.rbegin()->second),
      config_(options_.config),
      state_(std::move(loaded.state)),
      segments_(std::move(loaded.segments)),
      recovery_point_(loaded.recovery_point),
      last_flush_(clock.now()) {
  log_start_offset_ = state_.log_start_offset().value();
  log_end_offset_ = state_.log_end_offset().value();
}

Result<void> FileLog::check_writable() const {
  if (writable_) return {};
  return Error{ErrorCode::kKafkaStorageError, fmt::format("{} takes no more writes", options_.tp)};
}

void FileLog::on_error(Error& error, Access access) const {
  const bool no_descriptor = error.code == ErrorCode::kUnknownServerError;
  if (no_descriptor) error.code = ErrorCode::kKafkaStorageError;
  if (error.code != ErrorCode::kKafkaStorageError) return;
  // A write that is broken off may be half done; a read has changed nothing.
  if (no_descriptor && access == Access::kRead) {
    log_warn("[Log partition={}] Cannot be read now: {}", options_.tp, error.detail);
    return;
  }
  // A log that refuses writes already has nothing new to tell.
  if (!writable_.exchange(false)) return;
  failed_ = true;
  if (options_.on_failure) options_.on_failure(error);
}

void FileLog::publish_offsets() {
  log_start_offset_ = state_.log_start_offset().value();
  log_end_offset_ = state_.log_end_offset().value();
}

Result<AppendInfo> FileLog::append_as_leader(MutableBytesView batches, LeaderEpoch epoch,
                                             AppendOrigin origin) {
  return guard(lead(batches, epoch, origin));
}

Result<AppendInfo> FileLog::append_as_follower(BytesView batches) {
  return guard(follow(batches));
}

Result<AppendInfo> FileLog::lead(MutableBytesView batches, LeaderEpoch epoch, AppendOrigin origin) {
  TRY_VOID(check_writable());
  const LogConfig settings = config();
  const Timestamp now = clock_.wall_clock_ms();
  TRY(const ProducedBatch produced, validate_produced(batches, origin, settings, now));
  AppendPlan plan;
  bool epochs_changed = false;
  {
    MutexLock lock(mu_);
    TRY(plan, state_.plan_leader_append(produced, epoch, origin));
    if (plan.info.duplicate) return plan.info;
    epochs_changed = state_.assign_epochs(plan);
  }
  TRY_VOID(store(plan, epochs_changed, now));
  return plan.info;
}

Result<AppendInfo> FileLog::follow(BytesView batches) {
  TRY_VOID(check_writable());
  const std::int64_t segment_bytes = config().segment_bytes;
  const Timestamp now = clock_.wall_clock_ms();
  TRY(BytesView left, validate_replicated(batches));
  AppendInfo info;
  while (!left.empty()) {
    AppendPlan plan;
    bool epochs_changed = false;
    {
      MutexLock lock(mu_);
      TRY(plan, state_.plan_follower_append(left, segment_bytes));
      epochs_changed = state_.assign_epochs(plan);
    }
    TRY_VOID(store(plan, epochs_changed, now));
    if (info.first_offset == kUnknownOffset) info.first_offset = plan.first_offset;
    info.last_offset = plan.last_offset;
    left = left.subspan(plan.bytes.size());
  }
  return info;
}

Result<void> FileLog::store(const AppendPlan& plan, bool epochs_changed, Timestamp now) {
  if (epochs_changed) TRY_VOID(store_epochs());
  const LogConfig settings = config();
  if (should_roll(active_->shape(), plan, settings, now)) {
    TRY_VOID(roll(plan.first_offset, now));
  }
  TRY_VOID(active_->write(plan));
  {
    MutexLock lock(mu_);
    std::int64_t position = active_->size_bytes();
    TRY_VOID(active_->publish(plan, settings.index_interval_bytes));
    protocol::BatchReader reader(plan.bytes);
    while (const auto batch = reader.next()) {
      recent_.add(batch->base_offset(), position);
      position += static_cast<std::int64_t>(batch->size_bytes());
    }
    state_.commit(plan);
    publish_offsets();
  }
  unflushed_messages_ += plan.last_offset - plan.first_offset + 1;
  if (unflushed_messages_ < settings.flush_messages) return {};
  // Before anybody is told that the records are here: whoever sets this wants them on disk first.
  unflushed_messages_ = 0;
  return flush_segments(plan.last_offset + 1);
}

Result<void> FileLog::roll(Offset first_offset, Timestamp now) {
  const Offset base = std::max(first_offset, log_end_offset());
  if (base == active_->base_offset()) return {};  // empty: as good as a new one
  TRY_VOID(active_->become_inactive());
  TRY(auto segment, Segment::create(options_.directory, base, config(), now, next_jitter_ms()));
  std::vector<ProducerSnapshotEntry> producers;
  {
    MutexLock lock(mu_);
    producers = state_.producers().snapshot();
  }
  // At the base of the segment, so that recovering it begins with its snapshot.
  TRY_VOID(write_snapshot(*options_.directory, base, producers));
  {
    MutexLock lock(mu_);
    segments_.emplace(base, segment);
    recent_.clear();
  }
  active_ = std::move(segment);
  background_.post([weak = weak_from_this(), base] {
    if (const auto self = weak.lock()) (void)self->flush_to(base);
  });
  return {};
}

Result<void> FileLog::flush_to(Offset offset) {
  return guard(flush_segments(offset));
}

Result<void> FileLog::flush_segments(Offset offset) {
  std::vector<std::shared_ptr<Segment>> dirty;
  std::uint64_t truncations = 0;
  {
    MutexLock lock(mu_);
    if (truncating_) return {};
    offset = std::min(offset, state_.log_end_offset());  // cut since this was asked for
    if (offset <= recovery_point_) return {};
    const Offset from = std::max(recovery_point_, segments_.begin()->first);
    for (auto it = floor_segment(segments_, from); it != segments_.end(); ++it) {
      if (it->first < offset) dirty.push_back(it->second);
    }
    truncations = truncations_;
  }
  const Directory& directory = *options_.directory;
  const auto sync_all = [&]() -> Result<void> {
    for (const auto& segment : dirty) {
      TRY_VOID(segment->flush());
      TRY_VOID(sync_snapshot(directory, segment->base_offset()));
    }
    TRY_VOID(sync_snapshot(directory, offset));
    return sync_leader_epochs(directory);
  };
  const Result<void> synced = sync_all();
  MutexLock lock(mu_);
  // Cut meanwhile: the files may be gone, and what was synced may not be what is there now.
  if (truncations != truncations_) return {};
  TRY_VOID(synced);
  recovery_point_ = std::max(recovery_point_, offset);
  last_flush_ = clock_.now();
  return {};
}

void FileLog::flush_if_due() {
  {
    MutexLock lock(mu_);
    if (clock_.now() - last_flush_ < duration_of_ms(config_.flush_ms)) return;
  }
  (void)flush_to(log_end_offset());
}

Result<void> FileLog::close() {
  if (failed_) {
    return Error{ErrorCode::kKafkaStorageError, fmt::format("{} has failed", options_.tp)};
  }
  refuse_writes();
  TRY_VOID(guard(active_->become_inactive()));
  const Offset end = log_end_offset();
  std::vector<ProducerSnapshotEntry> producers;
  Offset start{0};
  {
    MutexLock lock(mu_);
    producers = state_.producers().snapshot();
    start = state_.log_start_offset();
  }
  if (end > start) {
    TRY_VOID(guard(write_snapshot(*options_.directory, end, producers)));
  }
  return flush_to(end);
}

void FileLog::expire_producers(Timestamp now) {
  MutexLock lock(mu_);
  state_.remove_expired_producers(now, options_.producer_id_expiration_ms);
}

Result<void> FileLog::store_epochs() {
  // The file never goes back to what an overtaken writer saw.
  MutexLock file(epochs_file_mu_);
  LeaderEpochCache epochs;
  {
    MutexLock lock(mu_);
    epochs = state_.epochs();
  }
  return write_leader_epochs(*options_.directory, epochs);
}

void FileLog::store_epochs_later() {
  background_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) (void)self->guard(self->store_epochs());
  });
}

Result<void> FileLog::assign_epoch_start(LeaderEpoch epoch, Offset start) {
  TRY_VOID(check_writable());
  {
    MutexLock lock(mu_);
    if (!state_.assign_epoch_start(epoch, start)) return {};
  }
  return guard(store_epochs());
}

std::int64_t FileLog::next_jitter_ms() {
  return jitter(random_, config());
}

Offset FileLog::log_start_offset() const {
  return Offset(log_start_offset_);
}

Offset FileLog::log_end_offset() const {
  return Offset(log_end_offset_);
}

LeaderEpoch FileLog::latest_epoch() const {
  MutexLock lock(mu_);
  return state_.epochs().latest_epoch();
}

LeaderEpoch FileLog::earliest_epoch() const {
  MutexLock lock(mu_);
  return state_.earliest_epoch();
}

EpochEndOffset FileLog::end_offset_for(LeaderEpoch epoch) const {
  MutexLock lock(mu_);
  return state_.end_offset_for(epoch);
}

Offset FileLog::recovery_point() const {
  MutexLock lock(mu_);
  return recovery_point_;
}

Offset FileLog::first_segment_base_offset() const {
  MutexLock lock(mu_);
  return segments_.begin()->first;
}

void FileLog::set_config(const LogConfig& config) {
  MutexLock lock(mu_);
  config_ = config;
}

LogConfig FileLog::config() const {
  MutexLock lock(mu_);
  return config_;
}

std::size_t FileLog::producer_count() const {
  MutexLock lock(mu_);
  return state_.producers().size();
}

}  // namespace barnabas::log
