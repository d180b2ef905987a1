#include "broker/coordinator/group/core/group_records.h"

#include <fmt/format.h>

#include <set>

#include "broker/protocol/messages/group_metadata_key.h"
#include "broker/protocol/messages/group_metadata_value.h"
#include "broker/protocol/messages/offset_commit_key.h"
#include "broker/protocol/messages/offset_commit_value.h"

namespace barnabas::group {
namespace {

using protocol::GroupMetadataKey;
using protocol::GroupMetadataValue;
using protocol::OffsetCommitKey;
using protocol::OffsetCommitValue;

// The highest versions that are not flexible: what 3.9 writes and everybody reads.
constexpr std::int16_t kOffsetValueVersion = 3;
constexpr std::int16_t kGroupValueVersion = 3;
// The one version that has an expiry of its own.
constexpr std::int16_t kOffsetValueVersionWithExpiry = 1;
constexpr std::int16_t kFirstVersionWithRebalanceTimeout = 1;
constexpr std::size_t kVersionBytes = sizeof(std::int16_t);

template <typename Message>
std::string with_version(const Message& message, std::int16_t version) {
  const protocol::Payload payload = message.encode(version);
  std::string bytes(kVersionBytes, '\0');
  store_be(reinterpret_cast<std::uint8_t*>(bytes.data()), version);
  bytes.reserve(kVersionBytes + static_cast<std::size_t>(payload.size_bytes()));
  for (const auto& piece : payload.pieces) {
    bytes += as_text(std::get<protocol::BytesPiece>(piece).bytes);
  }
  return bytes;
}

std::string offset_key(std::string_view group, const TopicPartition& tp) {
  OffsetCommitKey key;
  key.group = group;
  key.topic = tp.topic;
  key.partition = tp.partition.value();
  return with_version(key, OffsetCommitKey::kMaxVersion);
}

std::string group_key(std::string_view group) {
  GroupMetadataKey key;
  key.group = group;
  return with_version(key, GroupMetadataKey::kMaxVersion);
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}
std::optional<std::string> copy_of(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

struct Versioned {
  std::int16_t version;
  BytesView body;
};
Result<Versioned> split(BytesView bytes, std::string_view what) {
  if (bytes.size() < kVersionBytes) {
    return Error{ErrorCode::kInvalidRecord, fmt::format("a {} of {} bytes", what, bytes.size())};
  }
  return Versioned{load_be<std::int16_t>(bytes.data()), bytes.subspan(kVersionBytes)};
}

template <typename Message>
Result<Message> read_value(BytesView bytes) {
  TRY(const Versioned value, split(bytes, "value"));
  auto message = Message::decode(value.body, value.version);
  if (!message) return Error{ErrorCode::kInvalidRecord, std::move(message.error().detail)};
  return message;
}

Result<CommittedOffset> read_offset(BytesView bytes) {
  TRY(const auto message, read_value<OffsetCommitValue>(bytes));
  CommittedOffset value;
  value.offset = Offset(message.offset);
  value.leader_epoch = LeaderEpoch(message.leader_epoch);
  value.metadata = message.metadata;
  value.commit_timestamp = message.commit_timestamp;
  if (message.expire_timestamp != kNoTimestamp) value.expire_timestamp = message.expire_timestamp;
  return value;
}

// What no coordinator writes, and none could go on with.
std::optional<std::string_view> flaw_of(const GroupRecord& group) {
  std::set<std::string_view> ids;
  std::set<std::string_view> instance_ids;
  for (const MemberRecord& member : group.members) {
    if (!ids.insert(member.member_id).second) return "a member stands in it twice";
    if (member.instance_id && !instance_ids.insert(*member.instance_id).second) {
      return "a static member stands in it twice";
    }
  }
  if (!group.members.empty() && !group.protocol) return "it has members and no protocol";
  return std::nullopt;
}

Result<GroupRecord> read_group(BytesView bytes) {
  TRY(const auto message, read_value<GroupMetadataValue>(bytes));
  const bool has_rebalance_timeout =
      load_be<std::int16_t>(bytes.data()) >= kFirstVersionWithRebalanceTimeout;
  GroupRecord value;
  value.protocol_type = message.protocol_type;
  value.generation = GenerationId(message.generation);
  value.protocol = copy_of(message.protocol);
  value.leader = copy_of(message.leader);
  value.state_timestamp = message.current_state_timestamp;
  value.members.reserve(message.members.size());
  for (const auto& member : message.members) {
    value.members.push_back(
        {.member_id = std::string(member.member_id),
         .instance_id = copy_of(member.group_instance_id),
         .client_id = std::string(member.client_id),
         .client_host = std::string(member.client_host),
         .rebalance_timeout = milliseconds(has_rebalance_timeout ? member.rebalance_timeout
                                                                 : member.session_timeout),
         .session_timeout = milliseconds(member.session_timeout),
         .subscription = std::string(as_text(member.subscription)),
         .assignment = std::string(as_text(member.assignment))});
  }
  if (const auto flaw = flaw_of(value)) {
    return Error{ErrorCode::kInvalidRecord, fmt::format("a group's record: {}", *flaw)};
  }
  return value;
}

}  // namespace

LogRecord offset_record(std::string_view group, const TopicPartition& tp,
                        const CommittedOffset& value) {
  OffsetCommitValue message;
  message.offset = value.offset.value();
  message.leader_epoch = value.leader_epoch.value();
  message.metadata = value.metadata;
  message.commit_timestamp = value.commit_timestamp;
  message.expire_timestamp = value.expire_timestamp.value_or(kNoTimestamp);
  return {offset_key(group, tp),
          with_version(message, value.expire_timestamp ? kOffsetValueVersionWithExpiry
                                                       : kOffsetValueVersion)};
}

LogRecord offset_tombstone(std::string_view group, const TopicPartition& tp) {
  return {offset_key(group, tp), std::nullopt};
}

LogRecord group_record(std::string_view group, const GroupRecord& value) {
  GroupMetadataValue message;
  message.protocol_type = value.protocol_type;
  message.generation = value.generation.value();
  message.protocol = view_of(value.protocol);
  message.leader = view_of(value.leader);
  message.current_state_timestamp = value.state_timestamp;
  message.members.reserve(value.members.size());
  for (const MemberRecord& member : value.members) {
    auto& told = message.members.emplace_back();
    told.member_id = member.member_id;
    told.group_instance_id = view_of(member.instance_id);
    told.client_id = member.client_id;
    told.client_host = member.client_host;
    told.rebalance_timeout = static_cast<std::int32_t>(member.rebalance_timeout.count());
    told.session_timeout = static_cast<std::int32_t>(member.session_timeout.count());
    told.subscription = as_bytes(member.subscription);
    told.assignment = as_bytes(member.assignment);
  }
  return {group_key(group), with_version(message, kGroupValueVersion)};
}

LogRecord group_tombstone(std::string_view group) {
  return {group_key(group), std::nullopt};
}

Result<Entry> read_record(BytesView key, std::optional<BytesView> value) {
  TRY(const Versioned versioned, split(key, "key"));
  if (versioned.version >= OffsetCommitKey::kMinVersion &&
      versioned.version <= OffsetCommitKey::kMaxVersion) {
    TRY(const auto decoded, OffsetCommitKey::decode(versioned.body, versioned.version));
    OffsetEntry entry{std::string(decoded.group),
                      {std::string(decoded.topic), PartitionId(decoded.partition)},
                      std::nullopt};
    if (value) {
      TRY(entry.value, read_offset(*value));
    }
    return Entry(std::move(entry));
  }
  if (versioned.version >= GroupMetadataKey::kMinVersion &&
      versioned.version <= GroupMetadataKey::kMaxVersion) {
    TRY(const auto decoded, GroupMetadataKey::decode(versioned.body, versioned.version));
    GroupEntry entry{std::string(decoded.group), std::nullopt};
    if (value) {
      TRY(entry.value, read_group(*value));
    }
    return Entry(std::move(entry));
  }
  return Entry(UnknownEntry{versioned.version});
}

}  // namespace barnabas::group
