#include "broker/log/core/up_conversion.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "broker/log/core/record_checks.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/record_batch.h"

namespace barnabas::log {
namespace {

using protocol::LegacyMessage;
using protocol::LegacyMessageReader;
using protocol::RecordBatchBuilder;
using End = LegacyMessageReader::End;

Error unconvertible(std::string detail) {
  return {ErrorCode::kInvalidRecord, std::move(detail)};
}

Error corrupt(std::string detail) {
  return {ErrorCode::kCorruptMessage, std::move(detail)};
}

Error too_large(std::size_t size, const LogConfig& config) {
  return {ErrorCode::kMessageTooLarge,
          fmt::format("a batch of {} bytes, above max.message.bytes={}", size,
                      config.max_message_bytes)};
}

bool is_too_large(std::size_t size, const LogConfig& config) {
  return static_cast<std::int64_t>(size) > config.max_message_bytes;
}

std::optional<std::string_view> text_of(const std::optional<BytesView>& bytes) {
  return bytes ? std::optional(as_text(*bytes)) : std::nullopt;
}

// Checks the messages as they were sent. Returns the wrapper; nullopt: they are not compressed.
Result<std::optional<LegacyMessage>> check_messages(BytesView messages, const LogConfig& config) {
  LegacyMessageReader reader(messages);
  std::int32_t count = 0;
  std::optional<std::int8_t> magic;
  bool mixed = false;
  std::optional<LegacyMessage> wrapper;
  while (const auto message = reader.next()) {
    if (is_too_large(message->size_bytes(), config)) {
      return too_large(message->size_bytes(), config);
    }
    if (!message->crc_matches()) {
      return corrupt(fmt::format("the stored CRC {} does not match", message->crc));
    }
    if (message->is_compressed()) wrapper = message;
    mixed = mixed || (magic && *magic != message->magic);
    magic = message->magic;
    ++count;
  }
  if (reader.end() == End::kCorrupt) return corrupt("a length that cannot be");
  if (reader.end() == End::kUnknownMagic) return corrupt("an unknown magic");
  if (reader.end() == End::kRecordBatch || mixed)
    return unconvertible("messages of more than one magic");
  if (count == 0) return unconvertible("no whole message");
  if (wrapper && count > 1) return unconvertible("more than one compressed message");
  return wrapper;
}

// Adds a record after the checks that each has to pass.
Result<void> add(const LegacyMessage& message, Timestamp timestamp, bool log_append_time,
                 std::int32_t index, const LogConfig& config, Timestamp now,
                 RecordBatchBuilder& builder) {
  TRY_VOID(check_key(message.key, index, config));
  TRY_VOID(check_timestamp(log_append_time, timestamp, config, now));
  if (timestamp < kNoTimestamp) {
    return Error{ErrorCode::kInvalidTimestamp, fmt::format("timestamp {} is negative", timestamp)};
  }
  builder.add(timestamp, text_of(message.key), text_of(message.value));
  return {};
}

Result<void> add_plain(BytesView messages, const LogConfig& config, Timestamp now,
                       RecordBatchBuilder& builder) {
  LegacyMessageReader reader(messages);
  for (std::int32_t index = 0; const auto message = reader.next(); ++index) {
    TRY_VOID(add(*message, message->timestamp, message->has_log_append_time(), index, config, now,
                 builder));
  }
  return {};
}

// Where the inner offsets of magic 1 count from is not asked: some clients have them wrong, and
// each record gets its place here.
Result<void> check_wrapper_offset(const LegacyMessage& wrapper, std::int64_t last_inner_offset) {
  // 0: some versions of librdkafka.
  if (wrapper.magic == 0 || wrapper.offset == 0 || wrapper.offset >= last_inner_offset) return {};
  return unconvertible(
      fmt::format("the offset {} of a compressed message is below that of its last, {}",
                  wrapper.offset, last_inner_offset));
}

Result<void> add_wrapped(const LegacyMessage& wrapper, const LogConfig& config, Timestamp now,
                         RecordBatchBuilder& builder) {
  TRY(const auto inner, protocol::inner_messages(wrapper, config.max_decompressed_bytes));
  const bool log_append_time = wrapper.has_log_append_time();
  LegacyMessageReader reader(inner);
  std::int32_t index = 0;
  std::int64_t last_offset = 0;
  for (; const auto message = reader.next(); ++index) {
    if (message->is_compressed()) return unconvertible("a compressed message in a compressed one");
    if (message->magic != wrapper.magic) {
      return unconvertible(
          fmt::format("a message of magic {} in one of magic {}", message->magic, wrapper.magic));
    }
    if (!message->crc_matches()) {
      return corrupt(fmt::format("the stored CRC {} does not match", message->crc));
    }
    TRY_VOID(add(*message, log_append_time ? wrapper.timestamp : message->timestamp,
                 log_append_time, index, config, now, builder));
    last_offset = message->offset;
  }
  if (reader.end() == End::kCorrupt) return corrupt("a length that cannot be");
  if (reader.end() == End::kRecordBatch || reader.end() == End::kUnknownMagic) {
    return unconvertible("a compressed message holds something other than messages");
  }
  if (index == 0) return unconvertible("a compressed message holds none");
  return check_wrapper_offset(wrapper, last_offset);
}

}  // namespace

Result<std::vector<std::uint8_t>> up_convert(BytesView messages, const LogConfig& config,
                                             Timestamp now) {
  TRY(const auto wrapper, check_messages(messages, config));
  RecordBatchBuilder builder;
  if (wrapper) {
    TRY_VOID(add_wrapped(*wrapper, config, now, builder));
  } else {
    TRY_VOID(add_plain(messages, config, now, builder));
  }
  const auto producers = static_cast<protocol::Compression>(wrapper ? wrapper->codec() : 0);
  builder.codec = config.compression.value_or(producers);
  builder.levels = config.compression_levels;
  std::vector<std::uint8_t> batch = builder.build();
  if (is_too_large(batch.size(), config)) return too_large(batch.size(), config);
  return batch;
}

}  // namespace barnabas::log
