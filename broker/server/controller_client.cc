#include "broker/server/controller_client.h"

#include <utility>

namespace barnabas::server {

ControllerClient::ControllerClient(BrokerId broker_id, std::string listener, Executor& home,
                                   protocol::Transport& transport,
                                   const replica::MetadataCache& metadata)
    : client_id_(fmt::format("{}", broker_id)),
      listener_(std::move(listener)),
      home_(home),
      transport_(transport),
      metadata_(metadata) {}

void ControllerClient::send(protocol::ApiKey api, std::int16_t version, protocol::Payload body,
                            Duration timeout, protocol::Channel::Callback callback) {
  const auto snapshot = metadata_.snapshot();
  const replica::BrokerMetadata* controller = snapshot->broker(snapshot->controller_id);
  const Endpoint* endpoint = controller ? controller->endpoint(listener_) : nullptr;
  if (endpoint == nullptr) {
    return callback(Error{ErrorCode::kBrokerNotAvailable, "no controller is known"});
  }
  if (channel_to_ != *endpoint) {
    channel_ = transport_.open(endpoint->host, endpoint->port, client_id_, home_);
    channel_to_ = *endpoint;
    // The old channel has dropped them.
    for (const auto& [request, lost] : std::exchange(unanswered_, {})) {
      lost(Error{ErrorCode::kNetworkException, "the controller has changed"});
    }
  }
  const std::uint64_t request = ++last_request_;
  unanswered_[request] = std::move(callback);
  channel_->send(api, version, std::move(body), timeout,
                 [this, request](Result<protocol::ResponseFrame> frame) {
                   if (auto answered = unanswered_.extract(request)) {
                     answered.mapped()(std::move(frame));
                   }
                 });
}

}  // namespace barnabas::server
