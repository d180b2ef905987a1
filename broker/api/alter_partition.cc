#include "broker/protocol/messages/alter_partition.h"

#include <memory>
#include <string>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"

namespace barnabas::api {
namespace {

using controller::AlterPartition;
using controller::AlterPartitionAnswer;
using controller::AlterPartitionItem;
using controller::LeaderRecoveryState;
using protocol::AlterPartitionRequest;
using protocol::AlterPartitionResponse;

AlterPartition to_core(const AlterPartitionRequest& request, std::int16_t version) {
  AlterPartition asked;
  asked.broker = request.broker_id;
  asked.broker_epoch = BrokerEpoch(request.broker_epoch);
  asked.names_topic_ids = version >= 2;
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      AlterPartitionItem& item = asked.items.emplace_back();
      item.topic = topic.topic_name;
      item.topic_id = topic.topic_id;
      item.partition = PartitionId(partition.partition_index);
      item.leader_epoch = LeaderEpoch(partition.leader_epoch);
      item.partition_epoch = PartitionEpoch(partition.partition_epoch);
      item.new_isr = partition.new_isr;
      for (const auto& replica : partition.new_isr_with_epochs) {
        item.new_isr.push_back(replica.broker_id);
      }
      item.recovery_state = partition.leader_recovery_state == 0 ? LeaderRecoveryState::kRecovered
                                                                 : LeaderRecoveryState::kRecovering;
    }
  }
  return asked;
}

void respond(protocol::Responder& responder, std::int16_t version,
             const AlterPartitionAnswer& answer) {
  AlterPartitionResponse response;
  response.error_code = answer.error;
  for (const auto& item : answer.items) {
    auto& topics = response.topics;
    if (topics.empty() || topics.back().topic_name != item.topic ||
        topics.back().topic_id != item.topic_id) {
      auto& topic = topics.emplace_back();
      topic.topic_name = item.topic;
      topic.topic_id = item.topic_id;
    }
    auto& partition = topics.back().partitions.emplace_back();
    partition.partition_index = item.partition.value();
    partition.error_code = item.error;
    if (item.error != ErrorCode::kNone) continue;
    partition.leader_id = item.leader;
    partition.leader_epoch = item.leader_epoch.value();
    partition.isr = item.isr;
    partition.leader_recovery_state = static_cast<std::int8_t>(item.recovery_state);
    partition.partition_epoch = item.partition_epoch.value();
  }
  responder.respond(response.encode(version));
}

}  // namespace

void handle_alter_partition(Context& context, protocol::Request request,
                            protocol::Responder responder) {
  const auto decoded = AlterPartitionRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  context.controller.alter_partition(
      to_core(*decoded, request.version),
      [waiting, version = request.version](const AlterPartitionAnswer& answer) {
        respond(*waiting, version, answer);
      });
}

}  // namespace barnabas::api
