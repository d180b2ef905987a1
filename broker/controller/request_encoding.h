// The controller's requests as they go over the wire, and what brokers answer.
//
// Versions are those of inter.broker.protocol.version.
// Threads  pure functions.
// Source   Kafka 3.9, ControllerChannelManager.scala
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/result.h"
#include "broker/controller/core/controller_core.h"
#include "broker/controller/core/effects.h"
#include "broker/protocol/inter_broker_versions.h"
#include "broker/protocol/payload.h"

namespace barnabas::controller {

struct RequestSender {
  BrokerId controller{-1};
  ControllerEpoch epoch{0};
  std::string inter_broker_listener;  // where brokers find their leaders
  protocol::InterBrokerVersions versions = {};
};

// From 3.2-IV0 on LeaderAndIsr says whether a leader was elected uncleanly and is RECOVERING.
bool leader_recovery_supported(const protocol::InterBrokerVersions& versions);

protocol::Payload encode(const RequestSender& sender, const SendLeaderAndIsr& request);
protocol::Payload encode(const RequestSender& sender, const SendUpdateMetadata& request);
protocol::Payload encode(const RequestSender& sender, const SendStopReplica& request);

struct BrokerAnswer {
  ErrorCode error = ErrorCode::kNone;
  PartitionErrors partitions;
};
// `sent` gives the names of the topic ids in the answer.
Result<BrokerAnswer> decode_leader_and_isr(const RequestSender& sender, BytesView body,
                                           const LeaderAndIsrData& sent);
Result<BrokerAnswer> decode_update_metadata(const RequestSender& sender, BytesView body);
Result<BrokerAnswer> decode_stop_replica(const RequestSender& sender, BytesView body);

// The endpoint of `listener`; null: the broker has none.
const Endpoint* find_endpoint(const BrokerInfo& broker, const std::string& listener);

}  // namespace barnabas::controller
