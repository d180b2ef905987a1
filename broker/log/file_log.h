// The log of one replica in Kafka's files.
//
//   append   rules (LogState) -> roll? -> one pwrite from the caller's buffer -> publish
//   read     where to find it (under the mutex) -> a file range, or the bytes when they are few
//
// Invariants  Readers see whole batches below log_end_offset() only. Everything below
//             recovery_point() is durable, with its leader epochs.
// Threads     As Log: writers are externally synchronized (the partition's lock), reads and getters
//             come from any thread. flush_to, close and expire_producers come from the background.
//             Locks: epochs_file_mu_, then mu_, a leaf but for IndexFile's mutex; no call leaves
//             this folder under it.
// Failure     The first disk error, of a write or a read, makes the log refuse every further write
//             (KAFKA_STORAGE_ERROR) and is told to on_failure. A read that finds no free descriptor
//             fails alone, with the same error: clients try that again.
// Source      Kafka 3.9, kafka/log/UnifiedLog.scala, LocalLog.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/base/random.h"
#include "broker/log/core/log_state.h"
#include "broker/log/log.h"
#include "broker/log/log_loader.h"
#include "broker/log/recent_batches.h"

namespace barnabas::log {

struct FileLogOptions {
  TopicPartition tp;
  std::shared_ptr<Directory> directory;
  LogConfig config;
  std::int64_t producer_id_expiration_ms = 86400000;
  std::uint64_t random_seed = 0;  // of the segments' jitter

  // What the log is when it is opened.
  bool clean_shutdown = false;
  Offset recovery_point{0};
  Offset log_start_offset{0};

  // The log is about to be cut below its checkpointed recovery point; the checkpoint must come
  // down first. Called by the writer, without the log's mutex.
  std::function<Result<void>()> checkpoint_recovery_point;
  // Called once, by whoever met the error, without the log's mutex.
  std::function<void(const Error&)> on_failure;
};

class FileLog final : public Log, public std::enable_shared_from_this<FileLog> {
 public:
  // `clock` and `background` outlive the log.
  static Result<std::shared_ptr<FileLog>> open(FileLogOptions options, const Clock& clock,
                                               Executor& background);

  Result<AppendInfo> append_as_leader(MutableBytesView batches, LeaderEpoch epoch,
                                      AppendOrigin origin) override;
  Result<AppendInfo> append_as_follower(BytesView batches) override;
  Result<ReadInfo> read(Offset from, std::int64_t max_bytes, Offset upper_bound,
                        bool at_least_one) const override;
  Result<void> truncate_to(Offset offset) override;
  Result<void> truncate_fully_and_start_at(Offset offset) override;
  Result<void> raise_log_start_offset(Offset offset) override;
  Result<std::size_t> delete_old_segments(Offset high_watermark) override;
  Offset log_start_offset() const override;
  Offset log_end_offset() const override;
  LeaderEpoch latest_epoch() const override;
  LeaderEpoch earliest_epoch() const override;
  EpochEndOffset end_offset_for(LeaderEpoch epoch) const override;
  Result<void> assign_epoch_start(LeaderEpoch epoch, Offset start) override;
  Result<std::optional<TimestampAndOffset>> find_by_timestamp(Timestamp timestamp) const override;
  Result<std::optional<TimestampAndOffset>> find_max_timestamp() const override;
  std::int64_t size_bytes() const override;
  Result<std::vector<SegmentTime>> segment_times() const override;
  std::int64_t bytes_between(Offset from, Offset to) const override;

  const TopicPartition& topic_partition() const { return options_.tp; }
  const std::shared_ptr<Directory>& directory() const { return options_.directory; }

  // What is below it is durable.
  Offset recovery_point() const EXCLUDES(mu_);
  // Where the checkpoint of log start offsets has nothing to add to the files.
  Offset first_segment_base_offset() const EXCLUDES(mu_);
  void set_config(const LogConfig& config) EXCLUDES(mu_);
  LogConfig config() const EXCLUDES(mu_);
  std::size_t producer_count() const EXCLUDES(mu_);

  // Makes the segments below `offset` durable and raises the recovery point to it.
  Result<void> flush_to(Offset offset) EXCLUDES(mu_);
  // All of it, where flush.ms have passed since the last time.
  void flush_if_due() EXCLUDES(mu_);
  void expire_producers(Timestamp now) EXCLUDES(mu_);
  // Refuses every further write: the replica is on its way out, or the disk has failed.
  void refuse_writes() { writable_ = false; }
  // The clean end: everything durable, trimmed, and the producers in a snapshot. The caller's
  // writers have stopped.
  Result<void> close() EXCLUDES(mu_);

