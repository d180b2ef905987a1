#include "broker/log/core/batch_validation.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/log/core/record_checks.h"
#include "broker/log/core/up_conversion.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/legacy_records.h"

namespace barnabas::log {
namespace {

using protocol::BatchReader;
using protocol::MutableRecordBatchView;
using protocol::RecordBatchView;

// What lets every offset of the batch, and the next one, still be counted.
constexpr Offset kMaxBaseOffset{std::numeric_limits<std::int64_t>::max() -
                                std::numeric_limits<std::int32_t>::max() - 1};

Error invalid(std::string detail) {
  return {ErrorCode::kInvalidRecord, std::move(detail)};
}

Result<void> check_header(const RecordBatchView& batch, AppendOrigin origin) {
  if (batch.codec() >= protocol::kCompressionCount) {
    return Error{ErrorCode::kUnsupportedCompressionType,
                 fmt::format("unknown compression codec {}", batch.codec())};
  }
  if (origin != AppendOrigin::kClient) return {};
  const std::int64_t by_offsets = std::int64_t{batch.last_offset_delta()} + 1;
  if (batch.record_count() <= 0 || by_offsets != batch.record_count()) {
    return invalid(fmt::format("the batch says {} records and spans {} offsets",
                               batch.record_count(), by_offsets));
  }
  if (batch.is_control()) return invalid("clients may not write control records");
  if (batch.has_producer_id() && batch.base_sequence() < 0) {
    return invalid(
        fmt::format("producer {} sent sequence {}", batch.producer_id(), batch.base_sequence()));
  }
  if (batch.is_transactional() && !batch.has_producer_id()) {
    return invalid("a transactional batch needs a producer id");
  }
  return {};
}

// Walks the records of a batch, without their compression; returns their greatest timestamp.
Result<Timestamp> walk_records(const RecordBatchView& batch, BytesView records,
                               const LogConfig& config, Timestamp now) {
  protocol::RecordReader reader(batch, records);
  protocol::RecordView record;
  Timestamp greatest = kNoTimestamp;
  for (std::int32_t index = 0; reader.next(record); ++index) {
    if (record.offset_delta != index) {
      return invalid(fmt::format("record {} has offset delta {}", index, record.offset_delta));
    }
    TRY_VOID(check_key(record.key, index, config));
    const Timestamp timestamp = timestamp_of(batch, record);
    TRY_VOID(check_timestamp(batch.has_log_append_time(), timestamp, config, now));
    greatest = std::max(greatest, timestamp);
  }
  if (reader.corrupt()) return invalid("the batch does not hold the records that it declares");
  return greatest;
}

Error unreadable(BatchReader::End end) {
  if (end == BatchReader::End::kUnsupportedMagic) {
    return invalid("a record batch of an unknown magic");
  }
  return {ErrorCode::kCorruptMessage, "a batch length below the size of its header"};
}

// The last step, in every format: the batch has the topic's timestamp type.
Result<ProducedBatch> stamp(ProducedBatch produced, Timestamp max_timestamp,
                            const LogConfig& config, Timestamp now) {
  MutableRecordBatchView& batch = produced.batch;
  if (static_cast<std::int64_t>(batch.size_bytes()) > config.segment_bytes) {
    return Error{ErrorCode::kRecordListTooLarge,
                 fmt::format("a batch of {} bytes, above segment.bytes={}", batch.size_bytes(),
                             config.segment_bytes)};
  }
  if (config.message_timestamp_type == TimestampType::kLogAppendTime) {
    batch.set_max_timestamp(true, now);
    produced.log_append_time = now;
  } else {
    batch.set_max_timestamp(false, max_timestamp);
  }
  return produced;
}

// The codec that the batch is to be stored in. Markers stay as they are.
std::uint8_t target_codec(const RecordBatchView& batch, const LogConfig& config) {
  if (!config.compression || batch.is_control()) return batch.codec();
  return static_cast<std::uint8_t>(*config.compression);
}

// A compressed batch stays closed unless something in it decides.
bool must_open(const RecordBatchView& batch, const LogConfig& config) {
  return !batch.is_compressed() || target_codec(batch, config) != batch.codec() ||
         config.compacted || config.has_timestamp_limits();
}

// The same batch with its records in another codec.
std::vector<std::uint8_t> recompress(const RecordBatchView& batch, BytesView records,
                                     const LogConfig& config) {
  const auto codec = static_cast<protocol::Compression>(target_codec(batch, config));
  const std::vector<std::uint8_t> stored =
      protocol::compress(codec, records, config.compression_levels);
  std::vector<std::uint8_t> out(protocol::kBatchOverhead + stored.size());
  std::copy_n(batch.data(), protocol::kBatchOverhead, out.begin());
  std::copy(stored.begin(), stored.end(), out.begin() + protocol::kBatchOverhead);
  MutableRecordBatchView(out.data()).set_codec(codec, out.size());
  return out;
}

Result<ProducedBatch> validate_legacy(BytesView messages, const LogConfig& config, Timestamp now) {
  TRY(auto bytes, up_convert(messages, config, now));
  auto converted = std::make_unique<std::vector<std::uint8_t>>(std::move(bytes));
  const MutableRecordBatchView batch(converted->data());
  return stamp({.batch = batch, .made = std::move(converted)}, batch.max_timestamp(), config, now);
}

}  // namespace

Result<ProducedBatch> validate_produced(MutableBytesView bytes, AppendOrigin origin,
                                        const LogConfig& config, Timestamp now) {
  if (protocol::begins_with_legacy_message(bytes)) return validate_legacy(bytes, config, now);
  BatchReader reader(bytes);
  const auto first = reader.next();
  if (!first) {
    if (reader.end() == BatchReader::End::kWhole || reader.end() == BatchReader::End::kCut) {
      return invalid("no whole record batch");
    }
    return unreadable(reader.end());
  }
  MutableRecordBatchView batch(bytes.data());
  if (origin == AppendOrigin::kClient && batch.base_offset() != Offset(0)) {
    return invalid(fmt::format("the base offset is {} and should be 0", batch.base_offset()));
  }
  const auto size = static_cast<std::int64_t>(batch.size_bytes());
  if (size > config.max_message_bytes) {
    return Error{ErrorCode::kMessageTooLarge,
                 fmt::format("a batch of {} bytes, above max.message.bytes={}", size,
                             config.max_message_bytes)};
  }
  if (!batch.crc_matches()) {
    return Error{ErrorCode::kCorruptMessage,
                 fmt::format("the stored CRC {} does not match", batch.crc())};
  }
  if (reader.next()) return invalid("more than one record batch");
  if (reader.end() != BatchReader::End::kWhole && reader.end() != BatchReader::End::kCut) {
    return unreadable(reader.end());
  }
  TRY_VOID(check_header(batch, origin));

  if (!must_open(batch, config)) {
    TRY_VOID(check_timestamp(batch.has_log_append_time(), batch.base_timestamp(), config, now));
    TRY_VOID(check_timestamp(batch.has_log_append_time(), batch.max_timestamp(), config, now));
    return stamp({batch}, batch.max_timestamp(), config, now);
  }
  std::vector<std::uint8_t> storage;
  TRY(const BytesView records, protocol::records_of(batch, config.max_decompressed_bytes, storage));
  TRY(const Timestamp max_timestamp, walk_records(batch, records, config, now));
  if (target_codec(batch, config) == batch.codec()) {
    return stamp({batch}, max_timestamp, config, now);
  }
  auto made = std::make_unique<std::vector<std::uint8_t>>(recompress(batch, records, config));
  if (const auto made_size = static_cast<std::int64_t>(made->size());
      made_size > config.max_message_bytes) {
    return Error{ErrorCode::kMessageTooLarge,
                 fmt::format("a batch of {} bytes when compressed anew, above max.message.bytes={}",
                             made_size, config.max_message_bytes)};
  }
  const MutableRecordBatchView view(made->data());
  return stamp({.batch = view, .made = std::move(made)}, max_timestamp, config, now);
}

Result<BytesView> validate_replicated(BytesView bytes) {
  BatchReader reader(bytes);
  Offset last = kUnknownOffset;
  while (const auto batch = reader.next()) {
    if (!batch->crc_matches()) {
      return Error{
          ErrorCode::kCorruptMessage,
          fmt::format("the CRC of the batch at offset {} does not match", batch->base_offset())};
    }
    if (batch->last_offset_delta() < 0 || batch->base_offset() <= last ||
        batch->base_offset() > kMaxBaseOffset) {
      return Error{ErrorCode::kCorruptMessage,
                   fmt::format("offset {} comes after {}", batch->base_offset(), last)};
    }
    last = batch->last_offset();
  }
  if (reader.end() == BatchReader::End::kUnsupportedMagic) {
    return Error{ErrorCode::kUnsupportedForMessageFormat, "a batch that is not of magic 2"};
  }
  if (reader.end() == BatchReader::End::kCorrupt) return unreadable(reader.end());
  return bytes.first(reader.position_bytes());
}

}  // namespace barnabas::log
