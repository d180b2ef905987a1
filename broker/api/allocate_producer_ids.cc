#include "broker/protocol/messages/allocate_producer_ids.h"

#include <memory>
#include <utility>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"

namespace barnabas::api {

void handle_allocate_producer_ids(Context& context, protocol::Request request,
                                  protocol::Responder responder) {
  const auto decoded = protocol::AllocateProducerIdsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  context.controller.allocate_producer_ids(
      decoded->broker_id, BrokerEpoch(decoded->broker_epoch),
      [waiting, version = request.version](const Result<controller::ProducerIdBlock>& block) {
        protocol::AllocateProducerIdsResponse response;
        if (block) {
          response.producer_id_start = block->first;
          response.producer_id_len = block->length;
        } else {
          response.error_code = block.error().code;
        }
        waiting->respond(response.encode(version));
      });
}

}  // namespace barnabas::api