 private:
  FileLog(FileLogOptions options, const Clock& clock, Executor& background, LoadedLog loaded);

  struct Piece {  // of the log, as readers see it
    std::shared_ptr<Segment> segment;
    std::int64_t size_bytes;
    Timestamp max_timestamp;
    Offset offset_of_max_timestamp;
  };
  // The segments from the one that holds `from` on, in order.
  std::vector<Piece> pieces_from(Offset from) const EXCLUDES(mu_);
  struct Position {
    std::shared_ptr<Segment> segment;
    std::int64_t position_bytes = 0;
    std::int64_t batch_bytes = 0;  // of the batch that is there
    std::int64_t end_bytes = 0;    // how far a reader may go in this segment
  };
  // Where the batch with `from` is and where `upper_bound` ends it; nullopt: nothing is there.
  Result<std::optional<Position>> locate(Offset from, Offset upper_bound) const EXCLUDES(mu_);

  Result<void> check_writable() const;
  enum class Access { kRead, kWrite };
  // Both pass errors on; a disk error ends the log's writing.
  template <typename T>
  Result<T> guard(Result<T> result) const;
  template <typename T>
  Result<T> guard_read(Result<T> result) const;
  // Makes of `error` what callers are told.
  void on_error(Error& error, Access access) const;

  Result<AppendInfo> lead(MutableBytesView batches, LeaderEpoch epoch, AppendOrigin origin)
      EXCLUDES(mu_);
  Result<AppendInfo> follow(BytesView batches) EXCLUDES(mu_);
  Result<void> store(const AppendPlan& plan, bool epochs_changed, Timestamp now) EXCLUDES(mu_);
  Result<void> roll(Offset first_offset, Timestamp now) EXCLUDES(mu_);
  Result<void> store_epochs() EXCLUDES(epochs_file_mu_, mu_);
  // On the background executor: the loader would drop the same entries.
  void store_epochs_later();
  Result<void> cut(Offset offset) EXCLUDES(mu_);
  Result<void> cut_all(Offset offset) EXCLUDES(mu_);
  // Begins a truncation, which end_truncation ends, whatever its result.
  Result<void> lower_recovery_point(Offset offset) EXCLUDES(mu_);
  Result<void> end_truncation(Result<void> result) EXCLUDES(mu_);
  // Takes segments out of the log for good, newest first, and their files off the disk later.
  Result<void> drop_segments(std::vector<std::shared_ptr<Segment>> segments);
  void remove_later(std::vector<std::string> names);
  Result<void> raise_start(Offset offset) EXCLUDES(mu_);
  Result<std::size_t> delete_old(Offset high_watermark) EXCLUDES(mu_);
  Result<void> flush_segments(Offset offset) EXCLUDES(mu_);
  std::int64_t next_jitter_ms();
  void publish_offsets() REQUIRES(mu_);
  std::int64_t active_size() const REQUIRES(mu_) {
    return segments_.rbegin()->second->size_bytes();
  }

  // Fixed at construction
  const FileLogOptions options_;
  const Clock& clock_;
  Executor& background_;

  // A read may find the disk broken, too.
  mutable std::atomic<bool> writable_{true};
  mutable std::atomic<bool> failed_{false};
  // What state_ says, for readers without the mutex
  std::atomic<std::int64_t> log_start_offset_{0};
  std::atomic<std::int64_t> log_end_offset_{0};

  // Writer only
  Random random_;
  std::shared_ptr<Segment> active_;  // the last of segments_
  std::int64_t unflushed_messages_ = 0;

  Mutex epochs_file_mu_;  // held while leader-epoch-checkpoint is written

  mutable Mutex mu_;
  LogConfig config_ GUARDED_BY(mu_);
  LogState state_ GUARDED_BY(mu_);
  Segments segments_ GUARDED_BY(mu_);
  RecentBatches recent_ GUARDED_BY(mu_);
  Offset recovery_point_ GUARDED_BY(mu_);
  Time last_flush_ GUARDED_BY(mu_);
  // A flush that is under way when one begins must not count, nor one that begins before its end:
  // the segments that go are in segments_ until then.
  std::uint64_t truncations_ GUARDED_BY(mu_) = 0;
  bool truncating_ GUARDED_BY(mu_) = false;
};

template <typename T>
Result<T> FileLog::guard(Result<T> result) const {
  if (!result) on_error(result.error(), Access::kWrite);
  return result;
}

template <typename T>
Result<T> FileLog::guard_read(Result<T> result) const {
  if (!result) on_error(result.error(), Access::kRead);
  return result;
}

}  // namespace barnabas::log
