#include "admin/record_json.h"

#include <optional>
#include <string_view>
#include <vector>

#include "broker/protocol/messages/consumer_protocol_assignment.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"
#include "broker/protocol/messages/group_metadata_key.h"
#include "broker/protocol/messages/group_metadata_value.h"
#include "broker/protocol/messages/offset_commit_key.h"
#include "broker/protocol/messages/offset_commit_value.h"
#include "broker/protocol/messages/transaction_log_key.h"
#include "broker/protocol/messages/transaction_log_value.h"

namespace barnabas::admin {
namespace {

constexpr std::size_t kVersionBytes = 2;
constexpr std::string_view kConsumerProtocol = "consumer";

// What follows the version.
template <typename Message>
Result<Message> decoded(BytesView bytes) {
  if (bytes.size() < kVersionBytes) {
    return Error{ErrorCode::kInvalidRequest, "there is no version"};
  }
  return Message::decode(bytes.subspan(kVersionBytes), record_version(bytes));
}

template <typename TopicPartitions>
std::vector<JsonLine> topics_json(const TopicPartitions& topics) {
  std::vector<JsonLine> out;
  for (const auto& topic : topics) {
    out.emplace_back().text("topic", topic.topic).numbers("partitions", topic.partitions);
  }
  return out;
}

std::optional<JsonLine> subscription_json(BytesView bytes) {
  const auto read = decoded<protocol::ConsumerProtocolSubscription>(bytes);
  if (!read) return std::nullopt;
  const std::int16_t version = record_version(bytes);
  JsonLine json;
  json.texts("topics", read->topics).bytes("userData", read->user_data);
  if (version >= 1) json.objects("ownedPartitions", topics_json(read->owned_partitions));
  if (version >= 2) json.number("generationId", read->generation_id);
  if (version >= 3) json.text("rackId", read->rack_id);
  return json;
}

std::optional<JsonLine> assignment_json(BytesView bytes) {
  const auto read = decoded<protocol::ConsumerProtocolAssignment>(bytes);
  if (!read) return std::nullopt;
  JsonLine json;
  json.objects("assignedPartitions", topics_json(read->assigned_partitions))
      .bytes("userData", read->user_data);
  return json;
}

void add_opened(JsonLine& member, std::string_view name, BytesView bytes,
                const std::optional<JsonLine>& opened) {
  if (opened) {
    member.object(name, *opened);
  } else {
    member.bytes(name, bytes);
  }
}

}  // namespace

std::int16_t record_version(BytesView bytes) {
  return bytes.size() < kVersionBytes ? std::int16_t{-1} : load_be<std::int16_t>(bytes.data());
}

Result<JsonLine> offset_commit_key_json(BytesView key) {
  TRY(const auto read, decoded<protocol::OffsetCommitKey>(key));
  return JsonLine()
      .text("group", read.group)
      .text("topic", read.topic)
      .number("partition", read.partition);
}

Result<JsonLine> offset_commit_value_json(BytesView value) {
  TRY(const auto read, decoded<protocol::OffsetCommitValue>(value));
  const std::int16_t version = record_version(value);
  JsonLine json;
  json.number("offset", read.offset);
  if (version >= 3) json.number("leaderEpoch", read.leader_epoch);
  json.text("metadata", read.metadata).number("commitTimestamp", read.commit_timestamp);
  if (version == 1) json.number("expireTimestamp", read.expire_timestamp);
  return json;
}

Result<JsonLine> group_metadata_key_json(BytesView key) {
  TRY(const auto read, decoded<protocol::GroupMetadataKey>(key));
  return JsonLine().text("group", read.group);
}

Result<JsonLine> group_metadata_value_json(BytesView value, bool open_members) {
  TRY(const auto read, decoded<protocol::GroupMetadataValue>(value));
  const std::int16_t version = record_version(value);
  JsonLine json;
  json.text("protocolType", read.protocol_type)
      .number("generation", read.generation)
      .text("protocol", read.protocol)
      .text("leader", read.leader);
  if (version >= 2) json.number("currentStateTimestamp", read.current_state_timestamp);
  const bool opens = open_members && read.protocol_type == kConsumerProtocol;
  std::vector<JsonLine> members;
  for (const auto& member : read.members) {
    JsonLine& out = members.emplace_back().text("memberId", member.member_id);
    if (version >= 3) out.text("groupInstanceId", member.group_instance_id);
    out.text("clientId", member.client_id).text("clientHost", member.client_host);
    if (version >= 1) out.number("rebalanceTimeout", member.rebalance_timeout);
    out.number("sessionTimeout", member.session_timeout);
    add_opened(out, "subscription", member.subscription,
               opens ? subscription_json(member.subscription) : std::nullopt);
    add_opened(out, "assignment", member.assignment,
               opens ? assignment_json(member.assignment) : std::nullopt);
  }
  return json.objects("members", members);
}

Result<JsonLine> transaction_log_key_json(BytesView key) {
  TRY(const auto read, decoded<protocol::TransactionLogKey>(key));
  return JsonLine().text("transactionalId", read.transactional_id);
}

Result<JsonLine> transaction_log_value_json(BytesView value) {
  TRY(const auto read, decoded<protocol::TransactionLogValue>(value));
  JsonLine json;
  json.number("producerId", read.producer_id)
      .number("producerEpoch", read.producer_epoch)
      .number("transactionTimeoutMs", read.transaction_timeout_ms)
      .number("transactionStatus", read.transaction_status);
  if (read.transaction_partitions) {
    std::vector<JsonLine> topics;
    for (const auto& topic : *read.transaction_partitions) {
      topics.emplace_back().text("topic", topic.topic).numbers("partitionIds", topic.partition_ids);
    }
    json.objects("transactionPartitions", topics);
  } else {
    json.null("transactionPartitions");
  }
  return json.number("transactionLastUpdateTimestampMs", read.transaction_last_update_timestamp_ms)
      .number("transactionStartTimestampMs", read.transaction_start_timestamp_ms);
}

}  // namespace barnabas::admin
