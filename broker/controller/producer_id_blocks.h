// Takes blocks of producer ids from ZooKeeper, each once in the life of the cluster: the
// controller's for all brokers, and before inter.broker.protocol.version 3.0 each broker's for
// itself.
//
// Invariants  A block is answered only when /latest_producer_id_block holds it. One allocation at a
//             time; the others wait in order.
// Threads     bound to the executor of the ZooKeeper session. Callbacks are dropped uncalled by the
//             destructor.
// Source      Kafka 3.9, ZkProducerIdManager (ProducerIdManager.scala)
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "broker/base/result.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/requests.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class ProducerIdBlocks {
 public:
  using Callback = std::function<void(Result<ProducerIdBlock>)>;

  // Writes the znode; calls back unless it never will.
  using Write = std::function<void(zk::Op, std::function<void(const zk::Answer&)>)>;

  ProducerIdBlocks(zk::ZooKeeper& zookeeper, Write write)
      : zookeeper_(zookeeper), write_(std::move(write)) {}

  // Errors: UNKNOWN_SERVER_ERROR when the znode cannot be read or the ids are used up,
  // NOT_CONTROLLER when the session has expired.
  void allocate(BrokerId broker, Callback done);

  // Whoever waits is told NOT_CONTROLLER.
  void stop();

 private:
  struct Request {
    BrokerId broker;
    Callback done;
  };
  void next();
  // `ours`: what a refused write of ours would have left.
  void read(const std::string& ours);
  void write(ProducerIdBlock block, std::int32_t version);
  void finish(Result<ProducerIdBlock> result);

  zk::ZooKeeper& zookeeper_;
  const Write write_;
  Alive alive_;
  std::deque<Request> requests_;  // the front one is being served when `busy_`
  bool busy_ = false;
};

}  // namespace barnabas::controller
