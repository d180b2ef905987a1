#include "tests/sim/faults.h"

#include <array>
#include <utility>

#include "zkclient/paths.h"

namespace barnabas::sim {

Faults::Faults(Scheduler& scheduler, Random& random, Trace& trace, Cluster& cluster,
               std::vector<TopicPartition> partitions)
    : scheduler_(scheduler),
      random_(random),
      trace_(trace),
      cluster_(cluster),
      partitions_(std::move(partitions)) {}

void Faults::later(Duration delay, Task mend) {
  scheduler_.after(delay, [this, round = round_, mend = std::move(mend)] {
    if (round == round_) mend();
  });
}

Duration Faults::between(std::int64_t min_ms, std::int64_t max_ms) {
  return milliseconds(min_ms + static_cast<std::int64_t>(
                                   random_.below(static_cast<std::uint64_t>(max_ms - min_ms + 1))));
}

SimBroker& Faults::victim() {
  SimBroker* chosen = nullptr;
  switch (random_.below(3)) {
    case 0:
      chosen = cluster_.controller();
      break;
    case 1:
      chosen = cluster_.leader(partitions_[random_.below(partitions_.size())]);
      break;
    default:
      break;
  }
  return chosen != nullptr ? *chosen : cluster_.broker(random_.below(cluster_.brokers().size()));
}

SimBroker& Faults::other_than(const SimBroker& broker) {
  while (true) {
    SimBroker& other = cluster_.broker(random_.below(cluster_.brokers().size()));
    if (&other != &broker) return other;
  }
}

Duration Faults::inject() {
  static constexpr std::array kFaults = {
      &Faults::kill,
      &Faults::kill,
      &Faults::kill_all,
      &Faults::stop,
      &Faults::pause,
      &Faults::pause,
      &Faults::expire_session,
      &Faults::cut_link,
      &Faults::isolate,
      &Faults::cut_from_zookeeper,
      &Faults::reset_zookeeper_connection,
      &Faults::reset_connections,
      &Faults::remove_controller_znode,
  };
  SimBroker& broker = victim();
  if ((this->*kFaults[random_.below(kFaults.size())])(broker)) ++injected_;
  return random_.one_in(3) ? between(0, 60) : between(100, 1'800);
}

bool Faults::start_again(SimBroker& broker) {
  broker.start();
  return false;
}

bool Faults::kill(SimBroker& broker) {
  if (!broker.has_process()) return start_again(broker);
  broker.kill(!random_.one_in(4));
  later(random_.one_in(2) ? between(10, 300) : between(300, 4'000), [&broker] { broker.start(); });
  return true;
}

// One after another, within a moment: whoever leads last is alone in the ISR, and knows of less
// when it is back than it has committed.
bool Faults::kill_all(SimBroker& first) {
  if (!first.has_process()) return start_again(first);
  std::vector<SimBroker*> victims{&first};
  for (auto& broker : cluster_.brokers()) {
    if (broker.get() != &first) victims.push_back(broker.get());
  }
  Duration when{};
  for (SimBroker* const broker : victims) {
    later(when, [broker] { broker->kill(true); });
    later(when + between(300, 2'500), [broker] { broker->start(); });
    when += between(0, 200);
  }
  return true;
}

bool Faults::stop(SimBroker& broker) {
  if (!broker.has_process()) return start_again(broker);
  if (!broker.stop()) return false;
  later(between(300, 3'000), [&broker] { broker.start(); });
  return true;
}

bool Faults::pause(SimBroker& broker) {
  if (!broker.pause()) return false;
  later(random_.one_in(2) ? between(20, 900) : between(900, 5'000), [&broker] { broker.resume(); });
  return true;
}

bool Faults::expire_session(SimBroker& broker) {
  if (!broker.has_process()) return false;
  trace_.line("the session of broker {} expires", broker.id());
  cluster_.zookeeper().expire(broker.zookeeper().session().id);
  return true;
}

bool Faults::cut_link(SimBroker& broker) {
  SimBroker& other = other_than(broker);
  trace_.line("brokers {} and {} are cut off from each other", broker.id(), other.id());
  cluster_.network().cut(broker.address(), other.address());
  later(between(50, 4'000), [this, &broker, &other] {
    trace_.line("brokers {} and {} reach each other again", broker.id(), other.id());
    cluster_.network().heal(broker.address(), other.address());
  });
  return true;
}

bool Faults::isolate(SimBroker& broker) {
  trace_.line("broker {} is cut off from all brokers", broker.id());
  for (auto& other : cluster_.brokers()) {
    if (other.get() != &broker) cluster_.network().cut(broker.address(), other->address());
  }
  later(between(50, 4'000), [this, &broker] {
    trace_.line("broker {} reaches all brokers again", broker.id());
    for (auto& other : cluster_.brokers()) {
      cluster_.network().heal(broker.address(), other->address());
    }
  });
  return true;
}

bool Faults::cut_from_zookeeper(SimBroker& broker) {
  if (!broker.has_process()) return false;
  trace_.line("broker {} is cut off from ZooKeeper", broker.id());
  broker.zookeeper().cut();
  later(between(50, 4'000), [this, &broker] {
    if (!broker.has_process()) return;
    trace_.line("broker {} reaches ZooKeeper again", broker.id());
    broker.zookeeper().heal();
  });
  return true;
}

bool Faults::reset_zookeeper_connection(SimBroker& broker) {
  if (!broker.has_process()) return false;
  const bool carried_out = random_.one_in(2);
  trace_.line("broker {} loses its connection to ZooKeeper, requests {}", broker.id(),
              carried_out ? "carried out" : "lost");
  broker.zookeeper().reset(carried_out ? ZooKeeperClient::InDoubt::kCarriedOut
                                       : ZooKeeperClient::InDoubt::kLost);
  return true;
}

bool Faults::reset_connections(SimBroker& broker) {
  SimBroker& other = other_than(broker);
  trace_.line("brokers {} and {} lose their connections", broker.id(), other.id());
  cluster_.network().reset(broker.address(), other.address());
  return true;
}

// As an operator does to have another controller. The old one lives on, and may be slow to learn of
// it while a broker's death gives it something to write.
bool Faults::remove_controller_znode(SimBroker& broker) {
  SimBroker* const controller = cluster_.controller();
  if (controller == nullptr) return false;
  trace_.line("an operator removes the controller znode of broker {}", controller->id());
  if (random_.one_in(2)) {
    controller->pause();
    later(between(1, 400), [controller] { controller->resume(); });
  }
  if (&broker != controller && random_.one_in(2)) kill(broker);
  cluster_.zookeeper().write({zk::Op::remove(std::string(zk::paths::kController))});
  return true;
}

}  // namespace barnabas::sim
