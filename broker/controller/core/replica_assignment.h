// Which brokers hold the replicas of a new topic's partitions.
//
// Spreads leaders round robin from a random start, and each further round of followers with another
// shift, so that a broker's load falls on all others when it dies.
// Threads  pure functions.
// Source   Kafka 3.9, server-common: org/apache/kafka/admin/AdminUtils.java
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/protocol/ids.h"

namespace barnabas::controller {

struct BrokerWithRack {
  BrokerId id{-1};
  std::optional<std::string> rack;
};

using ReplicaAssignmentMap = std::map<PartitionId, std::vector<BrokerId>>;

// The part that is random for a new topic and fixed for partitions added to one.
struct AssignmentStart {
  std::uint64_t start_index = 0;
  std::uint64_t shift = 0;
};

// Rack-aware when any broker has a rack.
//   errors  INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR; UNKNOWN_SERVER_ERROR: only some brokers
//           have a rack
Result<ReplicaAssignmentMap> assign_replicas(std::vector<BrokerWithRack> brokers,
                                             std::int32_t num_partitions,
                                             std::int16_t replication_factor, AssignmentStart start,
                                             PartitionId first_partition = PartitionId{0});

// The same with a random start, for a new topic.
Result<ReplicaAssignmentMap> assign_replicas(std::vector<BrokerWithRack> brokers,
                                             std::int32_t num_partitions,
                                             std::int16_t replication_factor, Random& random);

// What a client gave as a new topic's assignment.
//   errors  INVALID_REPLICA_ASSIGNMENT, INVALID_PARTITIONS: empty or repeated replicas, ids that
//           are not 0 to n - 1, differing numbers of replicas
Result<void> validate_assignment(const ReplicaAssignmentMap& assignment);

}  // namespace barnabas::controller
