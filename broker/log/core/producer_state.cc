#include "broker/log/core/producer_state.h"

#include <algorithm>
#include <limits>

#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

bool in_sequence(std::int32_t last, std::int32_t next) {
  if (last == std::numeric_limits<std::int32_t>::max()) return next == 0;
  return next == last + 1;
}

bool is_expired(Timestamp last, Offset open_txn, Timestamp now, std::int64_t expiration_ms) {
  return open_txn == kUnknownOffset && wrapping_sub(now, last) >= expiration_ms;
}

Error out_of_order(ProducerId id, std::int32_t incoming, std::int32_t last) {
  return {ErrorCode::kOutOfOrderSequenceNumber,
          fmt::format("producer {}: sequence {} does not follow {}", id, incoming, last)};
}

}  // namespace

std::int32_t ProducerStateEntry::last_sequence() const {
  return count_ == 0 ? protocol::kNoSequence : batches_[count_ - 1].last_sequence;
}

const BatchMetadata* ProducerStateEntry::find_duplicate(
    const protocol::RecordBatchView& batch) const {
  if (batch.producer_epoch() != epoch) return nullptr;
  const std::int32_t first = batch.base_sequence();
  const std::int32_t last = batch.last_sequence();
  for (const BatchMetadata& known : batches()) {
    if (known.last_sequence == last && known.first_sequence() == first) return &known;
  }
  return nullptr;
}

void ProducerStateEntry::set_epoch(ProducerEpoch next) {
  if (epoch == next) return;
  epoch = next;
  count_ = 0;
}

void ProducerStateEntry::add_batch(const BatchMetadata& batch) {
  if (count_ == kBatchesToRetain) {
    std::move(batches_.begin() + 1, batches_.end(), batches_.begin());
    --count_;
  }
  batches_[count_++] = batch;
}

void ProducerStateEntry::recall_batches(const ProducerStateEntry& other) {
  if (count_ == 0 || other.count_ == 0 || epoch != other.epoch) return;
  const BatchMetadata& last = batches_[count_ - 1];
  const BatchMetadata& found = other.batches_[other.count_ - 1];
  if (last.last_offset != found.last_offset || last.last_sequence != found.last_sequence) return;
  batches_ = other.batches_;
  count_ = other.count_;
}

Result<std::optional<BatchMetadata>> ProducerState::check(const protocol::RecordBatchView& batch,
                                                          AppendOrigin origin) const {
  if (!batch.has_producer_id()) return std::nullopt;
  const ProducerId id = batch.producer_id();
  static const ProducerStateEntry kUnknownProducer;
  const ProducerStateEntry* found = find(id);
  const ProducerStateEntry& entry = found ? *found : kUnknownProducer;

  if (origin == AppendOrigin::kClient) {
    if (const BatchMetadata* duplicate = entry.find_duplicate(batch)) return *duplicate;
  }
  if (batch.producer_epoch() < entry.epoch) {
    return Error{ErrorCode::kInvalidProducerEpoch,
                 fmt::format("producer {}: epoch {} is older than {}", id, batch.producer_epoch(),
                             entry.epoch)};
  }
  if (batch.is_control()) {
    TRY_VOID(check_marker(entry, batch));
    return std::nullopt;
  }
  const bool open_txn = entry.current_txn_first_offset != kUnknownOffset;
  // The coordinator's word on a transaction comes before its first batch; nobody else opens one.
  if (batch.is_transactional() != open_txn) {
    return Error{ErrorCode::kInvalidTxnState,
                 fmt::format("producer {} {} a transaction here", id,
                             open_txn ? "is in the middle of" : "has not begun")};
  }
  if (origin == AppendOrigin::kClient) {
    const std::int32_t first = batch.base_sequence();
    if (batch.producer_epoch() != entry.epoch) {
      // A new epoch begins at 0, unless nothing is known of the producer: retention may have taken
      // what it wrote.
      if (first != 0 && entry.epoch != kNoProducerEpoch) {
        return out_of_order(id, first, protocol::kNoSequence);
      }
    } else if (entry.epoch != kNoProducerEpoch && !in_sequence(entry.last_sequence(), first)) {
      return out_of_order(id, first, entry.last_sequence());
    }
  }
  return std::nullopt;
}

