#include "broker/log/core/batch_validation.h"

#include <algorithm>
#include <limits>
#include <string>

#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/error_code.h"

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

Result<void> check_timestamp(const RecordBatchView& batch, Timestamp timestamp,
                             const LogConfig& config, Timestamp now) {
  if (config.message_timestamp_type == TimestampType::kCreateTime && timestamp != kNoTimestamp) {
    const std::int64_t age = wrapping_sub(now, timestamp);
    if (age > config.message_timestamp_before_max_ms ||
        wrapping_sub(0, age) > config.message_timestamp_after_max_ms) {
      return Error{ErrorCode::kInvalidTimestamp,
                   fmt::format("timestamp {} is out of range at {}", timestamp, now)};
    }
  } else if (batch.has_log_append_time()) {
    return Error{ErrorCode::kInvalidTimestamp, "a producer may not set LogAppendTime"};
  }
  return {};
}

// Walks the records of an uncompressed batch; returns their greatest timestamp.
Result<Timestamp> walk_records(const RecordBatchView& batch, const LogConfig& config,
                               Timestamp now) {
  protocol::RecordReader reader(batch);
  protocol::RecordView record;
  Timestamp greatest = kNoTimestamp;
  for (std::int32_t index = 0; reader.next(record); ++index) {
    if (record.offset_delta != index) {
      return invalid(fmt::format("record {} has offset delta {}", index, record.offset_delta));
    }
    if (config.compacted && !record.key) {
      return invalid(fmt::format("record {} of a compacted topic has no key", index));
    }
    const Timestamp timestamp = batch.has_log_append_time()
                                    ? batch.max_timestamp()
                                    : wrapping_add(batch.base_timestamp(), record.timestamp_delta);
    TRY_VOID(check_timestamp(batch, timestamp, config, now));
    greatest = std::max(greatest, timestamp);
  }
  if (reader.corrupt()) return invalid("the batch does not hold the records that it declares");
  return greatest;
}

Error unreadable(BatchReader::End end) {
  if (end == BatchReader::End::kUnsupportedMagic) {
    return invalid("only record batches of magic 2 are accepted");
  }
  return {ErrorCode::kCorruptMessage, "a batch length below the size of its header"};
}

}  // namespace

Result<ProducedBatch> validate_produced(MutableBytesView bytes, AppendOrigin origin,
                                        const LogConfig& config, Timestamp now) {
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

  Timestamp max_timestamp = batch.max_timestamp();
  if (batch.is_compressed()) {
    TRY_VOID(check_timestamp(batch, batch.base_timestamp(), config, now));
    TRY_VOID(check_timestamp(batch, max_timestamp, config, now));
  } else {
    TRY(max_timestamp, walk_records(batch, config, now));
  }
  if (size > config.segment_bytes) {
    return Error{
        ErrorCode::kRecordListTooLarge,
        fmt::format("a batch of {} bytes, above segment.bytes={}", size, config.segment_bytes)};
  }
  ProducedBatch out{batch};
  if (config.message_timestamp_type == TimestampType::kLogAppendTime) {
    batch.set_max_timestamp(true, now);
    out.log_append_time = now;
  } else {
    batch.set_max_timestamp(false, max_timestamp);
  }
  return out;
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
