// A simulated consumer that assigns itself all partitions and reads them again and again from the
// leaders, judging what it is given while it is given: offsets without gaps or repetition, the same
// record at the same offset for ever, and no high watermark that goes back within a leader epoch of
// one process.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/ids.h"
#include "tests/sim/cluster_view.h"
#include "tests/sim/history.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

class Consumer {
 public:
  Consumer(Address address, Process& process, Network& network, Random& random,
           std::vector<Address> brokers, std::vector<TopicPartition> partitions, History& history,
           Judge& judge, std::function<std::uint32_t(BrokerId)> incarnation);

  void start();

 private:
  struct Partition {
    Offset position{0};
    bool in_flight = false;
    // The highest high watermark that one process of a leader served in one epoch.
    std::map<std::tuple<BrokerId, std::uint32_t, LeaderEpoch>, Offset> high_watermarks;
  };

  void tick();
  void fetch(const TopicPartition& tp, Partition& partition);
  void on_answer(const TopicPartition& tp, ClusterView::PartitionLeader asked,
                 Result<protocol::ResponseFrame> answer);
  void read(const TopicPartition& tp, Partition& partition, BytesView records,
            Offset high_watermark);

  Process& process_;
  Random& random_;
  std::unique_ptr<protocol::Transport> transport_;
  ClusterView cluster_;
  History& history_;
  Judge& judge_;
  // A broker that was started anew leads on in the same epoch if nobody saw it die, from the high
  // watermark of its last checkpoint: it is told from its former process by this.
  const std::function<std::uint32_t(BrokerId)> incarnation_;
  std::map<TopicPartition, Partition> partitions_;
};

}  // namespace barnabas::sim
