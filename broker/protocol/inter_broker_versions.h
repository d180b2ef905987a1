// The versions of the requests that brokers send one another without asking which are understood:
// all brokers of a cluster go by the same inter.broker.protocol.version.
//
// Threads  a free function on values.
// Source   Kafka 3.9: MetadataVersion.java, ControllerChannelManager.scala
#pragma once

#include <cstdint>
#include <string_view>

namespace barnabas::protocol {

// The defaults are those of 3.9.
struct InterBrokerVersions {
  std::int16_t fetch = 17;
  std::int16_t list_offsets = 9;
  std::int16_t leader_and_isr = 7;
  std::int16_t update_metadata = 8;
  std::int16_t stop_replica = 4;
  std::int16_t alter_partition = 3;
  std::int32_t feature_znode = 2;  // the version of the document in /feature
  bool allocate_producer_ids =
      true;  // the controller is asked; before, every broker asks ZooKeeper
  bool operator==(const InterBrokerVersions&) const = default;
};

// Of a version's full name, from 2.8-IV0 on: inter_broker_versions("3.5-IV1").
InterBrokerVersions inter_broker_versions(std::string_view name);

}  // namespace barnabas::protocol
