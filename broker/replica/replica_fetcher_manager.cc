#include "broker/replica/replica_fetcher_manager.h"

namespace barnabas::replica {

ReplicaFetcherManager::ReplicaFetcherManager(FetcherConfig config, BrokerId self,
                                             const std::atomic<std::int64_t>& broker_epoch,
                                             std::vector<Executor*> homes,
                                             protocol::Transport& transport, const Clock& clock,
                                             LeaderWatch& leader_watch)
    : config_(config),
      self_(self),
      broker_epoch_(broker_epoch),
      homes_(std::move(homes)),
      transport_(transport),
      clock_(clock),
      leader_watch_(leader_watch) {}

ReplicaFetcherManager::~ReplicaFetcherManager() {
  for (const auto& [key, running] : fetchers_) running.fetcher->close();
}

ReplicaFetcherManager::Key ReplicaFetcherManager::key_of(BrokerId leader,
                                                         const TopicPartition& tp) const {
  // Java's String.hashCode, so that an operator finds a partition where Kafka would put it.
  std::uint32_t hash = 0;
  for (const char c : tp.topic) hash = 31 * hash + static_cast<unsigned char>(c);
  const auto signed_hash =
      static_cast<std::int32_t>(31 * hash + static_cast<std::uint32_t>(tp.partition.value()));
  const std::int64_t positive = signed_hash < 0 ? -std::int64_t{signed_hash} : signed_hash;
  return {leader, static_cast<int>(positive % config_.num_fetchers)};
}

ReplicaFetcherManager::Running& ReplicaFetcherManager::running(const Key& key) {
  Running& running = fetchers_[key];
  if (!running.fetcher) {
    const std::int64_t slot = std::int64_t{key.first.value()} * config_.num_fetchers + key.second;
    running.home = homes_[static_cast<std::size_t>(slot) % homes_.size()];
    running.fetcher = std::make_shared<ReplicaFetcher>(
        ReplicaFetcher::Parts{config_, self_, broker_epoch_, *running.home, transport_, clock_,
                              leader_watch_},
        key.first, key.second);
  }
  return running;
}

void ReplicaFetcherManager::add(const std::vector<Start>& starts) {
  std::vector<TopicPartition> known;
  for (const Start& start : starts) known.push_back(start.followed.partition->topic_partition());
  remove(known);

  struct Batch {
    std::string host;
    std::int32_t port = 0;
    std::vector<FollowedPartition> partitions;
  };
  std::map<Key, Batch> batches;
  for (const Start& start : starts) {
    const TopicPartition& tp = start.followed.partition->topic_partition();
    const Key key = key_of(start.leader, tp);
    Batch& batch = batches[key];
    batch.host = start.host;
    batch.port = start.port;
    batch.partitions.push_back(start.followed);
    fetched_by_[tp] = key;
    ++running(key).partitions;
  }
  for (auto& [key, batch] : batches) {
    Running& to = running(key);
    to.home->post([fetcher = to.fetcher, start = std::move(batch)] {
      fetcher->connect_to(start.host, start.port);
      fetcher->add(start.partitions);
    });
  }
}

void ReplicaFetcherManager::remove(const std::vector<TopicPartition>& partitions) {
  std::map<Key, std::vector<TopicPartition>> batches;
  for (const TopicPartition& tp : partitions) {
    const auto found = fetched_by_.find(tp);
    if (found == fetched_by_.end()) continue;
    batches[found->second].push_back(tp);
    --fetchers_[found->second].partitions;
    fetched_by_.erase(found);
  }
  for (auto& [key, batch] : batches) {
    const Running& from = fetchers_[key];
    from.home->post([fetcher = from.fetcher, stop = std::move(batch)] { fetcher->remove(stop); });
  }
}

void ReplicaFetcherManager::shutdown_idle() {
  std::erase_if(fetchers_, [](const auto& entry) {
    const Running& idle = entry.second;
    if (idle.partitions > 0) return false;
    idle.home->post([fetcher = idle.fetcher] { fetcher->close(); });
    return true;
  });
}

void ReplicaFetcherManager::close() {
  for (auto& [tp, key] : fetched_by_) fetchers_[key].partitions = 0;
  fetched_by_.clear();
  shutdown_idle();
}

}  // namespace barnabas::replica
