#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/base/logging.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/replica/replica_manager.h"
#include "broker/replica/topic_configs.h"

namespace barnabas::api {
namespace {

using protocol::LeaderAndIsrRequest;
using protocol::LeaderAndIsrResponse;
using replica::LeaderAndIsrOrder;
using PartitionState = LeaderAndIsrRequest::LeaderAndIsrPartitionState;

constexpr std::int16_t kFirstAnswerByTopicId = 5;
constexpr std::int8_t kRecovering = 1;

LeaderAndIsrOrder order_of(std::string_view topic, const Uuid& topic_id,
                           const PartitionState& state) {
  LeaderAndIsrOrder order;
  order.tp = {std::string(topic), PartitionId{state.partition_index}};
  order.topic_id = topic_id;
  order.state.controller_epoch = ControllerEpoch{state.controller_epoch};
  order.state.leader = state.leader;
  order.state.leader_epoch = LeaderEpoch{state.leader_epoch};
  order.state.partition_epoch = PartitionEpoch{state.partition_epoch};
  order.state.isr = state.isr;
  order.state.replicas = state.replicas;
  order.state.adding_replicas = state.adding_replicas;
  order.state.removing_replicas = state.removing_replicas;
  order.state.is_new = state.is_new;
  order.state.recovering = state.leader_recovery_state == kRecovering;
  return order;
}

std::vector<LeaderAndIsrOrder> orders_of(const LeaderAndIsrRequest& message) {
  std::vector<LeaderAndIsrOrder> orders;
  for (const auto& state : message.ungrouped_partition_states) {
    orders.push_back(order_of(state.topic_name, {}, state));
  }
  for (const auto& topic : message.topic_states) {
    for (const auto& state : topic.partition_states) {
      orders.push_back(order_of(topic.topic_name, topic.topic_id, state));
    }
  }
  return orders;
}

protocol::Payload encode(const std::vector<LeaderAndIsrOrder>& orders,
                         const Result<std::vector<ErrorCode>>& result, std::int16_t version) {
  LeaderAndIsrResponse response;
  response.error_code = result.code_or(ErrorCode::kNone);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    LeaderAndIsrResponse::LeaderAndIsrPartitionError error;
    error.partition_index = orders[i].tp.partition.value();
    error.error_code = result ? (*result)[i] : result.error().code;
    if (version < kFirstAnswerByTopicId) {
      error.topic_name = orders[i].tp.topic;
      response.partition_errors.push_back(error);
      continue;
    }
    if (response.topics.empty() || response.topics.back().topic_id != orders[i].topic_id) {
      response.topics.emplace_back().topic_id = orders[i].topic_id;
    }
    response.topics.back().partition_errors.push_back(error);
  }
  return response.encode(version);
}

// One request while the configs of its topics are read.
struct PendingOrders {
  protocol::Request request;
  protocol::Responder responder;
  replica::ControllerStamp stamp;
  std::vector<LeaderAndIsrOrder> orders;
};

}  // namespace

void handle_leader_and_isr(Context& context, protocol::Request request,
                           protocol::Responder responder) {
  const auto message = LeaderAndIsrRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const replica::ControllerStamp stamp{message->controller_id,
                                       ControllerEpoch{message->controller_epoch},
                                       BrokerEpoch{message->broker_epoch}};
  auto orders = orders_of(*message);
  std::set<std::string> topics;
  for (const LeaderAndIsrOrder& order : orders) topics.insert(order.tp.topic);

  const auto pending = std::make_shared<PendingOrders>(
      PendingOrders{std::move(request), std::move(responder), stamp, std::move(orders)});
  context.topic_configs.ensure_loaded({topics.begin(), topics.end()}, [&context,
                                                                       pending](bool loaded) {
    if (!loaded) {
      // The controller sends it again, without end.
      log_warn("[KafkaApi-{}] LeaderAndIsr left: the topics' configs could not be read",
               context.broker_id);
      return pending->responder.close_connection();
    }
    const auto result = context.replicas.become_leader_or_follower(pending->stamp, pending->orders);
    pending->responder.respond(encode(pending->orders, result, pending->request.version));
  });
}

}  // namespace barnabas::api
