// Requests of clients that have been carried out in ZooKeeper and wait, no longer than their
// timeouts, until this broker's metadata shows it. They belong to no term: when the controller
// resigns meanwhile, the next one tells this broker what they wait for.
//
//     Controller --await_*--> Purgatory --when shown, or at the timeout--> the handler
//                                ^
//     UpdateMetadata --on_metadata_updated()
//
// Threads   bound to the executor. A callback may be called from inside the call, and may ask for
//           more.
// Lifetime  Callbacks of those that still wait are dropped uncalled at the end.
// Source    Kafka 3.9, kafka/server/ZkAdminManager.scala, ReplicaManager.scala (electLeaders)
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/delayed_operations.h"
#include "broker/controller/core/metadata_view.h"
#include "broker/controller/core/requests.h"

namespace barnabas::controller {

class Purgatory {
 public:
  template <typename Answer>
  using Callback = std::function<void(Answer)>;

  // Both outlive the purgatory.
  Purgatory(Executor& executor, const MetadataView& metadata);
  Purgatory(const Purgatory&) = delete;
  Purgatory& operator=(const Purgatory&) = delete;

  // All three look at once; timeout <= 0: and answer what they see.

  // Until partitions 0 to n - 1 of each topic have a leader.
  void await_created(std::map<std::string, std::int32_t> partition_counts, Duration timeout,
                     Callback<TopicResults> done);
  // Until none of the topics is known any more.
  void await_deleted(std::set<std::string> topics, Duration timeout, Callback<TopicResults> done);
  // Until each of the elected leaders has been shown.
  void await_elected(ElectionOutcome elections, Duration timeout,
                     Callback<ElectLeadersAnswer> done);

  // The metadata has changed.
  void on_metadata_updated();

 private:
  using Answer = std::function<void()>;
  // What is to be answered; empty: not all is shown yet. Never empty when `expired`.
  using Look = std::function<Answer(bool expired)>;
  struct Waiting {
    Look look;
    TimerId timer;
  };
  void await_topics(std::function<TopicResults()> results_now, Duration timeout,
                    Callback<TopicResults> done);
  void await(Look look, Duration timeout);
  void expire(std::uint64_t id);

  // Fixed at construction
  Executor& executor_;
  const MetadataView& metadata_;

  Alive alive_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;  // in the order of their coming
};

}  // namespace barnabas::controller
