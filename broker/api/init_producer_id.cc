#include "broker/protocol/messages/init_producer_id.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/producer_id_manager.h"

namespace barnabas::api {

void handle_init_producer_id(Context& context, protocol::Request request,
                             protocol::Responder responder) {
  const auto decoded = protocol::InitProducerIdRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();

  protocol::InitProducerIdResponse response;
  response.producer_id = kNoProducerId;
  response.producer_epoch = kNoProducerEpoch.value();
  const bool has_id = decoded->producer_id != kNoProducerId;
  const bool has_epoch = decoded->producer_epoch != kNoProducerEpoch.value();
  if (has_id != has_epoch) {
    response.error_code = ErrorCode::kInvalidRequest;
  } else if (decoded->transactional_id) {
    // As a broker that is not yet, or no longer, coordinator of any transaction.
    response.error_code = decoded->transactional_id->empty() ? ErrorCode::kInvalidRequest
                                                             : ErrorCode::kCoordinatorNotAvailable;
  } else if (const Result<ProducerId> id = context.producer_ids.next()) {
    // A producer without transactions always gets a new id, whatever it had.
    response.producer_id = *id;
    response.producer_epoch = 0;
  } else {
    response.error_code = id.error().code;
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
