#include "broker/protocol/messages/offset_delete.h"

#include <string>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::api {

void handle_offset_delete(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  const auto decoded = protocol::OffsetDeleteRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  const auto metadata = context.metadata.snapshot();
  const auto exists = [&](std::string_view topic, std::int32_t partition) {
    return metadata->partition(topic, PartitionId(partition)) != nullptr;
  };
  std::vector<TopicPartition> known;
  for (const auto& topic : decoded->topics) {
    for (const auto& partition : topic.partitions) {
      if (!exists(topic.name, partition.partition_index)) continue;
      known.push_back({std::string(topic.name), PartitionId(partition.partition_index)});
    }
  }

  // Even without a partition: what is wrong with the group is told.
  const auto deleted = context.groups.delete_offsets(decoded->group_id, known);
  protocol::OffsetDeleteResponse response;
  response.error_code = deleted.code_or(ErrorCode::kNone);
  if (!deleted) return responder.respond(response.encode(request.version));
  std::size_t next = 0;
  for (const auto& topic : decoded->topics) {
    auto& told = response.topics.emplace_back();
    told.name = topic.name;
    for (const auto& partition : topic.partitions) {
      const ErrorCode error = exists(topic.name, partition.partition_index)
                                  ? (*deleted)[next++]
                                  : ErrorCode::kUnknownTopicOrPartition;
      told.partitions.push_back({partition.partition_index, error});
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
