// Where the leader is, for clients that asked the wrong broker (KIP-951): saves them a Metadata
// request.
//
// Threads  used by one request; the strings live as long as the object.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/protocol/ids.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::api {

class LeaderHints {
 public:
  // `listener`: the one that the client came in by.
  LeaderHints(const replica::ReplicaManager& replicas, const replica::MetadataCache& metadata,
              std::string_view listener)
      : replicas_(replicas), snapshot_(metadata.snapshot()), listener_(listener) {}

  // The leader of a partition; its endpoint is remembered for fill_endpoints.
  replica::LeaderIdAndEpoch leader_of(std::string_view topic, PartitionId partition) {
    const auto leader = replicas_.current_leader(topic, partition);
    const replica::BrokerMetadata* broker = snapshot_->broker(leader.leader);
    const Endpoint* endpoint = broker ? broker->endpoint(listener_) : nullptr;
    if (endpoint) nodes_[leader.leader] = {broker, endpoint};
    return leader;
  }

  // NodeEndpoint: that of a ProduceResponse or FetchResponse.
  template <typename NodeEndpoint>
  void fill_endpoints(std::vector<NodeEndpoint>& list) const {
    for (const auto& [id, node] : nodes_) {
      NodeEndpoint& endpoint = list.emplace_back();
      endpoint.node_id = id;
      endpoint.host = node.second->host;
      endpoint.port = node.second->port;
      if (node.first->rack) endpoint.rack = *node.first->rack;
    }
  }

 private:
  using Node = std::pair<const replica::BrokerMetadata*, const Endpoint*>;

  const replica::ReplicaManager& replicas_;
  const std::shared_ptr<const replica::MetadataSnapshot> snapshot_;
  const std::string listener_;
  std::map<BrokerId, Node> nodes_;
};

}  // namespace barnabas::api
