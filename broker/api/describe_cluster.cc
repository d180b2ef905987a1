#include <memory>
#include <string>

#include "broker/api/authorized_operations.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/protocol/messages/describe_cluster.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::api {
namespace {

using protocol::DescribeClusterRequest;
using protocol::DescribeClusterResponse;

// Kafka's EndpointType.
constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

}  // namespace

void handle_describe_cluster(Context& context, protocol::Request request,
                             protocol::Responder responder) {
  const auto decoded = DescribeClusterRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();

  DescribeClusterResponse response;
  std::string message;
  if (decoded->endpoint_type != kBrokers) {
    // Version 0 has no endpoint type, so these can come in version 1 only.
    const bool known = decoded->endpoint_type == kControllers;
    response.error_code =
        known ? ErrorCode::kMismatchedEndpointType : ErrorCode::kUnsupportedEndpointType;
    message = known ? "The request was sent to an endpoint of type BROKER, but we wanted an "
                      "endpoint of type CONTROLLER"
                    : fmt::format("Unsupported endpoint type {}", decoded->endpoint_type);
    response.error_message = message;
    responder.respond(response.encode(request.version));
    return;
  }

  const std::shared_ptr<const replica::MetadataSnapshot> snapshot = context.metadata.snapshot();
  response.endpoint_type = kBrokers;
  response.cluster_id = context.cluster_id;
  for (const auto& [id, broker] : snapshot->brokers) {
    const Endpoint* endpoint = broker.endpoint(request.listener);
    if (endpoint == nullptr) continue;
    auto& told = response.brokers.emplace_back();
    told.broker_id = id;
    told.host = endpoint->host;
    told.port = endpoint->port;
    told.rack = broker.rack;
    // A controller that is not among the brokers told would only confuse a client.
    if (id == snapshot->controller_id) response.controller_id = id;
  }
  if (decoded->include_cluster_authorized_operations) {
    response.cluster_authorized_operations = kClusterOperations;
  }
  responder.respond(response.encode(request.version));
}

}  // namespace barnabas::api
