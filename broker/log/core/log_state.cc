#include "broker/log/core/log_state.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/log/core/roll.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {

using protocol::BatchReader;

LogState::LogState(Offset start, Offset end, LeaderEpochCache epochs, ProducerState producers)
    : start_(start), end_(end), epochs_(std::move(epochs)), producers_(std::move(producers)) {
  CHECK(start_ <= end_, "log start {} end {}", start_, end_);
}

Result<AppendPlan> LogState::plan_leader_append(const ProducedBatch& produced, LeaderEpoch epoch,
                                                AppendOrigin origin) const {
  TRY(const auto duplicate, producers_.check(produced.batch, origin));
  AppendPlan plan;
  if (duplicate) {
    plan.info = {.first_offset = duplicate->first_offset(),
                 .last_offset = duplicate->last_offset,
                 .log_append_time = duplicate->timestamp,
                 .duplicate = true};
    return plan;
  }
  protocol::MutableRecordBatchView batch = produced.batch;
  batch.set_base_offset(end_);
  batch.set_partition_leader_epoch(epoch);
  plan.bytes = produced.batch.bytes();
  plan.first_offset = end_;
  plan.last_offset = produced.batch.last_offset();
  plan.max_timestamp = produced.batch.max_timestamp();
  plan.offset_of_max_timestamp = plan.last_offset;
  plan.info = {.first_offset = plan.first_offset,
               .last_offset = plan.last_offset,
               .log_append_time = produced.log_append_time,
               .duplicate = false};
  return plan;
}

Result<AppendPlan> LogState::plan_follower_append(BytesView batches,
                                                  std::int64_t segment_bytes) const {
  AppendPlan plan;
  plan.bytes = fitting_batches(batches, segment_bytes);
  BatchReader reader(plan.bytes);
  while (const auto batch = reader.next()) {
    if (plan.first_offset == kUnknownOffset) plan.first_offset = batch->base_offset();
    plan.last_offset = batch->last_offset();
    if (batch->max_timestamp() > plan.max_timestamp) {
      plan.max_timestamp = batch->max_timestamp();
      plan.offset_of_max_timestamp = batch->last_offset();
    }
  }
  if (plan.first_offset < end_) {
    return Error{
        ErrorCode::kOffsetOutOfRange,
        fmt::format("the first offset {} is below the log end offset {}", plan.first_offset, end_)};
  }
  plan.info = {.first_offset = plan.first_offset,
               .last_offset = plan.last_offset,
               .log_append_time = kNoTimestamp,
               .duplicate = false};
  return plan;
}

bool LogState::assign_epochs(const AppendPlan& plan) {
  bool changed = false;
  BatchReader reader(plan.bytes);
  while (const auto batch = reader.next()) {
    const LeaderEpoch epoch = batch->partition_leader_epoch();
    if (epoch.value() >= 0) changed |= epochs_.assign(epoch, batch->base_offset());
  }
  return changed;
}

void LogState::commit(const AppendPlan& plan) {
  CHECK(plan.first_offset >= end_, "append at {} to a log that ends at {}", plan.first_offset,
        end_);
  BatchReader reader(plan.bytes);
  while (const auto batch = reader.next()) producers_.apply(*batch);
  end_ = plan.last_offset + 1;
}

LeaderEpoch LogState::earliest_epoch() const {
  const auto& entries = epochs_.entries();
  if (entries.empty() || entries.front().start_offset > start_) return kNoLeaderEpoch;
  return entries.front().epoch;
}

LogState::Truncation LogState::truncate_to(Offset offset) {
  // Even where nothing is cut: an epoch that this broker began as leader and never wrote in would
  // contradict the next leader's.
  if (offset >= end_) return {.cut = false, .epochs_changed = epochs_.truncate_from_end(end_)};
  end_ = offset;
  start_ = std::min(start_, end_);
  producers_.clear();
  return {.cut = true, .epochs_changed = epochs_.truncate_from_end(end_)};
}

bool LogState::truncate_fully_and_start_at(Offset offset) {
  start_ = end_ = offset;
  producers_.clear();
  return epochs_.clear();
}

Result<LogState::StartRaise> LogState::raise_log_start_offset(Offset offset) {
  if (offset > end_) {
    return Error{ErrorCode::kOffsetOutOfRange,
                 fmt::format("log start offset {} above the end {}", offset, end_)};
  }
  if (offset <= start_) return StartRaise{};
  start_ = offset;
  return StartRaise{.raised = true, .epochs_changed = epochs_.truncate_from_start(start_)};
}

}  // namespace barnabas::log
