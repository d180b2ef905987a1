// Holds the answers to Metadata requests that would name a leader which has probably just died
// (core/suspected_brokers.h), until the controller has said more or the suspicion is over.
//
//     ReplicaFetcher --News--> SuspectedBrokers <--until when?-- DelayedMetadata
//     UpdateMetadata, a suspect that answers --> watchers --> DelayedMetadata --> the handler
//
// A client and we learn of a death at about the same time, each from the end of a connection, and
// its request may be handled before our own news are: on another reactor, late on a busy machine,
// or before the kernel has ended our connection too. So the answer to a client that asks again, of
// a leader whose death we would notice, waits a few milliseconds, and then every executor that has
// connections looks at its sockets once more. The first answer does not wait: clients go on to
// other connections meanwhile, and not every one expects the metadata to come last.
//
// Threads  thread-safe. Its lock is innermost.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/suspected_brokers.h"
#include "broker/replica/delayed_operations.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/operations.h"

namespace barnabas::replica {

class LeaderWatch {
 public:
  // `homes`: where the connections to other brokers live. All outlive the watch and what it holds.
  LeaderWatch(const Clock& clock, const MetadataCache& metadata, DelayedOperations& deadlines,
              std::vector<Executor*> homes);
  // The homes run no task of ours any more.
  ~LeaderWatch() { *alive_ = nullptr; }
  LeaderWatch(const LeaderWatch&) = delete;
  LeaderWatch& operator=(const LeaderWatch&) = delete;

  // From the connections to other brokers.
  void on_news(BrokerId broker, BrokerConnection::News news);
  // The metadata cache has a new snapshot.
  void on_metadata_updated() { watchers_.check(); }

  // Answers the sink with a snapshot, later: when the death of a leader it names would have been
  // noticed, or when it need not be held any more.
  void tell_metadata(MetadataQuery query, std::unique_ptr<MetadataSink> sink);
  // Until when an answer from this snapshot is to be held; none: it is not.
  std::optional<Time> held_until(const MetadataSnapshot& snapshot,
                                 const MetadataQuery& query) const;

  // Forgets what is held, unanswered: the broker ends.
  void clear() { watchers_.clear(); }

 private:
  struct Look;
  SuspectedBrokers suspected_now() const;
  bool may_have_died_unnoticed(const MetadataSnapshot& snapshot, const MetadataQuery& query) const;
  void look_at_homes(const std::shared_ptr<Look>& look);
  void answer_or_hold(Look& look);
  void forget_old_suspicions();

  // Fixed at construction
  const Clock& clock_;
  const MetadataCache& metadata_;
  DelayedOperations& deadlines_;
  const std::vector<Executor*> homes_;
  std::shared_ptr<LeaderWatch*> alive_;

  Watchers watchers_;
  std::atomic<bool> anyone_suspected_{false};
  mutable Mutex mu_;
  SuspectedBrokers suspected_ GUARDED_BY(mu_);
};

}  // namespace barnabas::replica
