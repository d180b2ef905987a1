#include <set>
#include <string_view>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

constexpr std::int16_t kFirstVersionWithLeaderEpoch = 4;
constexpr std::int16_t kFirstVersionWithOffsetNotAvailable = 5;

// Negative timestamps are questions of their own, each known from some version on.
bool is_supported(Timestamp timestamp, std::int16_t version) {
  switch (timestamp) {
    case replica::kLatestTimestamp:
    case replica::kEarliestTimestamp:
      return true;
    case replica::kMaxTimestamp:
      return version >= 7;
    case replica::kEarliestLocalTimestamp:
      return version >= 8;
    case replica::kLatestTieredTimestamp:
      return version >= 9;
    default:
      return timestamp >= 0;
  }
}

ErrorCode for_version(ErrorCode error, std::int16_t version) {
  if (error == ErrorCode::kOffsetNotAvailable && version < kFirstVersionWithOffsetNotAvailable) {
    return ErrorCode::kLeaderNotAvailable;
  }
  return error;
}

// Version 0: where segments begin.
void list_segments(const Context& context, const ListOffsetsRequest& message,
                   std::string_view topic,
                   const ListOffsetsRequest::ListOffsetsPartition& partition,
                   ListOffsetsResponse::ListOffsetsPartitionResponse& answer) {
  if (partition.timestamp < replica::kEarliestTimestamp) {
    answer.error_code = ErrorCode::kUnsupportedVersion;
    return;
  }
  if (partition.max_num_offsets < 0) {
    answer.error_code = ErrorCode::kUnknownServerError;
    return;
  }
  replica::ListOffsetsQuery query;
  query.topic = topic;
  query.partition = PartitionId{partition.partition_index};
  query.replica_id = message.replica_id;
  query.timestamp = partition.timestamp;
  const auto found = context.replicas.offsets_before(query, partition.max_num_offsets);
  answer.error_code = found.code_or(ErrorCode::kNone);
  if (!found) return;
  for (const Offset offset : *found) answer.old_style_offsets.push_back(offset.value());
}

}  // namespace

void handle_list_offsets(Context& context, protocol::Request request,
                         protocol::Responder responder) {
  const auto message = ListOffsetsRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();

  std::set<std::pair<std::string_view, std::int32_t>> seen;
  std::set<std::pair<std::string_view, std::int32_t>> duplicates;
  for (const auto& topic : message->topics) {
    for (const auto& partition : topic.partitions) {
      if (!seen.emplace(topic.name, partition.partition_index).second) {
        duplicates.emplace(topic.name, partition.partition_index);
      }
    }
  }

  ListOffsetsResponse response;
  for (const auto& topic : message->topics) {
    auto& topic_response = response.topics.emplace_back();
    topic_response.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& answer = topic_response.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      if (request.version == 0) {
        list_segments(context, *message, topic.name, partition, answer);
        continue;
      }
      if (duplicates.contains({topic.name, partition.partition_index})) {
        answer.error_code = ErrorCode::kInvalidRequest;
        continue;
      }
      if (!is_supported(partition.timestamp, request.version)) {
        answer.error_code = ErrorCode::kUnsupportedVersion;
        continue;
      }
      replica::ListOffsetsQuery query;
      query.topic = topic.name;
      query.partition = PartitionId{partition.partition_index};
      query.replica_id = message->replica_id;
      query.isolation = message->isolation_level == 1 ? replica::IsolationLevel::kReadCommitted
                                                      : replica::IsolationLevel::kReadUncommitted;
      query.current_leader_epoch = LeaderEpoch{partition.current_leader_epoch};
      query.timestamp = partition.timestamp;
      const auto found = context.replicas.list_offsets(query);
      if (!found) {
        answer.error_code = for_version(found.error().code, request.version);
        continue;
      }
      answer.timestamp = found->timestamp;
      answer.offset = found->offset.value();
      if (request.version >= kFirstVersionWithLeaderEpoch) {
        answer.leader_epoch = found->epoch.value();
      }
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
