#include "tests/sim/memory_log.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "broker/base/check.h"
#include "broker/log/core/record_checks.h"
#include "broker/log/core/retention.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::sim {
namespace {

constexpr std::int64_t kProducerIdExpirationMs = 86'400'000;

protocol::RecordBatchView view_of(const BufferPtr& batch) {
  auto first = protocol::BatchReader(std::as_const(*batch).view()).next();
  CHECK(first.has_value());
  return *first;
}

}  // namespace

// ---- MemoryLog

Result<log::AppendInfo> MemoryLog::append_as_leader(MutableBytesView batches, LeaderEpoch epoch,
                                                    log::AppendOrigin origin) {
  TRY(const auto produced,
      log::validate_produced(batches, origin, config_, clock_->wall_clock_ms()));
  TRY(const auto plan, state_.plan_leader_append(produced, epoch, origin));
  if (!plan.info.duplicate) store(plan);
  return plan.info;
}

Result<log::AppendInfo> MemoryLog::append_as_follower(BytesView batches) {
  TRY(BytesView left, log::validate_replicated(batches));
  log::AppendInfo info;
  while (!left.empty()) {
    TRY(const auto plan, state_.plan_follower_append(left, config_.segment_bytes));
    store(plan);
    if (info.first_offset == kUnknownOffset) info.first_offset = plan.first_offset;
    info.last_offset = plan.last_offset;
    left = left.subspan(plan.bytes.size());
  }
  return info;
}

void MemoryLog::store(const log::AppendPlan& plan) {
  state_.assign_epochs(plan);
  protocol::BatchReader reader(plan.bytes);
  while (const auto batch = reader.next()) {
    batches_[batch->base_offset()] = Buffer::copy_of(batch->bytes());
  }
  state_.commit(plan);
}

MemoryLog::Batches::const_iterator MemoryLog::find(Offset offset) const {
  auto it = batches_.upper_bound(offset);
  if (it != batches_.begin() && view_of(std::prev(it)->second).last_offset() >= offset) --it;
  return it;
}

Result<log::ReadInfo> MemoryLog::read(Offset from, std::int64_t max_bytes, Offset upper_bound,
                                      bool at_least_one) const {
  if (from < log_start_offset() || from > log_end_offset()) {
    return Error{ErrorCode::kOffsetOutOfRange, {}};
  }
  log::ReadInfo info;
  std::vector<protocol::Piece> pieces;
  for (auto it = find(from); it != batches_.end(); ++it) {
    const auto batch = view_of(it->second);
    if (batch.last_offset() >= upper_bound) break;
    const auto size = static_cast<std::int64_t>(batch.size_bytes());
    if (info.size_bytes + size > max_bytes) {
      if (!pieces.empty() || !at_least_one) break;
      info.oversized = true;
    }
    pieces.emplace_back(protocol::BytesPiece{it->second, std::as_const(*it->second).view()});
    info.size_bytes += size;
  }
  info.records = protocol::Records(std::move(pieces));
  return info;
}

Result<void> MemoryLog::truncate_to(Offset offset) {
  // A cut never goes through a batch: it falls to the start of the batch that holds the offset.
  const auto first_gone = find(offset);
  const Offset end = first_gone == batches_.end() ? offset : std::min(offset, first_gone->first);
  batches_.erase(first_gone, batches_.end());
  if (state_.truncate_to(end).cut) state_.restore_producers(replayed_producers());
  return {};
}

Result<void> MemoryLog::truncate_fully_and_start_at(Offset offset) {
  batches_.clear();
  state_.truncate_fully_and_start_at(offset);
  return {};
}

Result<void> MemoryLog::raise_log_start_offset(Offset offset) {
  TRY(const auto raised, state_.raise_log_start_offset(offset));
  static_cast<void>(raised);
  return {};
}

Result<std::size_t> MemoryLog::delete_old_segments(Offset high_watermark) {
  std::vector<log::AgingSegment> segments;
  for (const auto& [base, bytes] : batches_) {
    segments.push_back(
        {base, static_cast<std::int64_t>(bytes->size()), view_of(bytes).max_timestamp()});
  }
  const std::size_t due =
      log::deletable_segments(segments, {log_start_offset(), log_end_offset(), high_watermark},
                              config_, clock_->wall_clock_ms())
          .total();
  if (due == 0) return due;
  batches_.erase(batches_.begin(), std::next(batches_.begin(), static_cast<std::ptrdiff_t>(due)));
  TRY_VOID(raise_log_start_offset(batches_.empty() ? log_end_offset() : batches_.begin()->first));
  return due;
}

std::int64_t MemoryLog::size_bytes() const {
  std::int64_t sum = 0;
  for (const auto& [base, bytes] : batches_) sum += static_cast<std::int64_t>(bytes->size());
  return sum;
}

Result<void> MemoryLog::assign_epoch_start(LeaderEpoch epoch, Offset start) {
  state_.assign_epoch_start(epoch, start);
  return {};
}

void MemoryLog::reopen(const Clock& clock) {
  clock_ = &clock;
  log::ProducerState producers;
  producers.load(state_.producers().snapshot(), clock.wall_clock_ms(), kProducerIdExpirationMs);
  producers.recall_batches(replayed_producers());
  state_.restore_producers(std::move(producers));
}

