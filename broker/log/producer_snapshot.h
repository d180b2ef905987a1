// Producer snapshots: <offset, 20 digits>.snapshot holds the producers as of that offset.
//
//   int16 version = 1 | uint32 crc (CRC-32C of all that follows) | int32 count | entries:
//   int64 producerId | int16 epoch | int32 lastSequence | int64 lastOffset | int32 offsetDelta |
//   int64 timestamp | int32 coordinatorEpoch | int64 currentTxnFirstOffset (-1: none)
//
// Threads  functions without state; one writer per log.
// Failure  KAFKA_STORAGE_ERROR.
// Source   Kafka 3.9, ProducerStateManager.java
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/log/core/producer_state.h"
#include "broker/log/file.h"

namespace barnabas::log {

std::vector<std::uint8_t> encode_snapshot(std::span<const ProducerSnapshotEntry> entries);
// nullopt: another version, a CRC that does not match, or a length that does not fit.
std::optional<std::vector<ProducerSnapshotEntry>> decode_snapshot(BytesView bytes);

// Not synced: Segment flushes come later, and a snapshot that a crash spoils is told by its CRC.
Result<void> write_snapshot(const Directory& directory, Offset offset,
                            std::span<const ProducerSnapshotEntry> producers);
Result<void> sync_snapshot(const Directory& directory, Offset offset);
Result<void> remove_snapshot(const Directory& directory, Offset offset);

// The offsets of the snapshots in the directory.
Result<std::set<Offset>> snapshot_offsets(const Directory& directory);

struct LoadedProducers {
  ProducerState producers;
  Offset as_of;  // below it the producers are known; the batches from here on are to be replayed
};
// Loads the newest readable snapshot that is above `log_start` and not above `end`, removing the
// unreadable ones; without one, no producers as of log_start.
Result<LoadedProducers> load_newest_snapshot(const Directory& directory, Offset log_start,
                                             Offset end, Timestamp now, std::int64_t expiration_ms);

// Removes the snapshots above `end`.
Result<void> remove_snapshots_above(const Directory& directory, Offset end);
// Removes the snapshots that are of no segment in `bases`, but not the newest of all.
Result<void> remove_stray_snapshots(const Directory& directory, const std::set<Offset>& bases);

}  // namespace barnabas::log
