#include "broker/protocol/messages/offset_for_leader_epoch.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {

void handle_offset_for_leader_epoch(Context& context, protocol::Request request,
                                    protocol::Responder responder) {
  const auto message = protocol::OffsetForLeaderEpochRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  protocol::OffsetForLeaderEpochResponse response;
  for (const auto& topic : message->topics) {
    auto& topic_response = response.topics.emplace_back();
    topic_response.topic = topic.topic;
    for (const auto& partition : topic.partitions) {
      auto& answer = topic_response.partitions.emplace_back();
      answer.partition = partition.partition;
      const auto end = context.replicas.end_offset_for_leader_epoch(
          {topic.topic, PartitionId{partition.partition},
           LeaderEpoch{partition.current_leader_epoch}, LeaderEpoch{partition.leader_epoch}});
      if (!end) {
        answer.error_code = end.error().code;
        continue;
      }
      answer.leader_epoch = end->epoch.value();
      answer.end_offset = end->end_offset.value();
    }
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
