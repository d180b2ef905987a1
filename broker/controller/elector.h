// This broker's part in the election of the controller.
//
// Invariants  Whoever /controller names acts or resigns: when it is ours, by this session,
//             `elected` is called unless it was already, also when the answer to our own write was
//             lost. One attempt at a time.
//             The epoch is read before /controller: if that is ours then, so is the epoch.
// Speed       What the epoch was is remembered, so that a vanished /controller is answered by one
//             write at once.
// Threads     bound to the executor of the ZooKeeper session.
// Source      Kafka 3.9, KafkaController.elect,
//             KafkaZkClient.registerControllerAndIncrementControllerEpoch
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "broker/base/clock.h"
#include "broker/controller/alive.h"
#include "broker/protocol/ids.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class Elector {
 public:
  struct Events {
    // We are the controller of this epoch; epoch_version is that of /controller_epoch.
    std::function<void(ControllerEpoch, std::int32_t epoch_version)> elected;
    // /controller names another broker, or nobody: what we had is over.
    std::function<void()> lost;
  };

  Elector(zk::ZooKeeper& zookeeper, const Clock& clock, BrokerId broker, Events events)
      : zookeeper_(zookeeper), clock_(clock), broker_(broker), events_(std::move(events)) {}

  // Watches /controller and stands whenever it is vacant.
  void start();
  // Takes no further part; callbacks under way are dropped.
  void stop();
  // Looks at /controller again: we may have been fenced.
  void check();
  void on_controller_event(zk::WatchEvent event);

  BrokerId active() const { return active_; }
  ControllerEpoch highest_epoch() const { return epoch_ ? epoch_->epoch : ControllerEpoch{0}; }

 private:
  struct Epoch {
    ControllerEpoch epoch{0};
    std::int32_t version = 0;
  };
  void on_checked(const zk::DataAnswer& controller);
  void create_epoch();
  void stand();
  void finish();
  void become(BrokerId active);

  zk::ZooKeeper& zookeeper_;
  const Clock& clock_;
  const BrokerId broker_;
  const Events events_;
  Alive alive_;
  bool started_ = false;
  bool busy_ = false;
  bool again_ = false;   // check once more when this attempt is over
  bool vacant_ = false;  // /controller was seen to vanish; stand at once
  BrokerId active_ = kNoBroker;
  std::optional<Epoch> epoch_;  // as last read
};

}  // namespace barnabas::controller
