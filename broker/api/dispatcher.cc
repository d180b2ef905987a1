#include "broker/api/dispatcher.h"

#include <memory>
#include <utility>

#include "broker/api/api_table.h"
#include "broker/base/logging.h"

namespace barnabas::api {

void Dispatcher::handle(protocol::Request request, protocol::Responder responder) {
  const Api* api = find_served_api(request.api);
  if (api == nullptr ||
      (!api->has_version(request.version) && request.api != protocol::ApiKey::kApiVersions)) {
    log_info("[KafkaApi-{}] Closing the connection of {}: API key {} version {} is not served",
             context_.broker_id, request.client_address, static_cast<int>(request.api),
             request.version);
    responder.close_connection();
    return;
  }
  if (api->runs_on == RunsOn::kReactor) {
    responder.begun();
    api->handler(context_, std::move(request), std::move(responder));
    return;
  }
  // A Task has to be copyable; what it carries is moved out when it runs.
  struct Call {
    protocol::Request request;
    protocol::Responder responder;
  };
  auto call = std::make_shared<Call>(Call{std::move(request), std::move(responder)});
  context_.coordination.post([this, handler = api->handler, call = std::move(call)] {
    call->responder.begun();
    handler(context_, std::move(call->request), std::move(call->responder));
  });
}

}  // namespace barnabas::api
