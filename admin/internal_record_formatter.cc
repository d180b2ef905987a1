#include "admin/internal_record_formatter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <vector>

#include "admin/json_line.h"
#include "admin/record_json.h"
#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/protocol/messages/group_metadata_key.h"
#include "broker/protocol/messages/group_metadata_value.h"
#include "broker/protocol/messages/offset_commit_key.h"
#include "broker/protocol/messages/offset_commit_value.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kNewPackage = "org.apache.kafka.tools.consumer.";
constexpr std::string_view kOldGroupClass = "kafka.coordinator.group.GroupMetadataManager$";

// "data" is the message, or a word where its version is none that is known.
JsonLine versioned(std::int16_t version, const Result<JsonLine>& data) {
  JsonLine json;
  json.number("version", version);
  if (data) return json.object("data", *data);
  if (data.error().code != ErrorCode::kUnsupportedVersion) {
    throw std::runtime_error(data.error().detail);
  }
  return json.text("data", "unknown");
}

template <typename Message>
Message read_record(std::string_view record) {
  const BytesView bytes = as_bytes(record);
  const auto message = Message::decode(bytes.subspan(2), record_version(bytes));
  if (!message) throw std::runtime_error(message.error().detail);
  return *message;
}

std::string offset_text(std::string_view value) {
  const auto read = read_record<protocol::OffsetCommitValue>(value);
  return fmt::format(
      "OffsetAndMetadata(offset={}, leaderEpoch={}, metadata={}, commitTimestamp={}, "
      "expireTimestamp={})",
      read.offset,
      read.leader_epoch < 0 ? "Optional.empty" : fmt::format("Optional[{}]", read.leader_epoch),
      read.metadata, read.commit_timestamp,
      read.expire_timestamp < 0 ? "None" : fmt::format("Some({})", read.expire_timestamp));
}

std::string scala_option(const std::optional<std::string_view>& text) {
  return text ? fmt::format("Some({})", *text) : "None";
}

std::string group_text(std::string_view group, std::string_view value) {
  const auto read = read_record<protocol::GroupMetadataValue>(value);
  std::vector<std::string> members;
  for (const auto& member : read.members) {
    const std::int32_t rebalance_timeout =
        member.rebalance_timeout < 0 ? member.session_timeout : member.rebalance_timeout;
    members.push_back(fmt::format(
        "{0} -> MemberMetadata(memberId={0}, groupInstanceId={1}, clientId={2}, clientHost={3}, "
        "sessionTimeoutMs={4}, rebalanceTimeoutMs={5}, supportedProtocols=List({6}))",
        member.member_id, scala_option(member.group_instance_id), member.client_id,
        member.client_host, member.session_timeout, rebalance_timeout, read.protocol.value_or("")));
  }
  return fmt::format(
      "GroupMetadata(groupId={}, generation={}, protocolType={}, currentState={}, "
      "members=HashMap({}))",
      group, read.generation,
      read.protocol_type.empty() ? "None" : scala_option(read.protocol_type),
      read.members.empty() ? "Empty" : "Stable", fmt::join(members, ", "));
}

}  // namespace

std::optional<InternalRecordFormatter> InternalRecordFormatter::of_class(
    std::string_view class_name) {
  const bool is_old = class_name.starts_with(kOldGroupClass);
  if (!is_old && !class_name.starts_with(kNewPackage)) return std::nullopt;
  const std::string_view name =
      class_name.substr(is_old ? kOldGroupClass.size() : kNewPackage.size());
  if (name == "OffsetsMessageFormatter") return InternalRecordFormatter(Kind::kOffsets, !is_old);
  if (name == "GroupMetadataMessageFormatter") {
    return InternalRecordFormatter(Kind::kGroups, !is_old);
  }
  if (!is_old && name == "TransactionLogMessageFormatter") {
    return InternalRecordFormatter(Kind::kTransactions, true);
  }
  return std::nullopt;
}

void InternalRecordFormatter::format(const std::optional<std::string_view>& key,
                                     const std::optional<std::string_view>& value,
                                     std::string& out) const {
  if (as_json_) {
    format_json(key, value, out);
  } else if (key) {
    format_text(*key, value, out);
  }
}

void InternalRecordFormatter::format_json(const std::optional<std::string_view>& key,
                                          const std::optional<std::string_view>& value,
                                          std::string& out) const {
  JsonLine json;
  if (!key) {
    json.null("key");
  } else {
    const BytesView bytes = as_bytes(*key);
    const std::int16_t version = record_version(bytes);
    const bool about_offset = version >= 0 && version <= kLastOffsetCommitKey;
    const bool about_group = version == kGroupMetadataKey;
    if (kind_ == Kind::kOffsets && about_group) return;
    if (kind_ == Kind::kGroups && about_offset) return;
    json.object("key",
                versioned(version, kind_ == Kind::kOffsets  ? offset_commit_key_json(bytes)
                                   : kind_ == Kind::kGroups ? group_metadata_key_json(bytes)
                                                            : transaction_log_key_json(bytes)));
  }
  if (!value) {
    json.null("value");
  } else {
    const BytesView bytes = as_bytes(*value);
    json.object("value",
                versioned(record_version(bytes),
                          kind_ == Kind::kOffsets  ? offset_commit_value_json(bytes)
                          : kind_ == Kind::kGroups ? group_metadata_value_json(bytes, false)
                                                   : transaction_log_value_json(bytes)));
  }
  out += json.str();
}

void InternalRecordFormatter::format_text(std::string_view key,
                                          const std::optional<std::string_view>& value,
                                          std::string& out) const {
  const std::int16_t version = record_version(as_bytes(key));
  if (kind_ == Kind::kOffsets && version >= 0 && version <= kLastOffsetCommitKey) {
    const auto read = read_record<protocol::OffsetCommitKey>(key);
    out += fmt::format("[{},{},{}]::{}\n", read.group, read.topic, read.partition,
                       value ? offset_text(*value) : "NULL");
  }
  if (kind_ == Kind::kGroups && version == kGroupMetadataKey) {
    const auto read = read_record<protocol::GroupMetadataKey>(key);
    out += fmt::format("{}::{}\n", read.group, value ? group_text(read.group, *value) : "NULL");
  }
}

}  // namespace barnabas::admin
