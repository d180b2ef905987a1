// Gives out producer ids, from blocks that the controller hands to this broker (before
// inter.broker.protocol.version 3.0: that it takes from ZooKeeper itself).
//
// The next block is asked for when nine tenths of the current one are used, so that producers
// rarely wait; a refused or lost request is tried again 50 ms later at the earliest, by whoever
// asks then.
// Invariants  No id is given out twice.
// Threads     thread-safe. fetch_block is called on any thread, under no lock.
// Source      Kafka 3.9, kafka/coordinator/transaction/ProducerIdManager.scala (RPC)
#pragma once

#include <functional>
#include <optional>

#include "broker/base/clock.h"
#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/controller/core/requests.h"
#include "broker/protocol/ids.h"

namespace barnabas::api {

using controller::ProducerIdBlock;

class ProducerIdManager {
 public:
  using BlockCallback = std::function<void(Result<ProducerIdBlock>)>;
  // Asks the controller for a block; calls back once, on any thread, maybe at once. The manager
  // outlives the call.
  using FetchBlock = std::function<void(BlockCallback)>;

  ProducerIdManager(const Clock& clock, FetchBlock fetch_block)
      : clock_(clock), fetch_block_(std::move(fetch_block)) {}

  // Error: COORDINATOR_LOAD_IN_PROGRESS while a block is on its way.
  Result<ProducerId> next();

 private:
  // True when the caller has to fetch a block, after it has let the lock go.
  bool begin_fetch(Time now) REQUIRES(mu_);
  void fetch();
  void on_block(const Result<ProducerIdBlock>& block);

  // Fixed at construction
  const Clock& clock_;
  const FetchBlock fetch_block_;

  Mutex mu_;
  ProducerIdBlock current_ GUARDED_BY(mu_);
  std::int32_t used_ GUARDED_BY(mu_) = 0;  // of current_
  std::optional<ProducerIdBlock> next_block_ GUARDED_BY(mu_);
  bool fetching_ GUARDED_BY(mu_) = false;
  Time retry_at_ GUARDED_BY(mu_) = Time::min();
};

}  // namespace barnabas::api
