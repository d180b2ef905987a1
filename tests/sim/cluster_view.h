// How a simulated client finds leaders: the Metadata API, asked of any broker, as real clients do.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"
#include "tests/sim/network.h"
#include "tests/sim/process.h"

namespace barnabas::sim {

class ClusterView {
 public:
  ClusterView(Process& process, protocol::Transport& transport, Random& random,
              std::vector<Address> brokers, std::string client_id);

  // Asks a broker for the leaders; asks again while one is under way are dropped.
  void refresh();

  struct PartitionLeader {
    BrokerId leader = kNoBroker;
    LeaderEpoch epoch = kNoLeaderEpoch;
  };
  PartitionLeader leader(const TopicPartition& tp) const;
  Uuid topic_id(const std::string& topic) const;
  BrokerId controller() const { return controller_; }

  // The connection to a broker, made when first asked for.
  protocol::Channel& channel(Address broker);
  Address any_broker() { return brokers_[random_.below(brokers_.size())]; }

 private:
  void on_metadata(Result<protocol::ResponseFrame> answer);

  Process& process_;
  protocol::Transport& transport_;
  Random& random_;
  const std::vector<Address> brokers_;
  const std::string client_id_;
  bool asking_ = false;
  BrokerId controller_ = kNoBroker;
  std::map<TopicPartition, PartitionLeader> leaders_;
  std::map<std::string, Uuid> topic_ids_;
  std::map<Address, std::unique_ptr<protocol::Channel>> channels_;
};

}  // namespace barnabas::sim
