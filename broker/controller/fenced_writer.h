// Writes to ZooKeeper that only the active controller may do: each is a multi with a check of
// /controller_epoch at the version of our election.
//
// Threads  bound to the executor of the ZooKeeper session.
// Failure  The check fails: `moved` is called, the write's callback is not. Session expiry: neither
//          is; the term ends by on_session_expired.
// Source   Kafka 3.9, KafkaZkClient.retryRequestsUntilConnected (with expectedControllerZkVersion)
#pragma once

#include <cstdint>
#include <functional>

#include "broker/controller/alive.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class FencedWriter {
 public:
  struct Answer : zk::Answer {
    zk::Stat stat;  // after kSetData
  };
  using Callback = std::function<void(Answer)>;

  FencedWriter(zk::ZooKeeper& zookeeper, std::int32_t epoch_version, std::function<void()> moved)
      : zookeeper_(zookeeper), epoch_version_(epoch_version), moved_(std::move(moved)) {}

  void write(zk::Op op, Callback done);
  // Whose answer nobody waits for.
  void write(zk::Op op) {
    write(std::move(op), [](const Answer&) {});
  }

 private:
  zk::ZooKeeper& zookeeper_;
  const std::int32_t epoch_version_;
  const std::function<void()> moved_;
  Alive alive_;
};

}  // namespace barnabas::controller