Result<void> ProducerState::check_marker(const ProducerStateEntry& entry,
                                         const protocol::RecordBatchView& batch) const {
  const auto marker = protocol::read_marker(batch);
  if (marker && marker->coordinator_epoch < entry.coordinator_epoch) {
    return Error{
        ErrorCode::kTransactionCoordinatorFenced,
        fmt::format("producer {}: coordinator epoch {} is older than {}", batch.producer_id(),
                    marker->coordinator_epoch, entry.coordinator_epoch)};
  }
  return {};
}

void ProducerState::apply(const protocol::RecordBatchView& batch) {
  if (!batch.has_producer_id()) return;
  if (batch.is_control()) {
    const auto marker = protocol::read_marker(batch);
    if (!marker) return;
    ProducerStateEntry& entry = producers_[batch.producer_id()];
    entry.set_epoch(batch.producer_epoch());
    entry.coordinator_epoch = marker->coordinator_epoch;
    entry.current_txn_first_offset = kUnknownOffset;
    entry.last_timestamp = marker->timestamp;
    return;
  }
  ProducerStateEntry& entry = producers_[batch.producer_id()];
  entry.set_epoch(batch.producer_epoch());
  entry.add_batch({.last_sequence = batch.last_sequence(),
                   .last_offset = batch.last_offset(),
                   .offset_delta = batch.last_offset_delta(),
                   .timestamp = batch.max_timestamp()});
  entry.last_timestamp = batch.max_timestamp();
  if (batch.is_transactional() && entry.current_txn_first_offset == kUnknownOffset) {
    entry.current_txn_first_offset = batch.base_offset();
  }
}

void ProducerState::remove_expired(Timestamp now, std::int64_t expiration_ms) {
  std::erase_if(producers_, [&](const auto& item) {
    return is_expired(item.second.last_timestamp, item.second.current_txn_first_offset, now,
                      expiration_ms);
  });
}

void ProducerState::load(std::span<const ProducerSnapshotEntry> entries, Timestamp now,
                         std::int64_t expiration_ms) {
  for (const ProducerSnapshotEntry& from : entries) {
    if (is_expired(from.last_timestamp, from.current_txn_first_offset, now, expiration_ms)) {
      continue;
    }
    ProducerStateEntry entry;
    entry.epoch = from.epoch;
    entry.coordinator_epoch = from.coordinator_epoch;
    entry.last_timestamp = from.last_timestamp;
    entry.current_txn_first_offset = from.current_txn_first_offset;
    if (from.last_batch.last_offset.value() >= 0) entry.add_batch(from.last_batch);
    producers_.insert_or_assign(from.producer_id, entry);
  }
}

std::vector<ProducerSnapshotEntry> ProducerState::snapshot() const {
  std::vector<ProducerSnapshotEntry> out;
  out.reserve(producers_.size());
  for (const auto& [id, entry] : producers_) {
    ProducerSnapshotEntry to{.producer_id = id,
                             .epoch = entry.epoch,
                             .coordinator_epoch = entry.coordinator_epoch,
                             .last_timestamp = entry.last_timestamp,
                             .current_txn_first_offset = entry.current_txn_first_offset,
                             .last_batch = {}};
    if (!entry.batches().empty()) to.last_batch = entry.batches().back();
    // The file has one timestamp; it is the entry's.
    to.last_batch.timestamp = entry.last_timestamp;
    out.push_back(to);
  }
  return out;
}

bool ProducerState::has_forgotten_batches(Timestamp since) const {
  return std::any_of(producers_.begin(), producers_.end(), [since](const auto& item) {
    const ProducerStateEntry& entry = item.second;
    const auto batches = entry.batches();
    return entry.last_timestamp >= since && !batches.empty() &&
           batches.size() < ProducerStateEntry::kBatchesToRetain &&
           batches.front().first_sequence() > 0;
  });
}

void ProducerState::recall_batches(const ProducerState& tail) {
  for (auto& [id, entry] : producers_) {
    if (const ProducerStateEntry* found = tail.find(id)) entry.recall_batches(*found);
  }
}

const ProducerStateEntry* ProducerState::find(ProducerId id) const {
  const auto found = producers_.find(id);
  return found == producers_.end() ? nullptr : &found->second;
}

}  // namespace barnabas::log
