// Indexes of a segment as kafka-dump-log holds them against its log.
//
// A broker that Kafka runs allocates its active indexes in full: an entry that is all zeros ends
// one.
// Threads  free functions.
// Failure  std::runtime_error: an index that is not sound.
// Source   Kafka 3.9, OffsetIndex.java, TimeIndex.java, TransactionIndex.java,
//          ProducerStateManager.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"

namespace barnabas::admin {

struct OffsetIndexEntry {
  std::int64_t offset;
  std::int64_t position_bytes;
  bool operator==(const OffsetIndexEntry&) const = default;
};
struct TimeIndexEntry {
  Timestamp timestamp;
  std::int64_t offset;
  bool operator==(const TimeIndexEntry&) const = default;
};

// Those that count.
std::vector<OffsetIndexEntry> offset_index_entries(BytesView index, std::int64_t base_offset);
std::vector<TimeIndexEntry> time_index_entries(BytesView index, std::int64_t base_offset);

// What a broker asks of an index when it starts. `path` is for the message.
void check_offset_index(BytesView index, std::int64_t base_offset, std::string_view path);
void check_time_index(BytesView index, std::int64_t base_offset, std::string_view path);

// Where to begin to look for `offset`.
std::int64_t position_of(const std::vector<OffsetIndexEntry>& index, std::int64_t offset);

// One line for each aborted transaction of a .txnindex, each producer of a .snapshot.
std::string transaction_index_lines(BytesView index);
std::string producer_snapshot_lines(BytesView snapshot);

}  // namespace barnabas::admin
