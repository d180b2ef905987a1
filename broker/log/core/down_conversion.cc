#include "broker/log/core/down_conversion.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "broker/log/core/record_checks.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {
namespace {

using protocol::LegacyMessage;
using protocol::RecordBatchView;
using Messages = std::vector<std::uint8_t>;

// Offset -1 and a length of which nothing follows.
constexpr std::int32_t kLengthOfACutMessage = protocol::kBatchOverhead;

// How the messages of one batch begin.
LegacyMessage message_of(const RecordBatchView& batch, std::int8_t magic) {
  LegacyMessage message;
  message.magic = magic;
  if (magic > 0 && batch.has_log_append_time()) message.attributes |= protocol::kLogAppendTimeBit;
  return message;
}

Messages cut_message() {
  Messages bytes(protocol::kLogOverhead);
  store_be(bytes.data(), std::int64_t{-1});
  store_be(bytes.data() + 8, kLengthOfACutMessage);
  return bytes;
}

// Appends what one batch becomes; nothing where no record of it is told.
Result<void> convert(const RecordBatchView& batch, std::int8_t magic, Offset from,
                     std::size_t max_decompressed_bytes, Messages& out) {
  Messages storage;
  TRY(const BytesView records, protocol::records_of(batch, max_decompressed_bytes, storage));
  protocol::RecordReader reader(batch, records);
  protocol::RecordView record;
  LegacyMessage message = message_of(batch, magic);
  const bool wraps = batch.is_compressed();
  Messages inner;
  Messages& messages = wraps ? inner : out;
  std::optional<Offset> first;
  Offset last = kUnknownOffset;
  Timestamp greatest = kNoTimestamp;
  while (reader.next(record)) {
    const Offset offset = batch.base_offset() + record.offset_delta;
    if (!wraps && offset < from) continue;
    if (!first) first = offset;
    last = offset;
    // Inside a wrapper magic 1 counts from its first message.
    message.offset = wraps && magic > 0 ? offset - *first : offset.value();
    message.timestamp = timestamp_of(batch, record);
    greatest = std::max(greatest, message.timestamp);
    message.key = record.key;
    message.value = record.value;
    protocol::append_message(message, messages);
  }
  if (reader.corrupt()) {
    return Error{ErrorCode::kCorruptMessage,
                 "the batch does not hold the records that it declares"};
  }
  if (!wraps || !first) return {};
  message.offset = last.value();
  message.timestamp = greatest;
  protocol::append_wrapper(message, static_cast<protocol::Compression>(batch.codec()), inner, out);
  return {};
}

}  // namespace

Result<Messages> down_convert(BytesView batches, std::int8_t to_magic, Offset from,
                              std::size_t max_bytes, const LogConfig& config) {
  Messages out;
  bool any_batch = false;
  protocol::BatchReader reader(batches);
  while (const auto batch = reader.next()) {
    any_batch = true;
    if (batch->is_control()) continue;
    const std::size_t size = out.size();
    if (size >= max_bytes && size > 0) break;
    Result<void> converted;
    if (batch->codec() == static_cast<std::uint8_t>(protocol::Compression::kZstd)) {
      converted = Error{ErrorCode::kUnsupportedCompressionType, "zstd came after this format"};
    } else {
      converted = convert(*batch, to_magic, from, config.max_decompressed_bytes, out);
    }
    const bool fits = converted && out.size() <= max_bytes;
    if (size > 0 && !fits) {
      out.resize(size);
      break;
    }
    TRY_VOID(converted);
  }
  if (out.empty() && any_batch) return cut_message();
  return out;
}

}  // namespace barnabas::log
