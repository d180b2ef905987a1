// Producers, followers and consumers of one partition on threads of their own. What could go wrong:
// an operation answered twice or never, effects carried out in the wrong order, a lost wake-up.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "broker/base/thread_executor.h"
#include "tests/unit/replica/doubles.h"

namespace barnabas::replica {
namespace {

// Answers on one thread, is waited for on another.
class Waiter {
 public:
  void done() {
    MutexLock lock(mu_);
    done_ = true;
    changed_.notify_all();
  }
  void wait() {
    MutexLock lock(mu_);
    while (!done_) changed_.wait(mu_);
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool done_ GUARDED_BY(mu_) = false;
};

template <typename Sink, typename Outcome>
class WaitingSink final : public Sink {
 public:
  WaitingSink(std::shared_ptr<Waiter> waiter, std::vector<Outcome>& to)
      : waiter_(std::move(waiter)), to_(to) {}
  void parked() override {}
  void done(std::vector<Outcome> outcomes) override {
    to_ = std::move(outcomes);
    waiter_->done();
  }

 private:
  std::shared_ptr<Waiter> waiter_;
  std::vector<Outcome>& to_;
};

class Concurrency : public testing::Test {
 protected:
  Concurrency()
      : random_(1),
        model_(process_, process_, random_),
        zookeeper_(model_.connect(process_, seconds(18))),
        configs_(*zookeeper_, [](const TopicConfigs::Overrides&) { return log::LogConfig{}; }),
        executor_("coordination"),
        manager_({.broker_id = BrokerId{1}, .fetcher = {}}, {clock_,
                                                             executor_,
                                                             executor_,
                                                             executor_,
                                                             {&executor_},
                                                             transport_,
                                                             logs_,
                                                             metadata_,
                                                             configs_}) {
    logs_.reopen(clock_);
    MetadataUpdate update;
    for (const auto id : {1, 2, 3}) update.live_brokers.push_back({BrokerId{id}, {}, {}});
    EXPECT_TRUE(manager_.update_metadata({}, update));
    EXPECT_TRUE(
        manager_.become_leader_or_follower({}, {{kPartition, kTopicId, told(1, 5, {1, 2, 3}, 7)}}));
  }
  ~Concurrency() override { executor_.stop(); }

  FetchOutcome fetch(std::int32_t replica, Offset offset) {
    FetchParams params;
    params.replica_id = BrokerId{replica};
    params.max_wait = milliseconds(20);
    params.max_bytes = 1 << 20;
    FetchEntry entry;
    entry.topic = kPartition.topic;
    entry.fetch_offset = offset;
    entry.max_bytes = 1 << 20;
    if (replica > 0) entry.current_leader_epoch = LeaderEpoch{5};
    std::vector<FetchOutcome> outcomes;
    const auto waiter = std::make_shared<Waiter>();
    manager_.fetch(params, {entry},
                   std::make_unique<WaitingSink<FetchSink, FetchOutcome>>(waiter, outcomes));
    waiter->wait();
    return std::move(outcomes.at(0));
  }
  // The offset after the last record read.
  static Offset after(const FetchOutcome& outcome, Offset from) {
    const auto bytes = bytes_of(outcome.records);
    protocol::BatchReader reader{BytesView(bytes)};
    while (const auto next = reader.next()) from = next->next_offset();
    return from;
  }
  AppendOutcome append() {
    auto bytes = batch(1);
    std::vector<AppendOutcome> outcomes;
    const auto waiter = std::make_shared<Waiter>();
    manager_.append({{kPartition.topic, kPartition.partition, bytes}}, Acks::kAll, seconds(30),
                    log::AppendOrigin::kClient,
                    std::make_unique<WaitingSink<AppendSink, AppendOutcome>>(waiter, outcomes));
    waiter->wait();
    return std::move(outcomes.at(0));
  }

  sim::Scheduler scheduler_;
  sim::Process process_{scheduler_, 0};
  Random random_;
  sim::ZooKeeperModel model_;
  std::unique_ptr<sim::ZooKeeperClient> zookeeper_;
  FakeTransport transport_;
  sim::MemoryLogManager logs_;
  MetadataCache metadata_;
  TopicConfigs configs_;
  SystemClock clock_;
  ThreadExecutor executor_;
  ReplicaManager manager_;
};

TEST_F(Concurrency, EveryAppendIsAnsweredOnceWhileFollowersAndConsumersFetch) {
  constexpr int kProducers = 3;
  constexpr int kAppends = 200;
  std::atomic<bool> stop{false};
  std::atomic<int> failed{0};
  std::vector<std::thread> readers;
  for (const std::int32_t replica : {2, 3}) {
    readers.emplace_back([&, replica] {
      Offset offset{0};
      while (!stop) offset = after(fetch(replica, offset), offset);
    });
  }
  std::atomic<std::int64_t> consumed{0};
  readers.emplace_back([&] {
    Offset offset{0};
    while (!stop) {
      const FetchOutcome outcome = fetch(-1, offset);
      offset = after(outcome, offset);
      if (offset > outcome.high_watermark) ++failed;
      consumed = offset.value();
    }
  });
  std::vector<std::thread> producers;
  for (int i = 0; i < kProducers; ++i) {
    producers.emplace_back([&] {
      for (int n = 0; n < kAppends; ++n) {
        if (append().error != ErrorCode::kNone) ++failed;
      }
    });
  }
  for (auto& thread : producers) thread.join();
  while (consumed < kProducers * kAppends) std::this_thread::yield();
  stop = true;
  for (auto& thread : readers) thread.join();
  EXPECT_EQ(failed, 0);
  const auto status = manager_.find(kPartition.topic, kPartition.partition)->status();
  EXPECT_EQ(status.high_watermark, Offset{kProducers * kAppends});
}

}  // namespace
}  // namespace barnabas::replica
