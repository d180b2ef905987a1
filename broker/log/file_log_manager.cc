#include "broker/log/file_log_manager.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "broker/base/logging.h"
#include "broker/log/file_names.h"
#include "broker/log/meta_properties.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {

Result<std::shared_ptr<FileLogManager>> FileLogManager::open(FileLogManagerOptions options,
                                                             const Clock& clock,
                                                             Executor& background) {
  std::shared_ptr<FileLogManager> manager(
      new FileLogManager(std::move(options), clock, background));
  TRY_VOID(manager->load_all());
  const FileLogManagerOptions& opened = manager->options_;
  manager->repeat(opened.initial_task_delay, opened.flush_offset_checkpoint_interval,
                  [](FileLogManager& self) {
                    for (const auto& dir : self.dirs_) {
                      if (!dir->failed) (void)self.guard(*dir, self.write_recovery_points(*dir));
                    }
                  });
  manager->repeat(opened.initial_task_delay, opened.flush_start_offset_checkpoint_interval,
                  [](FileLogManager& self) {
                    for (const auto& dir : self.dirs_) {
                      if (!dir->failed) (void)self.guard(*dir, self.write_log_start_offsets(*dir));
                    }
                  });
  manager->repeat(opened.initial_task_delay, opened.flush_scheduler_interval,
                  [](FileLogManager& self) {
                    for (const auto& dir : self.dirs_) {
                      for (const Hosted& hosted : self.logs_of(*dir)) hosted.log->flush_if_due();
                    }
                  });
  manager->repeat(opened.producer_id_expiration_check_interval,
                  opened.producer_id_expiration_check_interval, [](FileLogManager& self) {
                    const Timestamp now = self.clock_.wall_clock_ms();
                    for (const auto& dir : self.dirs_) {
                      for (const Hosted& hosted : self.logs_of(*dir)) {
                        hosted.log->expire_producers(now);
                      }
                    }
                  });
  return manager;
}

FileLogManager::FileLogManager(FileLogManagerOptions options, const Clock& clock,
                               Executor& background)
    : options_(std::move(options)),
      clock_(clock),
      background_(background),
      random_(options_.random_seed) {}

void FileLogManager::repeat(Duration delay, Duration interval,
                            std::function<void(FileLogManager&)> work) {
  background_.run_after(delay, [weak = weak_from_this(), interval, work = std::move(work)] {
    const auto self = weak.lock();
    if (!self || self->closing_) return;
    work(*self);
    self->repeat(interval, interval, work);
  });
}

void FileLogManager::tell_of_compaction(const std::string& topic) {
  if (std::exchange(told_of_compaction_, true)) return;
  log_warn("Logs are not compacted yet: those with cleanup.policy=compact, {} the first, keep all",
           topic);
}

std::shared_ptr<Log> FileLogManager::find(const TopicPartition& tp) const {
  MutexLock lock(mu_);
  const auto found = logs_.find(tp);
  return found == logs_.end() ? nullptr : found->second.log;
}

std::vector<TopicPartition> FileLogManager::partitions() const {
  MutexLock lock(mu_);
  std::vector<TopicPartition> all;
  all.reserve(logs_.size());
  for (const auto& [tp, hosted] : logs_) all.push_back(tp);
  return all;
}

Uuid FileLogManager::topic_id(const TopicPartition& tp) const {
  MutexLock lock(mu_);
  const auto found = logs_.find(tp);
  return found == logs_.end() ? Uuid{} : found->second.topic_id;
}