log::ProducerState MemoryLog::replayed_producers() const {
  log::ProducerState producers;
  for (const auto& [base, bytes] : batches_) producers.apply(view_of(bytes));
  producers.remove_expired(clock_->wall_clock_ms(), kProducerIdExpirationMs);
  return producers;
}

Result<std::optional<log::TimestampAndOffset>> MemoryLog::find_by_timestamp(
    Timestamp timestamp) const {
  for (const auto& [base, bytes] : batches_) {
    const auto batch = view_of(bytes);
    if (batch.max_timestamp() < timestamp) continue;
    std::vector<std::uint8_t> storage;
    TRY(const BytesView records,
        protocol::records_of(batch, config_.max_decompressed_bytes, storage));
    protocol::RecordReader reader(batch, records);
    protocol::RecordView record;
    while (reader.next(record)) {
      const Timestamp at = log::timestamp_of(batch, record);
      if (at < timestamp) continue;
      return std::optional(
          log::TimestampAndOffset{at, base + record.offset_delta, batch.partition_leader_epoch()});
    }
  }
  return std::optional<log::TimestampAndOffset>();
}

Result<std::optional<log::TimestampAndOffset>> MemoryLog::find_max_timestamp() const {
  std::optional<log::TimestampAndOffset> greatest;
  for (const auto& [base, bytes] : batches_) {
    const auto batch = view_of(bytes);
    if (greatest && batch.max_timestamp() <= greatest->timestamp) continue;
    greatest = {batch.max_timestamp(), batch.last_offset(), batch.partition_leader_epoch()};
  }
  return greatest;
}

Result<std::vector<log::SegmentTime>> MemoryLog::segment_times() const {
  const Timestamp now = clock_->wall_clock_ms();
  std::vector<log::SegmentTime> times{{log_start_offset(), now}};
  if (!batches_.empty()) times.push_back({log_end_offset(), now});
  return times;
}

std::int64_t MemoryLog::bytes_between(Offset from, Offset to) const {
  std::int64_t bytes = 0;
  for (auto it = find(from); it != batches_.end() && it->first < to; ++it) {
    bytes += static_cast<std::int64_t>(it->second->size());
  }
  return bytes;
}

// ---- MemoryLogManager

void MemoryLogManager::reopen(const Clock& clock) {
  clock_ = &clock;
  for (auto& [tp, entry] : logs_) entry.log->reopen(clock);
}

std::shared_ptr<log::Log> MemoryLogManager::find(const TopicPartition& tp) const {
  const auto it = logs_.find(tp);
  return it == logs_.end() ? nullptr : it->second.log;
}

std::vector<TopicPartition> MemoryLogManager::partitions() const {
  std::vector<TopicPartition> all;
  for (const auto& [tp, entry] : logs_) all.push_back(tp);
  return all;
}

Result<std::shared_ptr<log::Log>> MemoryLogManager::get_or_create(const TopicPartition& tp,
                                                                  Uuid topic_id,
                                                                  const log::LogConfig& config) {
  auto& entry = logs_[tp];
  if (!entry.log) entry = {std::make_shared<MemoryLog>(*clock_, config), topic_id};
  if (entry.topic_id.is_zero()) entry.topic_id = topic_id;
  if (!topic_id.is_zero() && entry.topic_id != topic_id) {
    return Error{ErrorCode::kInconsistentTopicId, {}};
  }
  return std::shared_ptr<log::Log>(entry.log);
}

void MemoryLogManager::set_config(const std::string& topic, const log::LogConfig& config) {
  for (auto& [tp, entry] : logs_) {
    if (tp.topic == topic) entry.log->set_config(config);
  }
}

Uuid MemoryLogManager::topic_id(const TopicPartition& tp) const {
  const auto it = logs_.find(tp);
  return it == logs_.end() ? Uuid{} : it->second.topic_id;
}

bool MemoryLogManager::may_be_in_failed_directory(const TopicPartition& tp) const {
  return failed_.contains(tp);
}

std::vector<log::LogDirDescription> MemoryLogManager::describe_log_dirs() const {
  log::LogDirDescription memory;
  memory.path = "/memory";
  memory.total_bytes = 2000;
  memory.usable_bytes = 1000;
  for (const auto& [tp, entry] : logs_) {
    memory.replicas.push_back({tp, entry.log->size_bytes(), entry.log->log_end_offset()});
  }
  return {memory};
}

Result<void> MemoryLogManager::remove(const TopicPartition& tp) {
  logs_.erase(tp);
  high_watermarks_.erase(tp);
  return {};
}

Offset MemoryLogManager::checkpointed_high_watermark(const TopicPartition& tp) const {
  const auto log = logs_.find(tp);
  const auto it = high_watermarks_.find(tp);
  if (log == logs_.end()) return Offset(0);
  const Offset stored = it == high_watermarks_.end() ? Offset(0) : it->second;
  return std::clamp(stored, log->second.log->log_start_offset(), log->second.log->log_end_offset());
}

Result<void> MemoryLogManager::checkpoint_high_watermarks(
    const std::map<TopicPartition, Offset>& high_watermarks) {
  high_watermarks_ = high_watermarks;
  return {};
}

}  // namespace barnabas::sim
