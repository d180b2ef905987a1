// The start: taking the log directories and loading what is in them.

#include <fmt/ranges.h>

#include <algorithm>

#include "broker/base/logging.h"
#include "broker/log/file_log_manager.h"
#include "broker/log/file_names.h"
#include "broker/log/meta_properties.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

constexpr std::string_view kRaftMetadataDirectory = "__cluster_metadata-0";

// What a kill leaves of a file that was being replaced.
Result<void> remove_half_written(const Directory& directory) {
  for (const std::string_view name :
       {kRecoveryPointCheckpoint, kLogStartCheckpoint, kHighWatermarkCheckpoint, kMetaProperties,
        kCleanShutdownMarker}) {
    TRY_VOID(directory.remove(std::string(name) + std::string(kTemporarySuffix)));
  }
  return {};
}

}  // namespace

Result<void> FileLogManager::load_all() {
  for (const std::string& path : options_.log_dirs) {
    auto dir = std::make_unique<LogDir>();
    dir->path = path;
    if (auto locked = lock_directory(*dir); !locked) {
      log_error("Failed to create or validate data directory {}: {}", path, locked.error().detail);
      dir->failed = true;
    } else if (!dir->lock) {
      return Error{ErrorCode::kKafkaStorageError,
                   fmt::format("Failed to acquire lock on file {} in {}: another broker process "
                               "uses this directory",
                               kLockFile, path)};
    }
    dirs_.push_back(std::move(dir));
  }
  Result<void> last;
  for (const auto& dir : dirs_) {
    if (dir->failed) continue;
    last = load_directory(*dir);
    if (last) continue;
    if (last.error().code != ErrorCode::kKafkaStorageError) return last;
    log_error("There was an error in loading the logs of {}: {}", dir->path, last.error().detail);
    dir->failed = true;
  }
  if (std::any_of(dirs_.begin(), dirs_.end(), [](const auto& d) -> bool { return !d->failed; })) {
    return {};
  }
  if (!last) return last;
  return Error{ErrorCode::kKafkaStorageError,
               fmt::format("Shutdown broker because none of the specified log dirs from {} can be "
                           "created or validated",
                           fmt::join(options_.log_dirs, ", "))};
}

Result<void> FileLogManager::lock_directory(LogDir& dir) {
  TRY(dir.directory, Directory::open(dir.path, true));
  TRY(dir.lock, dir.directory->lock(std::string(kLockFile)));
  return {};
}

Result<void> FileLogManager::load_directory(LogDir& dir) {
  const Time began = clock_.now();
  TRY_VOID(remove_half_written(*dir.directory));
  const std::string marker(kCleanShutdownMarker);
  Checkpointed checkpointed;
  checkpointed.clean_shutdown = dir.directory->exists(marker);
  TRY(checkpointed.recovery_points,
      read_offset_checkpoint(*dir.directory, kRecoveryPointCheckpoint));
  TRY(checkpointed.log_start_offsets, read_offset_checkpoint(*dir.directory, kLogStartCheckpoint));
  TRY(OffsetCheckpoint high_watermarks,
      read_offset_checkpoint(*dir.directory, kHighWatermarkCheckpoint));
  {
    MutexLock checkpoint(checkpoint_mu_);
    dir.recovery_points = checkpointed.recovery_points;
    dir.log_start_offsets = checkpointed.log_start_offsets;
    dir.high_watermarks = high_watermarks;
    MutexLock lock(mu_);
    high_watermarks_.merge(high_watermarks);
  }
  // From here on a crash is an unclean stop again.
  if (checkpointed.clean_shutdown) {
    TRY_VOID(dir.directory->remove(marker));
    TRY_VOID(dir.directory->sync());
    log_info("Skipping recovery of logs in {}: it was shut down cleanly", dir.path);
  } else {
    log_info("Recovering logs in {}: it was not shut down cleanly", dir.path);
  }
  TRY(const auto names, dir.directory->directories());
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (name == kRaftMetadataDirectory) continue;
    if (name.ends_with(kDeleteDirSuffix)) {
      remove_later(dir, name, options_.default_config.file_delete_delay_ms);
      continue;
    }
    const auto tp = parse_partition_directory(name);
    if (!tp || name.ends_with(kStrayDirSuffix) || name.ends_with(kFutureDirSuffix)) {
      log_warn("{}/{} is no replica's directory, leaving it alone", dir.path, name);
      continue;
    }
    TRY_VOID(load_one(dir, *tp, checkpointed));
    ++count;
  }
  log_info("Loaded {} logs in {} in {} ms", count, dir.path,
           std::chrono::duration_cast<milliseconds>(clock_.now() - began).count());
  return {};
}

Result<void> FileLogManager::load_one(LogDir& dir, const TopicPartition& tp,
                                      const Checkpointed& checkpointed) {
  if (find(tp)) {
    return Error{ErrorCode::kUnknownServerError,
                 fmt::format("{} is in two log directories, one of them {}", tp, dir.path)};
  }
  TRY(auto directory, Directory::open(dir.path + "/" + tp.to_string(), false));
  Hosted hosted;
  hosted.dir = &dir;
  TRY(hosted.topic_id, read_topic_id(*directory));
  FileLogOptions options = log_options(dir, tp, std::move(directory), options_.default_config);
  options.clean_shutdown = checkpointed.clean_shutdown;
  const auto offset_in = [&tp](const OffsetCheckpoint& offsets) {
    const auto found = offsets.find(tp);
    return found == offsets.end() ? Offset(0) : found->second;
  };
  options.recovery_point = offset_in(checkpointed.recovery_points);
  options.log_start_offset = offset_in(checkpointed.log_start_offsets);
  {
    MutexLock change(change_mu_);
    options.random_seed = random_.next();
  }
  TRY(hosted.log, FileLog::open(std::move(options), clock_, background_));
  MutexLock lock(mu_);
  logs_.emplace(tp, std::move(hosted));
  return {};
}

}  // namespace barnabas::log