Result<std::shared_ptr<Log>> FileLogManager::get_or_create(const TopicPartition& tp, Uuid topic_id,
                                                           const LogConfig& config) {
  MutexLock change(change_mu_);
  if (config.compacted) tell_of_compaction(tp.topic);
  Hosted hosted;
  {
    MutexLock lock(mu_);
    if (const auto found = logs_.find(tp); found != logs_.end()) hosted = found->second;
  }
  if (hosted.log) {
    if (hosted.dir->failed) {
      return Error{ErrorCode::kKafkaStorageError,
                   fmt::format("{} is in {}, which has failed", tp, hosted.dir->path)};
    }
    if (!topic_id.is_zero() && !hosted.topic_id.is_zero() && hosted.topic_id != topic_id) {
      return Error{ErrorCode::kInconsistentTopicId,
                   fmt::format("{} is of topic id {}, not of {}", tp, hosted.topic_id.to_string(),
                               topic_id.to_string())};
    }
    if (!topic_id.is_zero() && hosted.topic_id.is_zero()) {
      TRY_VOID(write_topic_id(*hosted.log->directory(), topic_id));
      MutexLock lock(mu_);
      logs_[tp].topic_id = topic_id;
    }
    hosted.log->set_config(config);
    return std::shared_ptr<Log>(std::move(hosted.log));
  }

  while (true) {
    TRY(LogDir* const dir, directory_for_new_log());
    auto directory = Directory::open(dir->path + "/" + tp.to_string(), true);
    if (!directory) {
      // It has failed, and holds nothing of this replica: the next one is tried.
      on_log_failure(*dir, directory.error());
      continue;
    }
    const auto files = (*directory)->files();
    if (!files) {
      on_log_failure(*dir, files.error());
      continue;
    }
    if (std::any_of(files->begin(), files->end(),
                    [](const std::string& name) -> bool { return name.ends_with(kLogSuffix); })) {
      // Nobody has loaded it: whose it is, and how much of it is sound, is found out at a start.
      return Error{ErrorCode::kKafkaStorageError,
                   fmt::format("{}/{} holds a log that was not there when the broker started",
                               dir->path, tp)};
    }
    Result<Hosted> created = create_in(*dir, std::move(*directory), tp, topic_id, config);
    if (!created) {
      on_log_failure(*dir, created.error());
      return std::move(created).error();
    }
    log_info("Created log for partition {} in {}/{}", tp, dir->path, tp);
    MutexLock lock(mu_);
    return std::shared_ptr<Log>(logs_.emplace(tp, std::move(*created)).first->second.log);
  }
}

Result<FileLogManager::Hosted> FileLogManager::create_in(LogDir& dir,
                                                         std::shared_ptr<Directory> directory,
                                                         const TopicPartition& tp, Uuid topic_id,
                                                         const LogConfig& config) {
  bool has_recovery_point = false;
  bool has_log_start = false;
  bool has_high_watermark = false;
  {
    MutexLock checkpoint(checkpoint_mu_);
    has_recovery_point = dir.recovery_points.contains(tp);
    has_log_start = dir.log_start_offsets.contains(tp);
    has_high_watermark = dir.high_watermarks.contains(tp);
  }
  // Those of a deleted log of the same name would be believed after a crash: what it has torn taken
  // for flushed, the new records for deleted, or for committed.
  if (has_recovery_point) TRY_VOID(write_recovery_points(dir));
  if (has_log_start) TRY_VOID(write_log_start_offsets(dir));
  if (has_high_watermark) TRY_VOID(write_high_watermarks(dir, {}));
  TRY_VOID(dir.directory->sync());
  if (!topic_id.is_zero()) TRY_VOID(write_topic_id(*directory, topic_id));
  FileLogOptions options = log_options(dir, tp, std::move(directory), config);
  options.random_seed = random_.next();
  Hosted hosted;
  TRY(hosted.log, FileLog::open(std::move(options), clock_, background_));
  hosted.dir = &dir;
  hosted.topic_id = topic_id;
  return hosted;
}

bool FileLogManager::may_be_in_failed_directory(const TopicPartition& tp) const {
  MutexLock lock(mu_);
  const auto found = logs_.find(tp);
  if (found != logs_.end()) return found->second.dir->failed;
  return std::any_of(dirs_.begin(), dirs_.end(), [](const auto& d) -> bool { return d->failed; });
}

FileLogOptions FileLogManager::log_options(LogDir& dir, const TopicPartition& tp,
                                           std::shared_ptr<Directory> directory,
                                           const LogConfig& config) {
  FileLogOptions options;
  options.tp = tp;
  options.directory = std::move(directory);
  options.config = config;
  options.producer_id_expiration_ms = options_.producer_id_expiration_ms;
  options.checkpoint_recovery_point = [weak = weak_from_this(), &dir]() -> Result<void> {
    const auto self = weak.lock();
    return self ? self->write_recovery_points(dir) : Result<void>();
  };
  options.on_failure = [weak = weak_from_this(), &dir](const Error& error) {
    if (const auto self = weak.lock()) self->on_log_failure(dir, error);
  };
  return options;
}

