#include "admin/segment_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "broker/base/crc32c.h"
#include "broker/log/offset_index.h"
#include "broker/log/producer_snapshot.h"
#include "broker/log/time_index.h"

namespace barnabas::admin {
namespace {

constexpr std::size_t kOffsetEntry = log::OffsetIndex::kEntrySize;
constexpr std::size_t kTimeEntry = log::TimeIndex::kEntrySize;
constexpr std::size_t kAbortedTxnBytes = 34;
constexpr std::int16_t kSnapshotVersion = 1;

OffsetIndexEntry offset_entry(BytesView index, std::size_t at, std::int64_t base_offset) {
  const std::uint8_t* entry = index.data() + at * kOffsetEntry;
  return {base_offset + load_be<std::int32_t>(entry), load_be<std::int32_t>(entry + 4)};
}

TimeIndexEntry time_entry(BytesView index, std::size_t at, std::int64_t base_offset) {
  const std::uint8_t* entry = index.data() + at * kTimeEntry;
  return {load_be<std::int64_t>(entry), base_offset + load_be<std::int32_t>(entry + 8)};
}

std::string snapshot_line(const log::ProducerSnapshotEntry& entry) {
  std::string line = fmt::format(
      "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
      "lastTimestamp: {} ",
      entry.producer_id.value(), entry.epoch.value(), entry.coordinator_epoch,
      entry.current_txn_first_offset.value() >= 0
          ? fmt::format("OptionalLong[{}]", entry.current_txn_first_offset.value())
          : "OptionalLong.empty",
      entry.last_timestamp);
  const log::BatchMetadata& batch = entry.last_batch;
  if (batch.last_offset.value() >= 0) {
    line += fmt::format(
        "firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
        batch.first_sequence(), batch.last_sequence, batch.last_offset.value(), batch.offset_delta,
        batch.timestamp);
  }
  return line + '\n';
}

}  // namespace

std::vector<OffsetIndexEntry> offset_index_entries(BytesView index, std::int64_t base_offset) {
  std::vector<OffsetIndexEntry> entries;
  for (std::size_t i = 0; i < index.size() / kOffsetEntry; ++i) {
    const OffsetIndexEntry entry = offset_entry(index, i, base_offset);
    if (entry.offset == base_offset && i > 0) break;
    entries.push_back(entry);
  }
  return entries;
}

std::vector<TimeIndexEntry> time_index_entries(BytesView index, std::int64_t base_offset) {
  std::vector<TimeIndexEntry> entries;
  for (std::size_t i = 0; i < index.size() / kTimeEntry; ++i) {
    const TimeIndexEntry entry = time_entry(index, i, base_offset);
    if (entry.offset == base_offset && i > 0) break;
    entries.push_back(entry);
  }
  return entries;
}

void check_offset_index(BytesView index, std::int64_t base_offset, std::string_view path) {
  const std::size_t count = index.size() / kOffsetEntry;
  const std::int64_t last =
      count == 0 ? base_offset : offset_entry(index, count - 1, base_offset).offset;
  if (last < base_offset) {
    throw std::runtime_error(
        fmt::format("Corrupt index found, index file {} has non-zero size but the last offset is "
                    "{} which is less than the base offset {}",
                    path, last, base_offset));
  }
  if (index.size() % kOffsetEntry != 0) {
    throw std::runtime_error(
        fmt::format("Index file {} is corrupt, found {} bytes which is neither positive nor a "
                    "multiple of {}",
                    path, index.size(), kOffsetEntry));
  }
}

void check_time_index(BytesView index, std::int64_t base_offset, std::string_view path) {
  const std::size_t count = index.size() / kTimeEntry;
  if (count > 0) {
    const TimeIndexEntry first = time_entry(index, 0, base_offset);
    const TimeIndexEntry last = time_entry(index, count - 1, base_offset);
    constexpr std::string_view kFound =
        "Corrupt time index found, time index file ({}) has non-zero size but the last {} is {} "
        "which is less than the first {} {}";
    if (last.timestamp < first.timestamp) {
      throw std::runtime_error(
          fmt::format(kFound, path, "timestamp", last.timestamp, "timestamp", first.timestamp));
    }
    if (last.offset < base_offset) {
      throw std::runtime_error(
          fmt::format(kFound, path, "offset", last.offset, "offset", base_offset));
    }
  }
  if (index.size() % kTimeEntry != 0) {
    throw std::runtime_error(
        fmt::format("Time index file {} is corrupt, found {} bytes which is neither positive nor a "
                    "multiple of {}",
                    path, index.size(), kTimeEntry));
  }
}

std::int64_t position_of(const std::vector<OffsetIndexEntry>& index, std::int64_t offset) {
  const auto above = std::ranges::upper_bound(index, offset, {}, &OffsetIndexEntry::offset);
  return above == index.begin() ? 0 : std::prev(above)->position_bytes;
}

std::string transaction_index_lines(BytesView index) {
  std::string lines;
  for (std::size_t at = 0; at + kAbortedTxnBytes <= index.size(); at += kAbortedTxnBytes) {
    const std::uint8_t* entry = index.data() + at;
    const auto version = load_be<std::int16_t>(entry);
    if (version > 0) {
      throw std::runtime_error(
          fmt::format("Unexpected aborted transaction version {}, current "
                      "version is 0",
                      version));
    }
    lines += fmt::format(
        "version: {} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}\n", version,
        load_be<std::int64_t>(entry + 2), load_be<std::int64_t>(entry + 10),
        load_be<std::int64_t>(entry + 18), load_be<std::int64_t>(entry + 26));
  }
  return lines;
}

std::string producer_snapshot_lines(BytesView snapshot) {
  if (snapshot.size() >= 6) {
    const auto version = load_be<std::int16_t>(snapshot.data());
    if (version != kSnapshotVersion) {
      throw std::runtime_error(
          fmt::format("Snapshot contained an unknown file version {}", version));
    }
    const auto stored = load_be<std::uint32_t>(snapshot.data() + 2);
    const std::uint32_t computed = crc32c(snapshot.subspan(6));
    if (stored != computed) {
      throw std::runtime_error(fmt::format(
          "Snapshot is corrupt (CRC is no longer valid). Stored crc: {}. Computed crc: {}", stored,
          computed));
    }
  }
  const auto entries = log::decode_snapshot(snapshot);
  if (!entries) {
    throw std::runtime_error(
        fmt::format("Snapshot failed schema validation: {} bytes", snapshot.size()));
  }
  std::string lines;
  for (const log::ProducerSnapshotEntry& entry : *entries) lines += snapshot_line(entry);
  return lines;
}

}  // namespace barnabas::admin
