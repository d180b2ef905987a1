// A fetch: reads at once, and waits when there is too little to answer.
//
// Threads  as DelayedOperation.
// Source   Kafka 3.9, kafka/server/DelayedFetch.scala, ReplicaManager.scala (readFromLog)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/replica/delayed_operations.h"
#include "broker/replica/operations.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

class DelayedFetch final : public DelayedOperation {
 public:
  struct Wanted {
    FetchEntry entry;
    std::shared_ptr<Partition> partition;                           // null: entry.error says why
    std::optional<BrokerId> preferred_read_replica = std::nullopt;  // set: not read here
  };
  DelayedFetch(FetchParams params, std::vector<Wanted> wanted, std::unique_ptr<FetchSink> sink);

  // The first read, which also tells the leader where a follower is.
  std::vector<FetchOutcome> read_first() { return read(true); }
  // Must these outcomes be answered now?
  bool is_enough(const std::vector<FetchOutcome>& outcomes) const;
  void answer(std::vector<FetchOutcome> outcomes) { sink_->done(std::move(outcomes)); }

  // Before it is watched. Told at most once.
  void tell_parked() { sink_->parked(); }
  void watch();
  // What the first read left to do.
  void carry_out_effects();

 private:
  bool is_satisfied(std::size_t key) override;
  void on_complete(bool expired) override;
  std::vector<FetchOutcome> read(bool update_state);

  const FetchParams params_;
  const std::vector<Wanted> wanted_;
  std::unique_ptr<FetchSink> sink_;
};

}  // namespace barnabas::replica
