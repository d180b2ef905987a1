// What a broker settles with ZooKeeper before it can open its logs: Kafka's persistent paths, the
// id of the cluster and, where none is configured, its own id; and whether that is still so later.
//
// Threads  bound to the executor of the ZooKeeper session; callbacks are called once, later, and
//          not at all when the session ends first.
// Failure  At the start UNKNOWN_SERVER_ERROR with a text for the operator; the broker then exits.
// Source   Kafka 3.9, KafkaZkClient.scala (createTopLevelPaths, getClusterId,
//          createOrGetClusterId, generateBrokerId)
#pragma once

#include <functional>
#include <string>

#include "broker/base/result.h"
#include "broker/protocol/ids.h"
#include "zkclient/zookeeper.h"

namespace barnabas::server {

// Makes the paths that every broker makes sure of, and answers with the cluster's id: the one in
// ZooKeeper, else `new_id`, which is then written there.
void settle_cluster_id(zk::ZooKeeper& zookeeper, std::string new_id,
                       std::function<void(Result<std::string>)> done);

// For a broker that meets ZooKeeper again: is it still that of the cluster `id`? It may have lost
// its data, or have been given another cluster's.
//   errors  INCONSISTENT_CLUSTER_ID, with a text for the operator
void check_cluster_id(zk::ZooKeeper& zookeeper, std::string id,
                      std::function<void(Result<void>)> done);

// A broker id that nobody had: the next number of /brokers/seqid above `reserved_max`
// (reserved.broker.max.id).
void generate_broker_id(zk::ZooKeeper& zookeeper, std::int32_t reserved_max,
                        std::function<void(Result<BrokerId>)> done);

}  // namespace barnabas::server
