// A simulated idempotent acks=all producer, with a real one's rules: up to five batches in flight
// per partition, retries in order with the same sequences until acknowledged.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/ids.h"
#include "tests/sim/cluster_view.h"
#include "tests/sim/history.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

class Producer {
 public:
  Producer(std::int32_t number, Process& process, Network& network, Random& random,
           std::vector<Address> brokers, std::vector<TopicPartition> partitions, History& history,
           Judge& judge);

  void start();
  // No new records; what was sent is retried until it is acknowledged.
  void finish() { finishing_ = true; }
  bool finished() const;

 private:
  struct Batch {
    std::size_t number = 0;  // among the partition's batches
    std::int32_t base_sequence = 0;
    std::vector<RecordName> records;
    bool in_flight = false;
  };
  struct Partition {
    std::deque<Batch> unacknowledged;  // in order of their sequences
    std::size_t next_batch = 0;
    std::int32_t next_sequence = 0;
    std::int64_t next_number = 0;
    std::size_t in_flight = 0;
    bool acknowledged = false;  // any batch, ever
    bool resending = false;     // a batch failed: nothing new until all in flight are answered
  };

  void tick();
  void request_producer_id();
  void send(const TopicPartition& tp, Partition& partition);
  void send_batch(const TopicPartition& tp, Batch& batch, BrokerId leader);
  void on_answer(const TopicPartition& tp, std::int32_t base_sequence,
                 Result<protocol::ResponseFrame> answer);
  void acknowledge(const TopicPartition& tp, Partition& partition, std::int32_t base_sequence,
                   Offset base_offset);

  const std::int32_t number_;
  Process& process_;
  Random& random_;
  std::unique_ptr<protocol::Transport> transport_;
  ClusterView cluster_;
  History& history_;
  Judge& judge_;
  ProducerId producer_id_ = kNoProducerId;
  ProducerEpoch producer_epoch_ = kNoProducerEpoch;
  bool asking_for_id_ = false;
  bool finishing_ = false;
  std::map<TopicPartition, Partition> partitions_;
};

}  // namespace barnabas::sim
