#include "broker/protocol/messages/controlled_shutdown.h"

#include <memory>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"

namespace barnabas::api {

void handle_controlled_shutdown(Context& context, protocol::Request request,
                                protocol::Responder responder) {
  const auto decoded = protocol::ControlledShutdownRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  context.controller.controlled_shutdown(
      decoded->broker_id, BrokerEpoch(decoded->broker_epoch),
      [waiting, version = request.version](const controller::ControlledShutdownAnswer& answer) {
        protocol::ControlledShutdownResponse response;
        response.error_code = answer.error;
        for (const TopicPartition& tp : answer.remaining) {
          response.remaining_partitions.push_back({tp.topic, tp.partition.value()});
        }
        waiting->respond(response.encode(version));
      });
}

}  // namespace barnabas::api
