// An append with acks=all: waits until the in-sync replicas have it.
//
// Threads  as DelayedOperation.
// Source   Kafka 3.9, kafka/server/DelayedProduce.scala
#pragma once

#include <memory>
#include <vector>

#include "broker/replica/delayed_operations.h"
#include "broker/replica/operations.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

class DelayedAppend final : public DelayedOperation {
 public:
  struct Waiting {
    std::shared_ptr<Partition> partition;
    Offset required_offset{0};
    LeaderEpoch epoch = kNoLeaderEpoch;
    std::size_t outcome = 0;  // its place in the outcomes
    bool done = false;
  };
  // `outcomes` is complete but for the errors of those that wait.
  DelayedAppend(std::vector<Waiting> waiting, std::vector<AppendOutcome> outcomes,
                std::unique_ptr<AppendSink> sink);

  // Before it is watched. Told at most once.
  void tell_parked() { sink_->parked(); }
  void watch();

 private:
  bool is_satisfied(std::size_t key) override;
  void on_complete(bool expired) override;
  void check(Waiting& waiting);
  void fail(const Waiting& waiting, ErrorCode error);

  std::vector<Waiting> waiting_;  // never shrinks: watch() walks it while others complete
  std::size_t left_;
  std::vector<AppendOutcome> outcomes_;
  std::unique_ptr<AppendSink> sink_;
};

}  // namespace barnabas::replica
