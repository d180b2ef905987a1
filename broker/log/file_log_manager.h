// All logs of one broker, in its log directories.
//
// Invariants  A replica lives in one log directory. While a manager is open nobody else holds the
//             directories (.lock). What the checkpoint of recovery points promises is durable.
// Threads     thread-safe. Locks, outermost first: change_mu_ (creating and removing logs),
//             checkpoint_mu_ (writing checkpoints), mu_ (the tables), a log's mutex.
// Failure     A disk error makes the log's whole directory refuse writes, and is told to
//             on_directory_failure.
// Source      Kafka 3.9, kafka/log/LogManager.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/base/random.h"
#include "broker/log/checkpoint.h"
#include "broker/log/file.h"
#include "broker/log/file_log.h"
#include "broker/log/log_manager.h"

namespace barnabas::log {

struct FileLogManagerOptions {
  std::vector<std::string> log_dirs;  // at least one; created where missing
  LogConfig default_config;           // until get_or_create says more
  std::int64_t producer_id_expiration_ms = 86400000;
  Duration producer_id_expiration_check_interval = milliseconds(600000);
  Duration initial_task_delay = milliseconds(30000);
  Duration flush_scheduler_interval = duration_of_ms(std::numeric_limits<std::int64_t>::max());
  Duration flush_offset_checkpoint_interval = milliseconds(60000);
  Duration flush_start_offset_checkpoint_interval = milliseconds(60000);
  std::uint64_t random_seed = 0;
  // Called once per failed directory, on the thread that met the error, which may hold a
  // partition's lock: post, do not act. `all_failed`: no directory is left.
  std::function<void(const std::string& log_dir, bool all_failed)> on_directory_failure;
};

class FileLogManager final : public LogManager,
                             public std::enable_shared_from_this<FileLogManager> {
 public:
  // Locks the directories and loads every log in them. `clock` and `background` outlive it. A
  // directory that the disk does not let be read has failed; the others are served.
  //   errors  KAFKA_STORAGE_ERROR: every directory has failed, or one is in use by another process;
  //           UNKNOWN_SERVER_ERROR: one replica is in two directories, or no descriptor is free;
  //           UNSUPPORTED_FOR_MESSAGE_FORMAT: records of message format 0 or 1. The detail is for
  //           the operator
  static Result<std::shared_ptr<FileLogManager>> open(FileLogManagerOptions options,
                                                      const Clock& clock, Executor& background);

  std::shared_ptr<Log> find(const TopicPartition& tp) const override;
  std::vector<TopicPartition> partitions() const override;
  Result<std::shared_ptr<Log>> get_or_create(const TopicPartition& tp, Uuid topic_id,
                                             const LogConfig& config) override;
  Uuid topic_id(const TopicPartition& tp) const override;
  bool may_be_in_failed_directory(const TopicPartition& tp) const override;
  std::vector<LogDirDescription> describe_log_dirs() const override;
  Result<void> remove(const TopicPartition& tp) override;
  Offset checkpointed_high_watermark(const TopicPartition& tp) const override;
  Result<void> checkpoint_high_watermarks(
      const std::map<TopicPartition, Offset>& high_watermarks) override;

  // A topic's configuration changed: for all its logs.
  void set_config(const std::string& topic, const LogConfig& config) override;

  // Ends cleanly: every log flushed and closed, checkpoints, the clean-shutdown marker, locks
  // released. Writers have stopped, high watermarks are checkpointed. Idempotent; without it the
  // next start recovers.
  Result<void> shutdown();

 private:
  struct LogDir {
    std::string path;
    std::shared_ptr<Directory> directory;  // none: it could not be opened and has failed
    std::optional<File> lock;
    std::atomic<bool> failed{false};
    // What the files say; under checkpoint_mu_
    OffsetCheckpoint recovery_points;
    OffsetCheckpoint log_start_offsets;
    OffsetCheckpoint high_watermarks;
  };
  struct Hosted {
    std::shared_ptr<FileLog> log;
    LogDir* dir = nullptr;
    Uuid topic_id;
  };
  struct Checkpointed {  // of one directory, at start
    bool clean_shutdown = false;
    OffsetCheckpoint recovery_points;
    OffsetCheckpoint log_start_offsets;
  };

  FileLogManager(FileLogManagerOptions options, const Clock& clock, Executor& background);

  Result<void> load_all();
  Result<void> lock_directory(LogDir& dir);
  Result<void> load_directory(LogDir& dir);
  Result<void> load_one(LogDir& dir, const TopicPartition& tp, const Checkpointed& checkpointed);
  FileLogOptions log_options(LogDir& dir, const TopicPartition& tp,
                             std::shared_ptr<Directory> directory, const LogConfig& config);
  Result<LogDir*> directory_for_new_log() const;
  void tell_of_compaction(const std::string& topic) REQUIRES(change_mu_);
  void remove_later(LogDir& dir, std::string name, std::int64_t delay_ms);

  std::vector<Hosted> logs_of(const LogDir& dir) const EXCLUDES(mu_);
  Result<void> write_recovery_points(LogDir& dir) EXCLUDES(checkpoint_mu_, mu_);
  Result<void> write_high_watermarks(LogDir& dir,
                                     const std::map<TopicPartition, Offset>& high_watermarks)
      EXCLUDES(checkpoint_mu_, mu_);
  Result<void> write_log_start_offsets(LogDir& dir) EXCLUDES(checkpoint_mu_, mu_);
  // Makes the replica's log in its directory, which is new.
  Result<Hosted> create_in(LogDir& dir, std::shared_ptr<Directory> directory,
                           const TopicPartition& tp, Uuid topic_id, const LogConfig& config)
      REQUIRES(change_mu_) EXCLUDES(mu_);
  // Passes `result` on; the disk's error fails the directory.
  Result<void> guard(LogDir& dir, Result<void> result) EXCLUDES(checkpoint_mu_, mu_);
  void on_log_failure(LogDir& dir, const Error& error) EXCLUDES(mu_);

  // Runs `work` on the background executor after `delay` and then every `interval`, until the
  // shutdown.
  void repeat(Duration delay, Duration interval, std::function<void(FileLogManager&)> work);

  // Fixed at construction
  const FileLogManagerOptions options_;
  const Clock& clock_;
  Executor& background_;
  std::vector<std::unique_ptr<LogDir>> dirs_;

  std::atomic<bool> closing_{false};

  Mutex change_mu_;
  Random random_ GUARDED_BY(change_mu_);
  bool told_of_compaction_ GUARDED_BY(change_mu_) = false;
  Mutex checkpoint_mu_;
  mutable Mutex mu_;
  std::map<TopicPartition, Hosted> logs_ GUARDED_BY(mu_);
  std::map<TopicPartition, Offset> high_watermarks_ GUARDED_BY(mu_);  // as checkpointed
};

}  // namespace barnabas::log
