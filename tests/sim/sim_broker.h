// One broker of a simulation: a disk that stays, and a process after another with the production
// Node in it.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/server/node.h"
#include "config/broker_config.h"
#include "tests/sim/memory_log.h"
#include "tests/sim/network.h"
#include "tests/sim/process.h"
#include "tests/sim/trace.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"

namespace barnabas::sim {

// How many partitions __consumer_offsets is created with.
inline constexpr std::int32_t kOffsetsPartitions = 3;

// What all brokers share. Everything outlives them.
struct World {
  Scheduler& scheduler;
  Network& network;
  ZooKeeperModel& zookeeper;
  Trace& trace;
  std::string cluster_id;
  Duration session_timeout;
};

class SimBroker {
 public:
  SimBroker(World& world, BrokerId id, std::int64_t drift_ppm, std::uint64_t seed);

  void start();
  // A clean stop: controlled shutdown, then the end of the process. False: it was not running,
  // nothing was done.
  bool stop();
  // kill -9. With the reaper the session ends a few milliseconds later, else by its timeout.
  void kill(bool reaper);
  // False: it was not running.
  bool pause();
  void resume();

  BrokerId id() const { return id_; }
  Address address() const { return id_.value(); }
  bool running() const { return node_ && process_->running(); }
  bool has_process() const { return node_ != nullptr; }
  bool in_office() const { return serving_; }  // registered and reachable
  bool stopping() const { return stopping_; }
  std::uint32_t incarnation() const { return incarnation_; }

  server::Node& node() { return *node_; }
  ZooKeeperClient& zookeeper() { return *zookeeper_; }
  const MemoryLogManager& disk() const { return disk_; }

 private:
  void on_started(std::uint32_t incarnation, const Result<void>& result);
  void watch_start(std::uint32_t incarnation);
  void end_process();

  World& world_;
  const BrokerId id_;
  const std::int64_t drift_ppm_;
  const config::BrokerConfig config_;
  Random random_;
  MemoryLogManager disk_;
  std::uint32_t incarnation_ = 0;
  bool serving_ = false;
  bool stopping_ = false;
  std::optional<zk::SessionId> former_;  // as the session file of the log directory keeps it

  // The process and what lives in it; the executor outlives the rest.
  std::vector<std::unique_ptr<Process>> past_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<protocol::Transport> transport_;
  std::unique_ptr<ZooKeeperClient> zookeeper_;
  std::unique_ptr<server::Node> node_;
};

}  // namespace barnabas::sim
