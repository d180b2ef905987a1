#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {
namespace {

using protocol::StopReplicaRequest;
using protocol::StopReplicaResponse;
using replica::StopReplicaOrder;

// Versions before 3 have one flag for all partitions, and no leader epochs.
std::vector<StopReplicaOrder> orders_of(const StopReplicaRequest& message) {
  std::vector<StopReplicaOrder> orders;
  const auto add = [&](std::string_view topic, std::int32_t partition, LeaderEpoch epoch,
                       bool delete_partition) {
    orders.push_back({{std::string(topic), PartitionId{partition}}, epoch, delete_partition});
  };
  for (const auto& partition : message.ungrouped_partitions) {
    add(partition.topic_name, partition.partition_index, kNoLeaderEpoch, message.delete_partitions);
  }
  for (const auto& topic : message.topics) {
    for (const std::int32_t partition : topic.partition_indexes) {
      add(topic.name, partition, kNoLeaderEpoch, message.delete_partitions);
    }
  }
  for (const auto& topic : message.topic_states) {
    for (const auto& partition : topic.partition_states) {
      add(topic.topic_name, partition.partition_index, LeaderEpoch{partition.leader_epoch},
          partition.delete_partition);
    }
  }
  return orders;
}

}  // namespace

void handle_stop_replica(Context& context, protocol::Request request,
                         protocol::Responder responder) {
  const auto message = StopReplicaRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const auto orders = orders_of(*message);
  const auto result = context.replicas.stop_replicas(
      {message->controller_id, ControllerEpoch{message->controller_epoch},
       BrokerEpoch{message->broker_epoch}},
      orders);
  StopReplicaResponse response;
  response.error_code = result.code_or(ErrorCode::kNone);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    auto& error = response.partition_errors.emplace_back();
    error.topic_name = orders[i].tp.topic;
    error.partition_index = orders[i].tp.partition.value();
    error.error_code = result ? (*result)[i] : result.error().code;
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
