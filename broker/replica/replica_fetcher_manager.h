// The fetchers of one broker: for each source broker num.replica.fetchers of them, each on one
// executor.
//
// Threads  add, remove, close: one thread at a time (the coordination executor). The work is posted
//          to the fetchers' homes; what a fetcher still has in flight for a removed partition is
//          refused by the partition, by its leader epoch.
// Source   Kafka 3.9, kafka/server/AbstractFetcherManager.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/transport.h"
#include "broker/replica/replica_fetcher.h"

namespace barnabas::replica {

class ReplicaFetcherManager {
 public:
  // `homes` is not empty.
  ReplicaFetcherManager(FetcherConfig config, BrokerId self,
                        const std::atomic<std::int64_t>& broker_epoch, std::vector<Executor*> homes,
                        protocol::Transport& transport, const Clock& clock,
                        LeaderWatch& leader_watch);
  // The homes run no task of ours any more.
  ~ReplicaFetcherManager();
  ReplicaFetcherManager(const ReplicaFetcherManager&) = delete;
  ReplicaFetcherManager& operator=(const ReplicaFetcherManager&) = delete;

  struct Start {
    FollowedPartition followed;
    BrokerId leader{0};
    std::string host;  // where the leader listens for brokers
    std::int32_t port = 0;
  };
  // Partitions that are fetched already are moved or begin anew.
  void add(const std::vector<Start>& starts);
  void remove(const std::vector<TopicPartition>& partitions);
  // Ends the fetchers that have nothing to fetch.
  void shutdown_idle();
  // Ends all.
  void close();

 private:
  using Key = std::pair<BrokerId, int>;  // source, index
  struct Running {
    std::shared_ptr<ReplicaFetcher> fetcher;
    Executor* home = nullptr;
    int partitions = 0;
  };
  Key key_of(BrokerId leader, const TopicPartition& tp) const;
  Running& running(const Key& key);

  // Fixed at construction
  const FetcherConfig config_;
  const BrokerId self_;
  const std::atomic<std::int64_t>& broker_epoch_;
  const std::vector<Executor*> homes_;
  protocol::Transport& transport_;
  const Clock& clock_;
  LeaderWatch& leader_watch_;

  std::map<Key, Running> fetchers_;
  std::map<TopicPartition, Key> fetched_by_;
};

}  // namespace barnabas::replica