Result<FileLogManager::LogDir*> FileLogManager::directory_for_new_log() const {
  LogDir* best = nullptr;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const auto& dir : dirs_) {
    if (dir->failed) continue;
    const std::size_t count = logs_of(*dir).size();
    if (count < fewest) {
      fewest = count;
      best = dir.get();
    }
  }
  if (best == nullptr) {
    return Error{ErrorCode::kKafkaStorageError, "no log directory is left that works"};
  }
  return best;
}

Result<void> FileLogManager::remove(const TopicPartition& tp) {
  MutexLock change(change_mu_);
  Hosted hosted;
  {
    MutexLock lock(mu_);
    const auto found = logs_.find(tp);
    if (found == logs_.end()) return {};
    hosted = std::move(found->second);
    logs_.erase(found);
    high_watermarks_.erase(tp);
  }
  hosted.log->refuse_writes();
  // What lies there is found, and deleted, when the broker comes back with the directory.
  if (hosted.dir->failed) return {};
  const std::string name = delete_directory(tp, Uuid::random(random_));
  TRY_VOID(guard(*hosted.dir, hosted.dir->directory->rename(tp.to_string(), name)));
  TRY_VOID(guard(*hosted.dir, hosted.dir->directory->sync()));
  log_info("Log for partition {} is renamed to {}/{} and is scheduled for deletion", tp,
           hosted.dir->path, name);
  remove_later(*hosted.dir, name, hosted.log->config().file_delete_delay_ms);
  return {};
}

void FileLogManager::remove_later(LogDir& dir, std::string name, std::int64_t delay_ms) {
  background_.run_after(duration_of_ms(delay_ms),
                        [directory = dir.directory, name = std::move(name)] {
                          if (const auto gone = directory->remove_directory(name); !gone) {
                            log_error("{}", gone.error().detail);
                          } else {
                            log_info("Deleted log in {}/{}", directory->path(), name);
                          }
                        });
}

void FileLogManager::set_config(const std::string& topic, const LogConfig& config) {
  MutexLock lock(mu_);
  for (auto it = logs_.lower_bound({topic, PartitionId(0)});
       it != logs_.end() && it->first.topic == topic; ++it) {
    it->second.log->set_config(config);
  }
}

std::vector<FileLogManager::Hosted> FileLogManager::logs_of(const LogDir& dir) const {
  MutexLock lock(mu_);
  std::vector<Hosted> found;
  for (const auto& [tp, hosted] : logs_) {
    if (hosted.dir == &dir) found.push_back(hosted);
  }
  return found;
}

std::vector<LogDirDescription> FileLogManager::describe_log_dirs() const {
  std::vector<LogDirDescription> described;
  for (const auto& dir : dirs_) {
    LogDirDescription& description = described.emplace_back();
    description.path = std::filesystem::absolute(dir->path).string();
    const auto space = dir->failed ? std::nullopt : std::optional(dir->directory->space());
    if (!space || !*space) {
      description.error = ErrorCode::kKafkaStorageError;
      continue;
    }
    description.total_bytes = (*space)->total_bytes;
    description.usable_bytes = (*space)->usable_bytes;
    for (const Hosted& hosted : logs_of(*dir)) {
      description.replicas.push_back(
          {hosted.log->topic_partition(), hosted.log->size_bytes(), hosted.log->log_end_offset()});
    }
  }
  return described;
}

Result<void> FileLogManager::write_recovery_points(LogDir& dir) {
  MutexLock checkpoint(checkpoint_mu_);
  OffsetCheckpoint offsets;
  for (const Hosted& hosted : logs_of(dir)) {
    offsets.emplace(hosted.log->topic_partition(), hosted.log->recovery_point());
  }
  if (offsets == dir.recovery_points) return {};
  TRY_VOID(write_offset_checkpoint(*dir.directory, kRecoveryPointCheckpoint, offsets));
  dir.recovery_points = std::move(offsets);
  return {};
}

