// Hands out blocks of producer ids, each once in the life of the cluster.
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

#include "broker/base/result.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/requests.h"
#include "broker/controller/fenced_writer.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class ProducerIdBlocks {
 public:
  using Callback = std::function<void(Result<ProducerIdBlock>)>;

  ProducerIdBlocks(zk::ZooKeeper& zookeeper, FencedWriter& writer)
      : zookeeper_(zookeeper), writer_(writer) {}

  // Error: UNKNOWN_SERVER_ERROR when the znode cannot be read or the ids are used up.
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
  FencedWriter& writer_;
  Alive alive_;
  std::deque<Request> requests_;  // the front one is being served when `busy_`
  bool busy_ = false;
};

}  // namespace barnabas::controller
