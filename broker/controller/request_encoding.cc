#include "broker/controller/request_encoding.h"

#include <map>

#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"

namespace barnabas::controller {
namespace {

// SecurityProtocol.id of Kafka's clients.
std::int16_t security_protocol_id(const std::string& name) {
  if (name == "SSL") return 1;
  if (name == "SASL_PLAINTEXT") return 2;
  if (name == "SASL_SSL") return 3;
  return 0;
}

// Entries are ascending by partition: those of one topic stand together.
template <typename TopicState>
TopicState& topic_state(std::vector<TopicState>& topics, const std::string& name) {
  if (topics.empty() || topics.back().topic_name != name) {
    topics.emplace_back().topic_name = name;
  }
  return topics.back();
}

}  // namespace

const Endpoint* find_endpoint(const BrokerInfo& broker, const std::string& listener) {
  for (const Endpoint& endpoint : broker.endpoints) {
    if (endpoint.listener == listener) return &endpoint;
  }
  return nullptr;
}

bool leader_recovery_supported(const protocol::InterBrokerVersions& versions) {
  return versions.leader_and_isr >= 6;
}

protocol::Payload encode(const RequestSender& sender, const SendLeaderAndIsr& request) {
  const LeaderAndIsrData& data = *request.data;
  protocol::LeaderAndIsrRequest message;
  message.controller_id = sender.controller;
  message.controller_epoch = sender.epoch.value();
  message.broker_epoch = request.broker_epoch.value();
  const bool tells_recovery = leader_recovery_supported(sender.versions);
  for (const PartitionStateEntry& entry : data.partitions) {
    auto& topic = topic_state(message.topic_states, entry.partition.topic);
    topic.topic_id = data.topic_ids.at(entry.partition.topic);
    const LeaderAndIsr& state = entry.leadership.state;
    auto& partition = topic.partition_states.emplace_back();
    partition.partition_index = entry.partition.partition.value();
    partition.controller_epoch = entry.leadership.controller_epoch.value();
    partition.leader = state.leader;
    partition.leader_epoch = state.leader_epoch.value();
    partition.isr = state.isr;
    partition.partition_epoch = state.partition_epoch.value();
    partition.replicas = entry.assignment.replicas;
    partition.adding_replicas = entry.assignment.adding;
    partition.removing_replicas = entry.assignment.removing;
    partition.is_new = entry.is_new;
    // The state may be of a controller that spoke a newer version.
    if (tells_recovery) {
      partition.leader_recovery_state = static_cast<std::int8_t>(state.recovery_state);
    }
  }
  for (const BrokerInfo& leader : data.live_leaders) {
    const Endpoint* endpoint = find_endpoint(leader, sender.inter_broker_listener);
    if (!endpoint) continue;
    auto& node = message.live_leaders.emplace_back();
    node.broker_id = leader.id;
    node.host_name = endpoint->host;
    node.port = endpoint->port;
  }
  return message.encode(sender.versions.leader_and_isr);
}

protocol::Payload encode(const RequestSender& sender, const SendUpdateMetadata& request) {
  const UpdateMetadataData& data = *request.data;
  protocol::UpdateMetadataRequest message;
  message.controller_id = sender.controller;
  message.controller_epoch = sender.epoch.value();
  message.broker_epoch = request.broker_epoch.value();
  for (const PartitionStateEntry& entry : data.partitions) {
    auto& topic = topic_state(message.topic_states, entry.partition.topic);
    const auto id = data.topic_ids.find(entry.partition.topic);
    if (id != data.topic_ids.end()) topic.topic_id = id->second;
    const LeaderAndIsr& state = entry.leadership.state;
    auto& partition = topic.partition_states.emplace_back();
    partition.partition_index = entry.partition.partition.value();
    partition.controller_epoch = entry.leadership.controller_epoch.value();
    partition.leader = state.leader;
    partition.leader_epoch = state.leader_epoch.value();
    partition.isr = state.isr;
    partition.zk_version = state.partition_epoch.value();
    partition.replicas = entry.assignment.replicas;
    partition.offline_replicas = entry.offline_replicas;
  }
  for (const BrokerInfo& broker : data.live_brokers) {
    auto& live = message.live_brokers.emplace_back();
    live.id = broker.id;
    for (const Endpoint& endpoint : broker.endpoints) {
      auto& to = live.endpoints.emplace_back();
      to.port = endpoint.port;
      to.host = endpoint.host;
      to.listener = endpoint.listener;
      to.security_protocol = security_protocol_id(endpoint.security_protocol);
    }
    live.rack = broker.rack;
  }
  return message.encode(sender.versions.update_metadata);
}

protocol::Payload encode(const RequestSender& sender, const SendStopReplica& request) {
  protocol::StopReplicaRequest message;
  message.controller_id = sender.controller;
  message.controller_epoch = sender.epoch.value();
  message.broker_epoch = request.broker_epoch.value();
  for (const StopReplicaEntry& entry : request.data->partitions) {
    auto& partition =
        topic_state(message.topic_states, entry.partition.topic).partition_states.emplace_back();
    partition.partition_index = entry.partition.partition.value();
    partition.leader_epoch = entry.leader_epoch.value();
    partition.delete_partition = entry.delete_partition;
  }
  return message.encode(sender.versions.stop_replica);
}

Result<BrokerAnswer> decode_leader_and_isr(const RequestSender& sender, BytesView body,
                                           const LeaderAndIsrData& sent) {
  TRY(const auto message,
      protocol::LeaderAndIsrResponse::decode(body, sender.versions.leader_and_isr));
  std::map<Uuid, std::string> names;
  for (const auto& [name, id] : sent.topic_ids) names[id] = name;
  BrokerAnswer answer{message.error_code, {}};
  // Of versions that do not tell of topics by their ids.
  for (const auto& partition : message.partition_errors) {
    answer.partitions.emplace_back(
        TopicPartition{std::string(partition.topic_name), PartitionId(partition.partition_index)},
        partition.error_code);
  }
  for (const auto& topic : message.topics) {
    const auto name = names.find(topic.topic_id);
    if (name == names.end()) continue;
    for (const auto& partition : topic.partition_errors) {
      answer.partitions.emplace_back(
          TopicPartition{name->second, PartitionId(partition.partition_index)},
          partition.error_code);
    }
  }
  return answer;
}

Result<BrokerAnswer> decode_update_metadata(const RequestSender& sender, BytesView body) {
  TRY(const auto message,
      protocol::UpdateMetadataResponse::decode(body, sender.versions.update_metadata));
  return BrokerAnswer{message.error_code, {}};
}

Result<BrokerAnswer> decode_stop_replica(const RequestSender& sender, BytesView body) {
  TRY(const auto message,
      protocol::StopReplicaResponse::decode(body, sender.versions.stop_replica));
  BrokerAnswer answer{message.error_code, {}};
  for (const auto& partition : message.partition_errors) {
    answer.partitions.emplace_back(
        TopicPartition{std::string(partition.topic_name), PartitionId(partition.partition_index)},
        partition.error_code);
  }
  return answer;
}

}  // namespace barnabas::controller
