#include "admin/record_decoder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <stdexcept>
#include <vector>

#include "admin/record_json.h"
#include "broker/protocol/messages/transaction_log_key.h"
#include "broker/protocol/messages/transaction_log_value.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kDecoderPackage = "org.apache.kafka.tools.api.";
constexpr std::string_view kOldDecoderPackage = "kafka.serializer.";
constexpr std::string_view kDeleted = "<DELETE>";

using Decoded = RecordDecoder::Decoded;

template <typename T>
std::string number_text(BytesView bytes) {
  if (bytes.size() < sizeof(T)) {
    throw std::runtime_error(
        fmt::format("{} bytes are not a number of {}", bytes.size(), sizeof(T)));
  }
  return fmt::format("{}", load_be<T>(bytes.data()));
}

std::optional<std::string> field_text(FieldDecoder decoder, const std::optional<BytesView>& bytes) {
  if (!bytes) return std::nullopt;
  switch (decoder) {
    case FieldDecoder::kLong:
      return number_text<std::int64_t>(*bytes);
    case FieldDecoder::kInteger:
      return number_text<std::int32_t>(*bytes);
    case FieldDecoder::kString:
    case FieldDecoder::kBytes:
      break;
  }
  return std::string(as_text(*bytes));
}

std::string with_version(std::string_view version_name, std::int16_t version,
                         const JsonLine& data) {
  return JsonLine().text(version_name, fmt::format("{}", version)).object("data", data).str();
}

Result<Decoded> decode_offsets(BytesView key, const std::optional<BytesView>& value) {
  const std::int16_t type = record_version(key);
  const bool is_group = type == kGroupMetadataKey;
  TRY(const JsonLine key_json,
      is_group ? group_metadata_key_json(key) : offset_commit_key_json(key));
  Decoded decoded{with_version("type", type, key_json), std::string(kDeleted)};
  if (value) {
    TRY(const JsonLine value_json,
        is_group ? group_metadata_value_json(*value, true) : offset_commit_value_json(*value));
    decoded.payload = with_version("version", record_version(*value), value_json);
  }
  return decoded;
}

std::string transaction_state(std::int8_t status) {
  constexpr std::array<std::string_view, 8> kStates{
      "Empty",          "Ongoing",       "PrepareCommit", "PrepareAbort",
      "CompleteCommit", "CompleteAbort", "Dead",          "PrepareEpochFence"};
  const auto index = static_cast<std::uint8_t>(status);  // a negative one is past the end
  if (index >= kStates.size()) {
    throw std::runtime_error(fmt::format(
        "Unknown transaction state byte {} from the transaction status message", status));
  }
  return std::string(kStates[index]);
}

Decoded decode_transaction_state(BytesView key, const std::optional<BytesView>& value) {
  const std::int16_t version = record_version(key);
  if (version < protocol::TransactionLogKey::kMinVersion ||
      version > protocol::TransactionLogKey::kMaxVersion) {
    return {fmt::format("unknown::version={}", version), std::nullopt};
  }
  const auto id = protocol::TransactionLogKey::decode(key.subspan(2), version);
  if (!id) throw std::runtime_error(id.error().detail);
  Decoded decoded{fmt::format("transaction_metadata::transactionalId={}", id->transactional_id),
                  std::string(kDeleted)};
  if (!value) return decoded;
  const std::int16_t value_version = record_version(*value);
  if (value_version < protocol::TransactionLogValue::kMinVersion ||
      value_version > protocol::TransactionLogValue::kMaxVersion) {
    throw std::runtime_error(
        fmt::format("Unknown version {} from the transaction log message value", value_version));
  }
  const auto state = protocol::TransactionLogValue::decode(value->subspan(2), value_version);
  if (!state) throw std::runtime_error(state.error().detail);
  std::vector<std::string> partitions;
  if (state->transaction_partitions) {
    for (const auto& topic : *state->transaction_partitions) {
      for (const std::int32_t id_of : topic.partition_ids) {
        partitions.push_back(fmt::format("{}-{}", topic.topic, id_of));
      }
    }
  }
  decoded.payload = fmt::format(
      "producerId:{},producerEpoch:{},state={},partitions=[{}],txnLastUpdateTimestamp={},"
      "txnTimeoutMs={}",
      state->producer_id, state->producer_epoch, transaction_state(state->transaction_status),
      fmt::join(partitions, ","), state->transaction_last_update_timestamp_ms,
      state->transaction_timeout_ms);
  return decoded;
}

}  // namespace

FieldDecoder field_decoder(std::string_view class_name) {
  static const std::map<std::string_view, FieldDecoder> kDecoders{
      {"StringDecoder", FieldDecoder::kString},
      {"LongDecoder", FieldDecoder::kLong},
      {"IntegerDecoder", FieldDecoder::kInteger},
      {"DefaultDecoder", FieldDecoder::kBytes},
  };
  for (const std::string_view package : {kDecoderPackage, kOldDecoderPackage}) {
    if (!class_name.starts_with(package)) continue;
    const auto known = kDecoders.find(class_name.substr(package.size()));
    if (known != kDecoders.end()) return known->second;
  }
  throw std::runtime_error(std::string(class_name));
}

std::optional<std::string> field_decoder_warning(std::string_view class_name) {
  if (!class_name.starts_with(kOldDecoderPackage)) return std::nullopt;
  return fmt::format("{} is deprecated. Please use {}{} instead", class_name, kDecoderPackage,
                     class_name.substr(kOldDecoderPackage.size()));
}

Decoded RecordDecoder::decode(std::int64_t offset, const std::optional<BytesView>& key_bytes,
                              const std::optional<BytesView>& value_bytes) const {
  if (records == Records::kPlain) {
    return {field_text(key, key_bytes), field_text(value, value_bytes)};
  }
  if (!key_bytes) {
    throw std::runtime_error(
        fmt::format("Failed to decode message at offset {} using offset topic decoder (message had "
                    "a missing key)",
                    offset));
  }
  if (records == Records::kTransactionState) {
    return decode_transaction_state(*key_bytes, value_bytes);
  }
  const std::int16_t type = record_version(*key_bytes);
  if (type < 0 || type > kGroupMetadataKey) {
    return {fmt::format("Unknown record type {} at offset {}, skipping.", type, offset),
            std::nullopt};
  }
  auto decoded = decode_offsets(*key_bytes, value_bytes);
  if (decoded) return std::move(*decoded);
  return {fmt::format("Error at offset {}, skipping. {}", offset, decoded.error().detail),
          std::nullopt};
}

}  // namespace barnabas::admin
