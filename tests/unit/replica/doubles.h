// What the shells of the replica tests stand on: virtual time, logs in memory, and a transport
// whose peer is the test.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/record_batch.h"
#include "broker/protocol/transport.h"
#include "broker/replica/replica_manager.h"
#include "tests/sim/memory_log.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {

inline BufferPtr flatten(const protocol::Payload& payload) {
  auto buffer = Buffer::allocate(static_cast<std::size_t>(payload.size_bytes()));
  std::size_t at = 0;
  for (const auto& piece : payload.pieces) {
    const BytesView bytes = std::get<protocol::BytesPiece>(piece).bytes;
    if (!bytes.empty()) std::memcpy(buffer->data() + at, bytes.data(), bytes.size());
    at += bytes.size();
  }
  return buffer;
}
inline BytesView bytes_of(const BufferPtr& buffer) {
  return std::as_const(*buffer).view();
}
inline std::vector<std::uint8_t> bytes_of(const protocol::Records& records) {
  if (records.is_view()) return {records.bytes().begin(), records.bytes().end()};
  std::vector<std::uint8_t> all;
  for (const auto& piece : records.pieces()) {
    const BytesView bytes = std::get<protocol::BytesPiece>(piece).bytes;
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

// One batch of `count` records.
inline std::vector<std::uint8_t> batch(int count, std::int64_t base_offset = 0,
                                       LeaderEpoch epoch = kNoLeaderEpoch) {
  protocol::RecordBatchBuilder builder;
  builder.base_offset = Offset{base_offset};
  builder.leader_epoch = epoch;
  for (int i = 0; i < count; ++i) builder.add(1000 + i, "key", "value");
  return builder.build();
}

// A transport whose requests the test reads and answers.
class FakeTransport final : public protocol::Transport {
 public:
  struct Sent {
    std::uint64_t channel;
    std::string host;
    std::int32_t port;
    protocol::ApiKey api;
    std::int16_t version;
    BufferPtr body;
    protocol::Channel::Callback callback;
  };
  std::deque<Sent> sent;  // unanswered; those of a closed channel are gone
  int opened = 0;

  std::unique_ptr<protocol::Channel> open(std::string host, std::int32_t port, std::string,
                                          Executor&) override {
    ++opened;
    return std::make_unique<FakeChannel>(*this, ++last_, std::move(host), port);
  }

  template <typename Response>
  void answer(const Response& response) {
    ASSERT_FALSE(sent.empty());
    Sent request = take();
    const BufferPtr frame = flatten(response.encode(request.version));
    request.callback(protocol::ResponseFrame{frame, bytes_of(frame)});
  }
  void fail(ErrorCode error) {
    ASSERT_FALSE(sent.empty());
    take().callback(error);
  }
  template <typename Request>
  Request next() const {
    EXPECT_FALSE(sent.empty());
    EXPECT_EQ(sent.front().api, Request::kApiKey);
    auto request = Request::decode(bytes_of(sent.front().body), sent.front().version);
    EXPECT_TRUE(request);
    return std::move(*request);
  }

 private:
  class FakeChannel final : public protocol::Channel {
   public:
    FakeChannel(FakeTransport& transport, std::uint64_t id, std::string host, std::int32_t port)
        : transport_(transport), id_(id), host_(std::move(host)), port_(port) {}
    ~FakeChannel() override {
      std::erase_if(transport_.sent, [this](const Sent& s) { return s.channel == id_; });
    }
    void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration,
              Callback callback) override {
      transport_.sent.push_back(
          {id_, host_, port_, api, version, flatten(body), std::move(callback)});
    }

   private:
    FakeTransport& transport_;
    const std::uint64_t id_;
    const std::string host_;
    const std::int32_t port_;
  };

  Sent take() {
    Sent request = std::move(sent.front());
    sent.pop_front();
    return request;
  }

  std::uint64_t last_ = 0;
};

struct Appended {
  bool parked = false;
  std::optional<std::vector<AppendOutcome>> outcomes;
};
class AppendProbe final : public AppendSink {
 public:
  explicit AppendProbe(Appended& to) : to_(to) {}
  void parked() override { to_.parked = true; }
  void done(std::vector<AppendOutcome> outcomes) override {
    EXPECT_FALSE(to_.outcomes) << "answered twice";
    to_.outcomes = std::move(outcomes);
  }

 private:
  Appended& to_;
};

struct Fetched {
  bool parked = false;
  std::optional<std::vector<FetchOutcome>> outcomes;
};
class FetchProbe final : public FetchSink {
 public:
  explicit FetchProbe(Fetched& to) : to_(to) {}
  void parked() override { to_.parked = true; }
  void done(std::vector<FetchOutcome> outcomes) override {
    EXPECT_FALSE(to_.outcomes) << "answered twice";
    to_.outcomes = std::move(outcomes);
  }

 private:
  Fetched& to_;
};

inline const Uuid kTopicId{{7}};
inline const TopicPartition kPartition{"first", PartitionId{0}};

// Broker 1 of the brokers 1, 2, 3, with partitions of the topic `first`.
class BrokerFixture {
 public:
  BrokerFixture()
      : random(1),
        model(process, process, random),
        zookeeper(model.connect(process, seconds(18))),
        configs(*zookeeper,
                [](const TopicConfigs::Overrides& overrides) {
                  log::LogConfig config;
                  if (const auto found = overrides.find("min.insync.replicas");
                      found != overrides.end()) {
                    config.min_insync_replicas = std::stoi(found->second);
                  }
                  return config;
                }),
        manager(std::make_unique<ReplicaManager>(
            ReplicaManagerConfig{.broker_id = BrokerId{1}, .fetcher = {}},
            ReplicaManagerParts{process,
                                process,
                                process,
                                process,
                                {&process},
                                transport,
                                logs,
                                metadata,
                                configs})) {
    logs.reopen(process);
    manager->set_broker_epoch(BrokerEpoch{100});
    manager->start();
    EXPECT_TRUE(update_metadata({1, 2, 3}));
  }

  static ControllerStamp stamp(std::int32_t controller_epoch = 1, std::int64_t broker_epoch = 100) {
    return {BrokerId{3}, ControllerEpoch{controller_epoch}, BrokerEpoch{broker_epoch}};
  }
  Result<void> update_metadata(std::initializer_list<std::int32_t> alive,
                               std::int32_t controller = 3) {
    MetadataUpdate update;
    update.controller_id = BrokerId{controller};
    for (const auto id : alive) {
      update.live_brokers.push_back(
          {BrokerId{id}, {{"PLAINTEXT", "PLAINTEXT", "host" + std::to_string(id), id}}, {}});
    }
    return manager->update_metadata(stamp(), update);
  }
  ErrorCode told_state(const LeaderAndIsr& state, const TopicPartition& tp = kPartition,
                       const Uuid& id = kTopicId) {
    const auto answers = manager->become_leader_or_follower(stamp(), {{tp, id, state}});
    EXPECT_TRUE(answers);
    return answers->front();
  }
  void lead(std::initializer_list<std::int32_t> isr, std::int32_t epoch = 5,
            std::int32_t partition_epoch = 7, const TopicPartition& tp = kPartition) {
    EXPECT_EQ(told_state(told(1, epoch, isr, partition_epoch), tp), ErrorCode::kNone);
  }
  std::shared_ptr<Partition> partition(const TopicPartition& tp = kPartition) const {
    return manager->find(tp.topic, tp.partition);
  }
  void run_for(Duration duration) { scheduler.run_until(scheduler.now() + duration); }

  void append(Appended& to, int records, Acks acks = Acks::kAll, Duration timeout = seconds(30)) {
    produced.push_back(batch(records));
    manager->append({{kPartition.topic, kPartition.partition, produced.back()}}, acks, timeout,
                    log::AppendOrigin::kClient, std::make_unique<AppendProbe>(to));
  }
  void fetch(Fetched& to, std::int32_t replica, std::int64_t offset, std::int32_t epoch = 5,
             Duration max_wait = milliseconds(500)) {
    FetchParams params;
    params.replica_id = BrokerId{replica};
    params.max_wait = max_wait;
    params.max_bytes = 1 << 20;
    FetchEntry entry;
    entry.topic = kPartition.topic;
    entry.partition = kPartition.partition;
    entry.topic_id = kTopicId;
    if (replica >= 0) entry.current_leader_epoch = LeaderEpoch{epoch};
    entry.fetch_offset = Offset{offset};
    entry.max_bytes = 1 << 20;
    manager->fetch(params, {entry}, std::make_unique<FetchProbe>(to));
  }

  sim::Scheduler scheduler;
  sim::Process process{scheduler, 0};
  Random random;
  FakeTransport transport;
  sim::MemoryLogManager logs;
  sim::ZooKeeperModel model;
  std::unique_ptr<sim::ZooKeeperClient> zookeeper;
  MetadataCache metadata;
  TopicConfigs configs;
  std::deque<std::vector<std::uint8_t>> produced;
  std::unique_ptr<ReplicaManager> manager;
};

}  // namespace barnabas::replica
