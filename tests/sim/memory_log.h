// A log, and a broker's logs, in memory: the bytes of FileLog without its files. All rules of
// appending and cutting are LogState's, as they are FileLog's.
//
// A MemoryLogManager is a broker's disk: it outlives the broker's processes. What a killed process
// had appended is still there, as the kernel would write it; the high watermarks are those of the
// last checkpoint.
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "broker/log/core/log_state.h"
#include "broker/log/log_manager.h"

namespace barnabas::sim {

class MemoryLog final : public log::Log {
 public:
  MemoryLog(const Clock& clock, log::LogConfig config) : clock_(&clock), config_(config) {}

  void set_config(const log::LogConfig& config) { config_ = config; }

  Result<log::AppendInfo> append_as_leader(MutableBytesView batches, LeaderEpoch epoch,
                                           log::AppendOrigin origin) override;
  Result<log::AppendInfo> append_as_follower(BytesView batches) override;
  Result<log::ReadInfo> read(Offset from, std::int64_t max_bytes, Offset upper_bound,
                             bool at_least_one) const override;
  Result<void> truncate_to(Offset offset) override;
  Result<void> truncate_fully_and_start_at(Offset offset) override;
  Result<void> raise_log_start_offset(Offset offset) override;
  // Each batch counts as a segment.
  Result<std::size_t> delete_old_segments(Offset high_watermark) override;
  Offset log_start_offset() const override { return state_.log_start_offset(); }
  Offset log_end_offset() const override { return state_.log_end_offset(); }
  LeaderEpoch latest_epoch() const override { return state_.epochs().latest_epoch(); }
  LeaderEpoch earliest_epoch() const override { return state_.earliest_epoch(); }
  log::EpochEndOffset end_offset_for(LeaderEpoch epoch) const override {
    return state_.end_offset_for(epoch);
  }
  Result<void> assign_epoch_start(LeaderEpoch epoch, Offset start) override;
  Result<std::optional<log::TimestampAndOffset>> find_by_timestamp(
      Timestamp timestamp) const override;
  Result<std::optional<log::TimestampAndOffset>> find_max_timestamp() const override;
  std::int64_t size_bytes() const override;
  Result<std::vector<log::SegmentTime>> segment_times() const override;
  std::int64_t bytes_between(Offset from, Offset to) const override;

  // A new process has opened this log: its clock, and the producers as a snapshot at the end and
  // the log before it give them. After a kill FileLog has no less: an older snapshot and a replay.
  void reopen(const Clock& clock);

 private:
  // By base offset; each one batch.
  using Batches = std::map<Offset, BufferPtr>;

  void store(const log::AppendPlan& plan);
  log::ProducerState replayed_producers() const;
  // The batch that holds `offset`, or the first one after it.
  Batches::const_iterator find(Offset offset) const;

  const Clock* clock_;
  log::LogConfig config_;
  log::LogState state_;
  Batches batches_;
};

class MemoryLogManager final : public log::LogManager {
 public:
  // A new process uses this disk.
  void reopen(const Clock& clock);

  std::shared_ptr<log::Log> find(const TopicPartition& tp) const override;
  std::vector<TopicPartition> partitions() const override;
  Result<std::shared_ptr<log::Log>> get_or_create(const TopicPartition& tp, Uuid topic_id,
                                                  const log::LogConfig& config) override;
  void set_config(const std::string& topic, const log::LogConfig& config) override;
  Uuid topic_id(const TopicPartition& tp) const override;
  bool may_be_in_failed_directory(const TopicPartition& tp) const override;
  // The disk under this replica, present or to come, fails.
  void fail_directory_of(const TopicPartition& tp) { failed_.insert(tp); }
  // One directory without bounds.
  std::vector<log::LogDirDescription> describe_log_dirs() const override;
  Result<void> remove(const TopicPartition& tp) override;
  Offset checkpointed_high_watermark(const TopicPartition& tp) const override;
  Result<void> checkpoint_high_watermarks(
      const std::map<TopicPartition, Offset>& high_watermarks) override;

 private:
  struct Entry {
    std::shared_ptr<MemoryLog> log;
    Uuid topic_id;
  };

  const Clock* clock_ = nullptr;
  std::map<TopicPartition, Entry> logs_;
  std::set<TopicPartition> failed_;
  std::map<TopicPartition, Offset> high_watermarks_;
};

}  // namespace barnabas::sim
