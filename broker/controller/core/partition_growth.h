// Which brokers hold the replicas of the partitions that are added to a topic.
//
// Threads  pure functions.
// Source   Kafka 3.9, kafka/server/ZkAdminManager.scala (createPartitions),
//          kafka/zk/AdminZkClient.scala (createNewPartitionsAssignment)
#pragma once

#include <vector>

#include "broker/base/result.h"
#include "broker/controller/core/replica_assignment.h"
#include "broker/controller/core/requests.h"

namespace barnabas::controller {

// The assignment of the new partitions only. Where the client gives none, it goes on as though the
// topic had been made with all of them, from the broker that leads partition 0.
//   existing  of the partitions that are there
//   brokers   the live ones
//   errors    INVALID_PARTITIONS: no more than there are; INVALID_REPLICA_ASSIGNMENT: what the
//             client gave is not as the others are; INVALID_REPLICATION_FACTOR: too few brokers
//             live; UNKNOWN_SERVER_ERROR: only some brokers have a rack, or there is no partition 0
Result<ReplicaAssignmentMap> assign_new_partitions(const NewPartitions& asked,
                                                   const ReplicaAssignmentMap& existing,
                                                   std::vector<BrokerWithRack> brokers);

}  // namespace barnabas::controller
