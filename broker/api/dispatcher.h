// Sends every request to its handler: inline on the reactor, or to the coordination executor.
//
// Invariants  A handler sees only versions that api_table.cc serves; ApiVersions alone is handed
//             versions that are unknown, which it has to answer.
// Threads     thread-safe.
// Failure     An API or version that is not served closes the connection, as in Kafka.
// Source      Kafka 3.9, kafka/server/KafkaApis.scala (handle), ApiVersionManager.scala
#pragma once

#include "broker/api/context.h"
#include "broker/protocol/request.h"

namespace barnabas::api {

class Dispatcher final : public protocol::RequestHandler {
 public:
  explicit Dispatcher(Context& context) : context_(context) {}

  void handle(protocol::Request request, protocol::Responder responder) override;

 private:
  Context& context_;
};

}  // namespace barnabas::api
