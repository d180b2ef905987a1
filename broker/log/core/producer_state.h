// What a partition remembers of its idempotent and transactional producers: enough to tell a retry
// from a new batch, and a gap from the next one.
//
// Invariants  Per producer at most five batches, the last ones of its current epoch.
// Threads     externally synchronized (the log).
// Source      Kafka 3.9, ProducerStateManager.java, ProducerStateEntry.java,
//             ProducerAppendInfo.java
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/log/core/append.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {

// One appended batch; first sequence and first offset follow from offset_delta.
struct BatchMetadata {
  std::int32_t last_sequence = protocol::kNoSequence;
  Offset last_offset = kUnknownOffset;
  std::int32_t offset_delta = 0;
  Timestamp timestamp = kNoTimestamp;

  std::int32_t first_sequence() const {
    return protocol::decrement_sequence(last_sequence, offset_delta);
  }
  Offset first_offset() const { return last_offset - offset_delta; }
  bool operator==(const BatchMetadata&) const = default;
};

class ProducerStateEntry {
 public:
  static constexpr std::size_t kBatchesToRetain = 5;

  ProducerEpoch epoch = kNoProducerEpoch;
  std::int32_t coordinator_epoch = -1;
  Timestamp last_timestamp = kNoTimestamp;
  Offset current_txn_first_offset = kUnknownOffset;  // unknown: no open transaction

  // Oldest first.
  std::span<const BatchMetadata> batches() const { return {batches_.data(), count_}; }
  // -1 where only markers are known.
  std::int32_t last_sequence() const;

  // The remembered batch of the same epoch with exactly this range of sequences.
  const BatchMetadata* find_duplicate(const protocol::RecordBatchView& batch) const;

  // Another epoch forgets the batches of the old one.
  void set_epoch(ProducerEpoch next);
  void add_batch(const BatchMetadata& batch);
  // Takes the batches of `other` if they end with the last one known here.
  void recall_batches(const ProducerStateEntry& other);

 private:
  std::array<BatchMetadata, kBatchesToRetain> batches_;
  std::size_t count_ = 0;
};

// A producer as a snapshot file keeps it: with its last batch only.
struct ProducerSnapshotEntry {
  ProducerId producer_id = kNoProducerId;
  ProducerEpoch epoch = kNoProducerEpoch;
  std::int32_t coordinator_epoch = -1;
  Timestamp last_timestamp = kNoTimestamp;
  Offset current_txn_first_offset = kUnknownOffset;
  BatchMetadata last_batch;  // last_offset unknown: none
  bool operator==(const ProducerSnapshotEntry&) const = default;
};

class ProducerState {
 public:
  // May this batch be appended by a leader? A value is the earlier append that it repeats.
  //   errors  INVALID_PRODUCER_EPOCH, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE,
  //           TRANSACTION_COORDINATOR_FENCED
  Result<std::optional<BatchMetadata>> check(const protocol::RecordBatchView& batch,
                                             AppendOrigin origin) const;

  // Takes in a batch that is in the log, from whichever leader: nothing is checked. A batch without
  // producer id is ignored.
  void apply(const protocol::RecordBatchView& batch);

  // Forgets producers without an open transaction that wrote nothing for `expiration_ms`.
  void remove_expired(Timestamp now, std::int64_t expiration_ms);

  void clear() { producers_.clear(); }
  // Adds the producers of a snapshot, expired ones left out.
  void load(std::span<const ProducerSnapshotEntry> entries, Timestamp now,
            std::int64_t expiration_ms);
  std::vector<ProducerSnapshotEntry> snapshot() const;  // by producer id

  // A snapshot keeps the last batch of a producer only, and yet any of its last five may be sent
  // again. True: of a producer that wrote at `since` or later there are older batches to recall.
  bool has_forgotten_batches(Timestamp since) const;
  // Takes the batches of those producers from `tail`, the state that the end of the same log gives.
  void recall_batches(const ProducerState& tail);

  const ProducerStateEntry* find(ProducerId id) const;
  bool empty() const { return producers_.empty(); }
  std::size_t size() const { return producers_.size(); }

 private:
  Result<void> check_marker(const ProducerStateEntry& entry,
                            const protocol::RecordBatchView& batch) const;

  std::map<ProducerId, ProducerStateEntry> producers_;
};

}  // namespace barnabas::log
