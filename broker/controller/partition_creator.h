// Adds partitions to a topic in ZooKeeper; the controller sees them by its watch and brings them to
// life.
//
// Invariants  What stands in the topic's node stays; somebody else's change in between is seen, and
//             the new assignment is decided on anew.
// Threads     bound to the executor of the ZooKeeper session. A callback is called once, maybe at
//             once; callbacks of unfinished requests are dropped uncalled by the destructor.
// Failure     UNKNOWN_TOPIC_OR_PARTITION, REASSIGNMENT_IN_PROGRESS, those of
//             assign_new_partitions; session expiry: NOT_CONTROLLER.
// Source      Kafka 3.9, kafka/server/ZkAdminManager.scala, kafka/zk/AdminZkClient.scala
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "broker/base/result.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/replica_assignment.h"
#include "broker/controller/core/requests.h"
#include "zkclient/documents.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class PartitionCreator {
 public:
  using Callback = std::function<void(Error)>;  // code NONE: written, or fit to be

  explicit PartitionCreator(zk::ZooKeeper& zookeeper) : zookeeper_(zookeeper) {}
  PartitionCreator(const PartitionCreator&) = delete;
  PartitionCreator& operator=(const PartitionCreator&) = delete;

  // `brokers`: the live ones.
  void create(NewPartitions asked, std::vector<BrokerWithRack> brokers, bool validate_only,
              Callback done);

 private:
  struct Growth;
  void read(std::shared_ptr<Growth> growth);
  void on_read(std::shared_ptr<Growth> growth, const zk::DataAnswer& answer);
  void write(std::shared_ptr<Growth> growth, const zk::TopicZnode& znode, std::int32_t version);

  zk::ZooKeeper& zookeeper_;
  Alive alive_;
};

}  // namespace barnabas::controller
