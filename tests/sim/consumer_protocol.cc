#include "tests/sim/consumer_protocol.h"

#include <cstdint>

#include "broker/protocol/messages/consumer_protocol_assignment.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"

namespace barnabas::sim {
namespace {

using protocol::ConsumerProtocolAssignment;
using protocol::ConsumerProtocolSubscription;

template <typename Message>
std::string with_version(const Message& message) {
  std::string bytes(sizeof(std::int16_t), '\0');
  store_be<std::int16_t>(reinterpret_cast<std::uint8_t*>(bytes.data()), Message::kMaxVersion);
  const protocol::Payload payload = message.encode(Message::kMaxVersion);
  for (const auto& piece : payload.pieces) {
    bytes += as_text(std::get<protocol::BytesPiece>(piece).bytes);
  }
  return bytes;
}

template <typename Message>
Result<Message> read(BytesView bytes) {
  if (bytes.size() < sizeof(std::int16_t)) return ErrorCode::kInvalidRequest;
  return Message::decode(bytes.subspan(sizeof(std::int16_t)), load_be<std::int16_t>(bytes.data()));
}

}  // namespace

std::string encode_subscription(const std::string& topic) {
  ConsumerProtocolSubscription subscription;
  subscription.topics = {topic};
  return with_version(subscription);
}

Result<std::vector<std::string>> decode_subscription(BytesView bytes) {
  TRY(const auto subscription, read<ConsumerProtocolSubscription>(bytes));
  return std::vector<std::string>(subscription.topics.begin(), subscription.topics.end());
}

std::string encode_assignment(const std::vector<TopicPartition>& partitions) {
  ConsumerProtocolAssignment assignment;
  for (const TopicPartition& tp : partitions) {
    if (assignment.assigned_partitions.empty()) {
      assignment.assigned_partitions.emplace_back().topic = tp.topic;
    }
    assignment.assigned_partitions.front().partitions.push_back(tp.partition.value());
  }
  return with_version(assignment);
}

Result<std::vector<TopicPartition>> decode_assignment(BytesView bytes) {
  std::vector<TopicPartition> partitions;
  if (bytes.empty()) return partitions;
  TRY(const auto assignment, read<ConsumerProtocolAssignment>(bytes));
  for (const auto& topic : assignment.assigned_partitions) {
    for (const std::int32_t partition : topic.partitions) {
      partitions.push_back({std::string(topic.topic), PartitionId(partition)});
    }
  }
  return partitions;
}

}  // namespace barnabas::sim