Result<void> FileLogManager::write_log_start_offsets(LogDir& dir) {
  MutexLock checkpoint(checkpoint_mu_);
  OffsetCheckpoint offsets;
  for (const Hosted& hosted : logs_of(dir)) {
    const Offset start = hosted.log->log_start_offset();
    if (start > hosted.log->first_segment_base_offset()) {
      offsets.emplace(hosted.log->topic_partition(), start);
    }
  }
  if (offsets == dir.log_start_offsets) return {};
  TRY_VOID(write_offset_checkpoint(*dir.directory, kLogStartCheckpoint, offsets));
  dir.log_start_offsets = std::move(offsets);
  return {};
}

Offset FileLogManager::checkpointed_high_watermark(const TopicPartition& tp) const {
  MutexLock lock(mu_);
  const auto log = logs_.find(tp);
  const auto stored = high_watermarks_.find(tp);
  Offset offset = stored == high_watermarks_.end() ? Offset(0) : stored->second;
  if (log == logs_.end()) return offset;
  return std::clamp(offset, log->second.log->log_start_offset(), log->second.log->log_end_offset());
}

Result<void> FileLogManager::checkpoint_high_watermarks(
    const std::map<TopicPartition, Offset>& high_watermarks) {
  Result<void> outcome;
  for (const auto& dir : dirs_) {
    if (dir->failed) continue;
    if (auto written = guard(*dir, write_high_watermarks(*dir, high_watermarks)); !written) {
      outcome = std::move(written);
    }
  }
  return outcome;
}

Result<void> FileLogManager::write_high_watermarks(
    LogDir& dir, const std::map<TopicPartition, Offset>& high_watermarks) {
  MutexLock checkpoint(checkpoint_mu_);
  OffsetCheckpoint offsets;
  for (const Hosted& hosted : logs_of(dir)) {
    const TopicPartition& tp = hosted.log->topic_partition();
    MutexLock lock(mu_);
    if (const auto given = high_watermarks.find(tp); given != high_watermarks.end()) {
      high_watermarks_[tp] = given->second;
    }
    // A replica that has no role yet keeps what it came with.
    if (const auto known = high_watermarks_.find(tp); known != high_watermarks_.end()) {
      offsets.emplace(tp, known->second);
    }
  }
  if (offsets == dir.high_watermarks) return {};
  TRY_VOID(write_offset_checkpoint(*dir.directory, kHighWatermarkCheckpoint, offsets));
  dir.high_watermarks = std::move(offsets);
  return {};
}

Result<void> FileLogManager::guard(LogDir& dir, Result<void> result) {
  if (!result && result.error().code == ErrorCode::kKafkaStorageError) {
    on_log_failure(dir, result.error());
  }
  return result;
}

void FileLogManager::on_log_failure(LogDir& dir, const Error& error) {
  if (dir.failed.exchange(true)) return;
  log_error("Stopping serving logs in dir {}: {}", dir.path, error.detail);
  for (const Hosted& hosted : logs_of(dir)) hosted.log->refuse_writes();
  const bool all =
      std::all_of(dirs_.begin(), dirs_.end(), [](const auto& d) -> bool { return d->failed; });
  if (options_.on_directory_failure) options_.on_directory_failure(dir.path, all);
}

Result<void> FileLogManager::shutdown() {
  if (closing_.exchange(true)) return {};
  Result<void> outcome;
  for (const auto& dir : dirs_) {
    if (dir->failed) continue;
    const auto close_all = [&]() -> Result<void> {
      for (const Hosted& hosted : logs_of(*dir)) TRY_VOID(hosted.log->close());
      TRY_VOID(write_recovery_points(*dir));
      TRY_VOID(write_log_start_offsets(*dir));
      return dir->directory->replace_file(std::string(kCleanShutdownMarker),
                                          as_bytes(R"({"version":0,"brokerEpoch":-1})"), true);
    };
    if (auto closed = close_all(); !closed) {
      log_error("{}: not shut down cleanly: {}", dir->path, closed.error().detail);
      outcome = std::move(closed);
    }
    dir->lock.reset();
  }
  return outcome;
}

}  // namespace barnabas::log
