#include "admin/log_dump.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "broker/protocol/reader.h"

namespace barnabas::admin {
namespace {

using protocol::RecordBatchView;
using protocol::RecordView;

// What Kafka's segments may be at most.
constexpr std::size_t kMaxRecordsBytes = 0x7fffffff;

std::string_view codec_name(std::uint8_t codec) {
  constexpr std::array<std::string_view, protocol::kCompressionCount> kNames{
      "none", "gzip", "snappy", "lz4", "zstd"};
  if (codec >= kNames.size()) {
    throw std::runtime_error(fmt::format("Unknown compression type id: {}", codec));
  }
  return kNames[codec];
}

std::string_view timestamp_name(const RecordBatchView& batch) {
  return batch.has_log_append_time() ? "LogAppendTime" : "CreateTime";
}

BytesView open_records(const RecordBatchView& batch, std::vector<std::uint8_t>& storage) {
  const auto records = protocol::records_of(batch, kMaxRecordsBytes, storage);
  if (!records) {
    throw std::runtime_error(fmt::format("The records of the batch at offset {} cannot be read: {}",
                                         batch.base_offset().value(), records.error().detail));
  }
  return *records;
}

// RecordReader has held every length against the bytes.
std::string header_keys(const RecordView& record) {
  BytesView left = record.headers;
  const auto take = [&] {
    protocol::Reader reader(left);
    const std::uint32_t zigzag = reader.read_unsigned_varint();
    left = reader.rest();
    const std::size_t size = (zigzag & 1) != 0 ? 0 : zigzag >> 1;  // null is -1
    const BytesView part = left.first(size);
    left = left.subspan(size);
    return as_text(part);
  };
  std::string out;
  for (std::int32_t i = 0; i < record.header_count; ++i) {
    if (i > 0) out += ',';
    out += take();
    take();
  }
  return out;
}

std::int64_t size_or_null(const std::optional<BytesView>& bytes) {
  return bytes ? static_cast<std::int64_t>(bytes->size()) : -1;
}

std::string control_text(const RecordView& record) {
  if (!record.key || record.key->size() < 4) {
    throw std::runtime_error(
        "Invalid value size found for end control record key. Must have at "
        "least 4 bytes");
  }
  const auto id = load_be<std::int16_t>(record.key->data() + 2);
  if (id == 0 || id == 1) {
    if (!record.value || record.value->size() < 6) {
      throw std::runtime_error("Invalid value size found for end transaction marker");
    }
    return fmt::format(" endTxnMarker: {} coordinatorEpoch: {}", id == 0 ? "ABORT" : "COMMIT",
                       load_be<std::int32_t>(record.value->data() + 2));
  }
  constexpr std::array<std::string_view, 5> kKraftTypes{
      "LEADER_CHANGE", "SNAPSHOT_HEADER", "SNAPSHOT_FOOTER", "KRAFT_VERSION", "KRAFT_VOTERS"};
  const bool is_known = id >= 2 && static_cast<std::size_t>(id - 2) < kKraftTypes.size();
  return fmt::format(" controlType: {}({})",
                     is_known ? kKraftTypes[static_cast<std::size_t>(id - 2)] : "UNKNOWN", id);
}

}  // namespace

std::string batch_line(const RecordBatchView& batch, std::int64_t position_bytes) {
  const std::string horizon = batch.has_delete_horizon()
                                  ? fmt::format("OptionalLong[{}]", batch.base_timestamp())
                                  : "OptionalLong.empty";
  return fmt::format(
      "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} "
      "producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} isControl: {} "
      "deleteHorizonMs: {} position: {} {}: {} size: {} magic: {} compresscodec: {} crc: {} "
      "isvalid: {}",
      batch.base_offset().value(), batch.last_offset().value(), batch.record_count(),
      batch.base_sequence(), batch.last_sequence(), batch.producer_id().value(),
      batch.producer_epoch().value(), batch.partition_leader_epoch().value(),
      batch.is_transactional(), batch.is_control(), horizon, position_bytes, timestamp_name(batch),
      batch.max_timestamp(), batch.size_bytes(), batch.magic(), codec_name(batch.codec()),
      batch.crc(), batch.crc_matches());
}

Timestamp record_timestamp(const RecordBatchView& batch, const RecordView& record) {
  return batch.has_log_append_time() ? batch.max_timestamp()
                                     : batch.base_timestamp() + record.timestamp_delta;
}

BatchRecords::BatchRecords(const RecordBatchView& batch)
    : base_offset_(batch.base_offset().value()), reader_(batch, open_records(batch, storage_)) {}

bool BatchRecords::next(RecordView& record) {
  if (reader_.next(record)) return true;
  if (reader_.corrupt()) {
    throw std::runtime_error(
        fmt::format("The batch at offset {} does not hold what it says", base_offset_));
  }
  return false;
}

void RecordLines::append_metadata(const RecordBatchView& batch, const RecordView& record,
                                  std::int64_t offset, std::string& out) const {
  const std::int32_t base = batch.base_sequence();
  const std::int32_t sequence = base == protocol::kNoSequence
                                    ? protocol::kNoSequence
                                    : protocol::increment_sequence(base, record.offset_delta);
  out += fmt::format("| offset: {} {}: {} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]",
                     offset, timestamp_name(batch), record_timestamp(batch, record),
                     size_or_null(record.key), size_or_null(record.value), sequence,
                     header_keys(record));
  if (batch.is_control()) out += control_text(record);
}

void RecordLines::append(const RecordBatchView& batch, std::string& out) {
  BatchRecords records(batch);
  RecordView record;
  while (records.next(record)) {
    const std::int64_t offset = batch.base_offset().value() + record.offset_delta;
    if (last_offset_ && offset != *last_offset_ + 1) {
      gaps_.insert(gaps_.begin(), {*last_offset_, offset});
    }
    last_offset_ = offset;
    if (options_.metadata) append_metadata(batch, record, offset, out);
    if (options_.contents && !batch.is_control()) {
      const auto decoded = options_.decoder.decode(offset, record.key, record.value);
      if (decoded.key) out += fmt::format("{} key: {}", options_.metadata ? "" : "|", *decoded.key);
      if (decoded.payload) out += fmt::format(" payload: {}", *decoded.payload);
    }
    out += '\n';
  }
}

}  // namespace barnabas::admin
