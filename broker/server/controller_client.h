// Requests of this broker to whoever is the controller now.
//
// Threads  bound to `home`: every call and callback is there.
// Failure  BROKER_NOT_AVAILABLE: no controller is known, or it is not among the live brokers;
//          NETWORK_EXCEPTION: the next request went to another controller; else as
//          protocol::Channel. Nothing is sent twice; the caller tries again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "broker/base/executor.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::server {

class ControllerClient {
 public:
  ControllerClient(BrokerId broker_id, std::string listener, Executor& home,
                   protocol::Transport& transport, const replica::MetadataCache& metadata);

  // The callback is called once, maybe inside the call. The destructor drops callbacks uncalled.
  void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration timeout,
            protocol::Channel::Callback callback);

 private:
  // Fixed at construction
  const std::string client_id_;
  const std::string listener_;
  Executor& home_;
  protocol::Transport& transport_;
  const replica::MetadataCache& metadata_;

  std::map<std::uint64_t, protocol::Channel::Callback> unanswered_;  // of channel_
  std::uint64_t last_request_ = 0;
  std::unique_ptr<protocol::Channel> channel_;
  std::optional<Endpoint> channel_to_;
};

}  // namespace barnabas::server
