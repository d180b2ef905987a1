#include "broker/log/producer_snapshot.h"

#include "broker/base/crc32c.h"
#include "broker/base/logging.h"
#include "broker/log/file_names.h"

namespace barnabas::log {
namespace {

constexpr std::int16_t kVersion = 1;
constexpr std::size_t kCrcPosition = 2;
constexpr std::size_t kCountPosition = 6;  // the CRC covers everything from here on
constexpr std::size_t kHeaderSize = 10;
constexpr std::size_t kEntrySize = 46;

}  // namespace

std::vector<std::uint8_t> encode_snapshot(std::span<const ProducerSnapshotEntry> entries) {
  std::vector<std::uint8_t> out(kHeaderSize + entries.size() * kEntrySize);
  store_be(out.data(), kVersion);
  store_be(out.data() + kCountPosition, static_cast<std::int32_t>(entries.size()));
  std::uint8_t* at = out.data() + kHeaderSize;
  for (const ProducerSnapshotEntry& entry : entries) {
    store_be(at, entry.producer_id.value());
    store_be(at + 8, entry.epoch.value());
    store_be(at + 10, entry.last_batch.last_sequence);
    store_be(at + 14, entry.last_batch.last_offset.value());
    store_be(at + 22, entry.last_batch.offset_delta);
    store_be(at + 26, entry.last_timestamp);
    store_be(at + 34, entry.coordinator_epoch);
    store_be(at + 38, entry.current_txn_first_offset.value());
    at += kEntrySize;
  }
  store_be(out.data() + kCrcPosition, crc32c(BytesView(out).subspan(kCountPosition)));
  return out;
}

std::optional<std::vector<ProducerSnapshotEntry>> decode_snapshot(BytesView bytes) {
  if (bytes.size() < kHeaderSize || load_be<std::int16_t>(bytes.data()) != kVersion ||
      load_be<std::uint32_t>(bytes.data() + kCrcPosition) !=
          crc32c(bytes.subspan(kCountPosition))) {
    return std::nullopt;
  }
  const auto count = load_be<std::uint32_t>(bytes.data() + kCountPosition);
  if (bytes.size() != kHeaderSize + std::size_t{count} * kEntrySize) return std::nullopt;
  std::vector<ProducerSnapshotEntry> entries(count);
  const std::uint8_t* at = bytes.data() + kHeaderSize;
  for (ProducerSnapshotEntry& entry : entries) {
    entry.producer_id = ProducerId(load_be<std::int64_t>(at));
    entry.epoch = ProducerEpoch(load_be<std::int16_t>(at + 8));
    entry.last_batch.last_sequence = load_be<std::int32_t>(at + 10);
    entry.last_batch.last_offset = Offset(load_be<std::int64_t>(at + 14));
    entry.last_batch.offset_delta = load_be<std::int32_t>(at + 22);
    entry.last_timestamp = entry.last_batch.timestamp = load_be<std::int64_t>(at + 26);
    entry.coordinator_epoch = load_be<std::int32_t>(at + 34);
    entry.current_txn_first_offset = Offset(load_be<std::int64_t>(at + 38));
    at += kEntrySize;
  }
  return entries;
}

Result<void> write_snapshot(const Directory& directory, Offset offset,
                            std::span<const ProducerSnapshotEntry> producers) {
  return directory.write_file(segment_file(offset, kSnapshotSuffix), encode_snapshot(producers),
                              false);
}

Result<void> sync_snapshot(const Directory& directory, Offset offset) {
  const std::string name = segment_file(offset, kSnapshotSuffix);
  if (!directory.exists(name)) return {};
  TRY(const File file, directory.open_file(name, false));
  return file.sync();
}

Result<void> remove_snapshot(const Directory& directory, Offset offset) {
  return directory.remove(segment_file(offset, kSnapshotSuffix));
}

Result<std::set<Offset>> snapshot_offsets(const Directory& directory) {
  TRY(const auto names, directory.files());
  std::set<Offset> offsets;
  for (const std::string& name : names) {
    if (!name.ends_with(kSnapshotSuffix)) continue;
    if (const auto offset = offset_of_file(name)) offsets.insert(*offset);
  }
  return offsets;
}

Result<LoadedProducers> load_newest_snapshot(const Directory& directory, Offset log_start,
                                             Offset end, Timestamp now,
                                             std::int64_t expiration_ms) {
  LoadedProducers loaded{.producers = {}, .as_of = log_start};
  TRY(const auto offsets, snapshot_offsets(directory));
  for (auto offset = offsets.rbegin(); offset != offsets.rend(); ++offset) {
    if (*offset > end) continue;
    if (*offset <= log_start) break;
    TRY(const auto content, directory.read_file(segment_file(*offset, kSnapshotSuffix)));
    if (const auto entries = decode_snapshot(as_bytes(content.value_or("")))) {
      loaded.producers.load(*entries, now, expiration_ms);
      loaded.as_of = *offset;
      return loaded;
    }
    log_warn("{}: the producer snapshot at {} is unreadable, trying the one before",
             directory.path(), *offset);
    TRY_VOID(remove_snapshot(directory, *offset));
  }
  return loaded;
}

Result<void> remove_snapshots_above(const Directory& directory, Offset end) {
  TRY(const auto offsets, snapshot_offsets(directory));
  for (auto it = offsets.upper_bound(end); it != offsets.end(); ++it) {
    TRY_VOID(remove_snapshot(directory, *it));
  }
  return {};
}

Result<void> remove_stray_snapshots(const Directory& directory, const std::set<Offset>& bases) {
  TRY(const auto offsets, snapshot_offsets(directory));
  for (const Offset offset : offsets) {
    if (!bases.contains(offset) && offset != *offsets.rbegin()) {
      TRY_VOID(remove_snapshot(directory, offset));
    }
  }
  return {};
}

}  // namespace barnabas::log
