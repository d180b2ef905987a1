#include <array>
#include <string>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"
#include "broker/protocol/messages/update_metadata.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {
namespace {

using protocol::UpdateMetadataRequest;
using protocol::UpdateMetadataResponse;
using replica::MetadataUpdate;
using UpdatedPartition = UpdateMetadataRequest::UpdateMetadataPartitionState;

constexpr std::int16_t kFirstVersionWithListenerNames = 3;

// By their numbers on the wire.
std::string security_protocol(std::int16_t id) {
  constexpr std::array<std::string_view, 4> kNames = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT",
                                                      "SASL_SSL"};
  const bool known = id >= 0 && static_cast<std::size_t>(id) < kNames.size();
  return std::string(known ? kNames[static_cast<std::size_t>(id)] : "UNKNOWN");
}

replica::BrokerMetadata broker_of(const UpdateMetadataRequest::UpdateMetadataBroker& broker,
                                  std::int16_t version) {
  replica::BrokerMetadata metadata;
  metadata.id = broker.id;
  if (version == 0) {
    metadata.endpoints.push_back(
        {"PLAINTEXT", "PLAINTEXT", std::string(broker.v0_host), broker.v0_port});
  }
  for (const auto& endpoint : broker.endpoints) {
    const std::string protocol = security_protocol(endpoint.security_protocol);
    metadata.endpoints.push_back(
        {version < kFirstVersionWithListenerNames ? protocol : std::string(endpoint.listener),
         protocol, std::string(endpoint.host), endpoint.port});
  }
  if (broker.rack && !broker.rack->empty()) metadata.rack = std::string(*broker.rack);
  return metadata;
}

MetadataUpdate::Partition partition_of(std::string_view topic, const Uuid& topic_id,
                                       const UpdatedPartition& state) {
  MetadataUpdate::Partition partition;
  partition.topic = std::string(topic);
  partition.topic_id = topic_id;
  partition.partition = PartitionId{state.partition_index};
  partition.state.leader = state.leader;
  partition.state.leader_epoch = LeaderEpoch{state.leader_epoch};
  partition.state.controller_epoch = ControllerEpoch{state.controller_epoch};
  partition.state.partition_epoch = PartitionEpoch{state.zk_version};
  partition.state.isr = state.isr;
  partition.state.replicas = state.replicas;
  partition.state.offline_replicas = state.offline_replicas;
  return partition;
}

}  // namespace

void handle_update_metadata(Context& context, protocol::Request request,
                            protocol::Responder responder) {
  const auto message = UpdateMetadataRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  MetadataUpdate update;
  update.controller_id = message->controller_id;
  for (const auto& broker : message->live_brokers) {
    update.live_brokers.push_back(broker_of(broker, request.version));
  }
  for (const auto& state : message->ungrouped_partition_states) {
    update.partitions.push_back(partition_of(state.topic_name, {}, state));
  }
  for (const auto& topic : message->topic_states) {
    for (const auto& state : topic.partition_states) {
      update.partitions.push_back(partition_of(topic.topic_name, topic.topic_id, state));
    }
  }
  const auto result = context.replicas.update_metadata(
      {message->controller_id, ControllerEpoch{message->controller_epoch},
       BrokerEpoch{message->broker_epoch}},
      update);
  if (result) context.controller.on_metadata_updated();
  UpdateMetadataResponse response;
  response.error_code = result.code_or(ErrorCode::kNone);
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
