// A deletion of records: waits until every live replica's log start offset has followed.
//
// Threads  as DelayedOperation.
// Source   Kafka 3.9, kafka/server/DelayedDeleteRecords.scala
#pragma once

#include <memory>
#include <vector>

#include "broker/replica/delayed_operations.h"
#include "broker/replica/operations.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

class DelayedDeleteRecords final : public DelayedOperation {
 public:
  struct Waiting {
    std::shared_ptr<Partition> partition;
    Offset required_offset{0};
    std::size_t outcome = 0;  // its place in the outcomes
    bool done = false;
  };
  // `outcomes` is complete but for those that wait; these have the low watermark as it is.
  DelayedDeleteRecords(std::vector<Waiting> waiting, std::vector<DeleteRecordsOutcome> outcomes,
                       std::unique_ptr<DeleteRecordsSink> sink);

  // Before it is watched. Told at most once.
  void tell_parked() { sink_->parked(); }
  void watch();

 private:
  bool is_satisfied(std::size_t key) override;
  void on_complete(bool expired) override;

  std::vector<Waiting> waiting_;
  std::size_t left_;
  std::vector<DeleteRecordsOutcome> outcomes_;
  std::unique_ptr<DeleteRecordsSink> sink_;
};

}  // namespace barnabas::replica
