// All logs of one broker: finds, creates and deletes them, and keeps the high watermark checkpoint.
// `FileLogManager` keeps them in the log directories; the simulator in memory.
//
// Threads  thread-safe. Calls may wait for the disk: not on a reactor.
// Source   Kafka 3.9, kafka/log/LogManager.scala
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/log/log.h"
#include "broker/log/log_config.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

// A log directory and what is in it.
struct LogDirDescription {
  struct Replica {
    TopicPartition tp;
    std::int64_t size_bytes = 0;
    Offset log_end{0};
  };
  std::string path;                    // absolute
  ErrorCode error = ErrorCode::kNone;  // KAFKA_STORAGE_ERROR: it has failed; the rest is not known
  std::int64_t total_bytes = -1;       // of its file system
  std::int64_t usable_bytes = -1;
  std::vector<Replica> replicas;  // ascending
};

class LogManager {
 public:
  virtual ~LogManager() = default;

  // The log of a hosted replica, or null.
  virtual std::shared_ptr<Log> find(const TopicPartition& tp) const = 0;
  virtual std::vector<TopicPartition> partitions() const = 0;

  // Finds or creates. A topic id that is not the stored one is INCONSISTENT_TOPIC_ID; a zero id
  // is not checked, and a log that had none takes the given one.
  //   errors  INCONSISTENT_TOPIC_ID, KAFKA_STORAGE_ERROR
  virtual Result<std::shared_ptr<Log>> get_or_create(const TopicPartition& tp, Uuid topic_id,
                                                     const LogConfig& config) = 0;
  // From now on the logs of the topic go by this.
  virtual void set_config(const std::string& topic, const LogConfig& config) = 0;
  // The topic id stored with the log; zero: none known, or no such log.
  virtual Uuid topic_id(const TopicPartition& tp) const = 0;

  // True: the log of this replica lies in a directory that has failed, or, where none is known, may
  // lie there. Nobody may make it anew but for a replica that is new itself.
  virtual bool may_be_in_failed_directory(const TopicPartition& tp) const = 0;

  // In the order of the configuration.
  virtual std::vector<LogDirDescription> describe_log_dirs() const = 0;

  // Renames the folder to `-delete` and removes it later. No log: nothing happens.
  virtual Result<void> remove(const TopicPartition& tp) = 0;

  // The high watermark read from the checkpoint at start, clamped to the log; 0 when missing.
  virtual Offset checkpointed_high_watermark(const TopicPartition& tp) const = 0;
  virtual Result<void> checkpoint_high_watermarks(
      const std::map<TopicPartition, Offset>& high_watermarks) = 0;
};

}  // namespace barnabas::log
