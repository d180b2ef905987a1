#include "broker/replica/leader_watch.h"

#include <algorithm>
#include <utility>

#include "broker/base/logging.h"

namespace barnabas::replica {
namespace {

// A Metadata request whose answer is held.
class DelayedMetadata final : public DelayedOperation {
 public:
  DelayedMetadata(const LeaderWatch& watch, const MetadataCache& metadata, MetadataQuery query,
                  std::unique_ptr<MetadataSink> sink)
      : watch_(watch), metadata_(metadata), query_(std::move(query)), sink_(std::move(sink)) {}

 private:
  bool is_satisfied(std::size_t) override {
    return !watch_.held_until(*metadata_.snapshot(), query_);
  }
  void on_complete(bool) override { std::exchange(sink_, nullptr)->done(metadata_.snapshot()); }

  const LeaderWatch& watch_;
  const MetadataCache& metadata_;
  const MetadataQuery query_;
  std::unique_ptr<MetadataSink> sink_;
};

// Calls `look_at` with the leader of each partition that the answer will name.
template <typename LookAt>
void for_each_leader(const MetadataSnapshot& snapshot, const MetadataQuery& query, LookAt look_at) {
  const auto look_at_all = [&](const TopicMetadata* topic) {
    if (topic == nullptr) return;
    for (const auto& [id, state] : topic->partitions) look_at(state.leader);
  };
  if (query.all_topics) {
    for (const auto& [name, topic] : snapshot.topics) look_at_all(topic.get());
  }
  for (const std::string_view name : query.names) look_at_all(snapshot.topic(name));
  for (const Uuid& id : query.ids) look_at_all(snapshot.topic(id));
}

}  // namespace

LeaderWatch::LeaderWatch(const Clock& clock, const MetadataCache& metadata,
                         DelayedOperations& deadlines, std::vector<Executor*> homes)
    : clock_(clock),
      metadata_(metadata),
      deadlines_(deadlines),
      homes_(std::move(homes)),
      alive_(std::make_shared<LeaderWatch*>(this)) {}

void LeaderWatch::on_news(BrokerId broker, BrokerConnection::News news) {
  using News = BrokerConnection::News;
  if (news == News::kLost) {
    log_info("[LeaderWatch] Broker {} ended a connection: it may be dead", broker);
    MutexLock lock(mu_);
    suspected_.on_lost(broker, clock_.now());
    anyone_suspected_.store(true, std::memory_order_release);
  } else if (news == News::kConnected) {
    bool cleared = false;
    {
      MutexLock lock(mu_);
      cleared = suspected_.on_connected(broker);
      anyone_suspected_.store(!suspected_.empty(), std::memory_order_release);
    }
    if (!cleared) return;
    log_info("[LeaderWatch] Broker {} answers again", broker);
    watchers_.check();
  }
}

std::optional<Time> LeaderWatch::held_until(const MetadataSnapshot& snapshot,
                                            const MetadataQuery& query) const {
  if (!anyone_suspected_.load(std::memory_order_acquire)) return std::nullopt;
  const Time now = clock_.now();
  const SuspectedBrokers suspected = suspected_now();
  std::optional<Time> latest;
  for_each_leader(snapshot, query, [&](BrokerId leader) {
    // An empty optional is less than any time.
    latest = std::max(latest, suspected.suspected_until(leader, now));
  });
  return latest;
}

SuspectedBrokers LeaderWatch::suspected_now() const {
  MutexLock lock(mu_);
  return suspected_;
}

// A broker that stays dead is not looked for in every answer from then on.
void LeaderWatch::forget_old_suspicions() {
  if (!anyone_suspected_.load(std::memory_order_acquire)) return;
  MutexLock lock(mu_);
  suspected_.on_tick(clock_.now());
  anyone_suspected_.store(!suspected_.empty(), std::memory_order_release);
}

bool LeaderWatch::may_have_died_unnoticed(const MetadataSnapshot& snapshot,
                                          const MetadataQuery& query) const {
  const SuspectedBrokers suspected = suspected_now();
  bool may = false;
  for_each_leader(snapshot, query,
                  [&](BrokerId leader) { may = may || suspected.connected().contains(leader); });
  return may;
}

// A request on its way through the homes.
struct LeaderWatch::Look {
  std::atomic<std::size_t> homes_left;
  MetadataQuery query;
  std::unique_ptr<MetadataSink> sink;
  const bool parked;
};

void LeaderWatch::tell_metadata(MetadataQuery query, std::unique_ptr<MetadataSink> sink) {
  const bool waits = query.asks_again && may_have_died_unnoticed(*metadata_.snapshot(), query);
  if (waits) sink->parked();
  const auto look = std::make_shared<Look>(homes_.size(), std::move(query), std::move(sink), waits);
  if (!waits) return look_at_homes(look);
  homes_.front()->run_after(SuspectedBrokers::kNoticedWithin, [alive = alive_, look] {
    if (*alive) (*alive)->look_at_homes(look);
  });
}

void LeaderWatch::look_at_homes(const std::shared_ptr<Look>& look) {
  for (Executor* home : homes_) {
    // The first task may run in the turn that is under way, whose look at the sockets may have been
    // before the death; the second runs after a whole one.
    home->post([alive = alive_, look, home] {
      home->post([alive, look] {
        if (look->homes_left.fetch_sub(1) > 1 || !*alive) return;
        (*alive)->answer_or_hold(*look);
      });
    });
  }
}

void LeaderWatch::answer_or_hold(Look& look) {
  forget_old_suspicions();
  auto snapshot = metadata_.snapshot();
  const auto until = held_until(*snapshot, look.query);
  if (!until) return look.sink->done(std::move(snapshot));
  if (!look.parked) look.sink->parked();
  const auto operation = std::make_shared<DelayedMetadata>(*this, metadata_, std::move(look.query),
                                                           std::move(look.sink));
  watchers_.watch(operation, 0);
  deadlines_.add(operation, *until);
  // What happened before the watch was set.
  operation->try_complete(0);
}

}  // namespace barnabas::replica
