// Broker 1, the controller, of production code in virtual time, and a broker 2 that is only what
// the controller sees of one: a registration, and an answer to what it is sent. Elections, ISRs and
// controlled shutdowns have something to decide here.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/messages/alter_partition.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"
#include "broker/protocol/request.h"
#include "broker/server/cluster_identity.h"
#include "broker/server/node.h"
#include "config/broker_config.h"
#include "config/properties.h"
#include "tests/sim/memory_log.h"
#include "tests/sim/network.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "tests/unit/api/one_broker.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::api {

inline constexpr BrokerId kSecondId{2};

// Does at once what the controller says; a follower's requests it leaves waiting.
class SecondBroker final : public protocol::RequestHandler {
 public:
  void handle(protocol::Request request, protocol::Responder responder) override {
    if (request.api == protocol::ApiKey::kLeaderAndIsr) {
      responder.respond(protocol::LeaderAndIsrResponse{}.encode(request.version));
    } else if (request.api == protocol::ApiKey::kUpdateMetadata) {
      responder.respond(protocol::UpdateMetadataResponse{}.encode(request.version));
    } else if (request.api == protocol::ApiKey::kStopReplica) {
      responder.respond(protocol::StopReplicaResponse{}.encode(request.version));
    } else {
      waiting_.push_back(std::move(responder));
    }
  }
  void forget_requests() { waiting_.clear(); }

 private:
  std::vector<protocol::Responder> waiting_;
};

class TwoBrokers {
 public:
  explicit TwoBrokers(const std::string& more_properties = {})
      : config_(config::BrokerConfig::load(config::parse_properties(
            "broker.id=1\nzookeeper.connect=simulated\nlisteners=PLAINTEXT://host-1:1\n"
            "auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=600000\n" +
            more_properties))) {
    start();
  }
  ~TwoBrokers() {
    second_.forget_requests();
    second_process_.kill();
    process_.kill();
  }

  const replica::MetadataSnapshot& metadata() {
    snapshot_ = node_->metadata().snapshot();
    return *snapshot_;
  }

  // Runs the simulation until `done`, at most a virtual minute.
  template <typename Done>
  void run_until(Done done) {
    const Time end = scheduler_.now() + seconds(60);
    while (!done()) {
      ASSERT_LT(scheduler_.now(), end) << "it did not happen in time";
      scheduler_.run_until(scheduler_.now() + milliseconds(1));
    }
  }

  // The decoded answer of broker 1; its views stay good until the next one.
  template <typename Response, typename Request>
  Response ask(const Request& request, std::int16_t version) {
    outcome_ = std::make_shared<Outcome>();
    protocol::Request asked;
    asked.api = Request::kApiKey;
    asked.version = version;
    asked.client_id = "test";
    asked.frame = OneBroker::joined(request.encode(version));
    asked.body = asked.frame->view();
    asked.listener = "PLAINTEXT";
    asked.client_address = "127.0.0.1";
    asked.home = &process_;
    node_->request_handler().handle(std::move(asked),
                                    protocol::Responder(std::make_unique<Sink>(outcome_)));
    run_until([&] { return outcome_->kind != Outcome::Kind::kWaiting; });
    EXPECT_EQ(outcome_->kind, Outcome::Kind::kAnswered);
    if (!outcome_->body) return {};
    auto response = Response::decode(std::as_const(*outcome_->body).view(), version);
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *std::move(response) : Response{};
  }

  // ---- What comes and goes

  void end_second() {
    EXPECT_EQ(write(zk::Op::remove(zk::paths::broker_id(kSecondId))), zk::ZkError::kOk);
    run_until([&] { return !metadata().has_alive_broker(kSecondId); });
  }
  // Registers broker 2, with a new epoch.
  void start_second() {
    zk::BrokerZnode entry;
    entry.endpoints = {{"PLAINTEXT", "PLAINTEXT", "host-2", 2}};
    EXPECT_EQ(write(zk::Op::create(zk::paths::broker_id(kSecondId), entry.encode())),
              zk::ZkError::kOk);
    run_until([&] { return metadata().has_alive_broker(kSecondId); });
  }

  // One partition for each list of replicas, all of them in sync.
  void create_topic(std::string_view name, const std::vector<std::vector<BrokerId>>& assignment) {
    protocol::CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = topic.replication_factor = -1;
    for (const auto& replicas : assignment) {
      topic.assignments.push_back({static_cast<std::int32_t>(topic.assignments.size()), replicas});
    }
    const auto response = ask<protocol::CreateTopicsResponse>(request, 7);
    ASSERT_EQ(response.topics.at(0).error_code, ErrorCode::kNone)
        << response.topics[0].error_message.value_or("");
  }

  // Partition 0 of `topic` is led by broker 1, and broker 2, which is preferred, is in sync again.
  void create_topic_led_by_follower(std::string_view topic) {
    create_topic(topic, {{kSecondId, kOurId}});
    end_second();
    run_until([&] { return leader(topic) == kOurId; });
    start_second();
    set_isr(topic, {kOurId, kSecondId});
  }

  // The leader of partition 0 says what its ISR is.
  void set_isr(std::string_view topic, const std::vector<BrokerId>& isr) {
    const auto response =
        ask<protocol::AlterPartitionResponse>(alter_partition(3, leader(topic), topic, isr), 3);
    ASSERT_EQ(response.topics.at(0).partitions.at(0).error_code, ErrorCode::kNone);
    run_until([&] { return partition(topic).isr == isr; });
  }

  // A proposal of the leader's, as it would be made now. `topic` outlives the request.
  protocol::AlterPartitionRequest alter_partition(std::int16_t version, BrokerId from,
                                                  std::string_view topic,
                                                  const std::vector<BrokerId>& isr) {
    protocol::AlterPartitionRequest request;
    request.broker_id = from;
    request.broker_epoch = broker_epoch(from);
    auto& named = request.topics.emplace_back();
    if (version < 2) {
      named.topic_name = topic;
    } else {
      named.topic_id = topic_id(topic);
    }
    auto& proposed = named.partitions.emplace_back();
    proposed.leader_epoch = state(topic).leader_epoch.value();
    proposed.partition_epoch = partition_epoch(topic);
    if (version < 3) {
      proposed.new_isr = isr;
    } else {
      for (const BrokerId id : isr) proposed.new_isr_with_epochs.push_back({id, -1});
    }
    return request;
  }

  // ---- What is known of partition 0 of a topic

  const replica::PartitionMetadata& partition(std::string_view topic) {
    static const replica::PartitionMetadata kNone;
    const auto* known = metadata().partition(topic, PartitionId{0});
    return known ? *known : kNone;
  }
  BrokerId leader(std::string_view topic) { return partition(topic).leader; }
  Uuid topic_id(std::string_view topic) {
    const auto* known = metadata().topic(topic);
    return known ? known->topic_id : Uuid{};
  }

  // ---- What stands in ZooKeeper

  zk::PartitionStateZnode state(std::string_view topic) const {
    const auto state = zk::PartitionStateZnode::decode(
        znode(zk::paths::topic_partition_state(topic, PartitionId{0})).data);
    return state ? *state : zk::PartitionStateZnode{};
  }
  std::int32_t partition_epoch(std::string_view topic) const {
    return znode(zk::paths::topic_partition_state(topic, PartitionId{0})).stat.version;
  }
  std::int64_t broker_epoch(BrokerId broker) const {
    return znode(zk::paths::broker_id(broker)).stat.czxid;
  }
  // Empty where there is none.
  sim::ZooKeeperTree::Node znode(const std::string& path) const {
    const auto* node = zookeeper_.tree().find(path);
    return node ? *node : sim::ZooKeeperTree::Node{};
  }

 private:
  class Sink final : public protocol::ResponseSink {
   public:
    explicit Sink(std::shared_ptr<Outcome> outcome) : outcome_(std::move(outcome)) {}
    void respond(protocol::Payload body) override {
      outcome_->kind = Outcome::Kind::kAnswered;
      outcome_->body = OneBroker::joined(body);
    }
    void respond_nothing() override { outcome_->kind = Outcome::Kind::kNothing; }
    void close_connection() override { outcome_->kind = Outcome::Kind::kClosed; }
    void work_done() override {}

   private:
    const std::shared_ptr<Outcome> outcome_;
  };

  void start() {
    std::optional<Result<std::string>> cluster_id;
    server::settle_cluster_id(*client_, kClusterId,
                              [&](Result<std::string> id) { cluster_id = std::move(id); });
    run_until([&] { return cluster_id.has_value(); });
    ASSERT_TRUE(cluster_id && *cluster_id);
    network_.listen(1, process_, node_->request_handler());
    network_.listen(2, second_process_, second_);
    std::optional<Result<void>> started;
    node_->start({{"PLAINTEXT", "PLAINTEXT", "host-1", 1}}, std::nullopt,
                 [&](Result<void> result) { started = std::move(result); });
    run_until([&] { return started && metadata().has_alive_broker(kOurId); });
    ASSERT_TRUE(started && *started);
    start_second();
  }

  zk::ZkError write(zk::Op op) { return zookeeper_.write({std::move(op)}).error; }

  const config::BrokerConfig config_;
  std::shared_ptr<Outcome> outcome_;
  std::shared_ptr<const replica::MetadataSnapshot> snapshot_;
  Random random_{1};
  sim::Scheduler scheduler_;
  sim::Network network_{scheduler_, random_};
  sim::Process ensemble_{scheduler_, 0};
  sim::ZooKeeperModel zookeeper_{ensemble_, ensemble_, random_};
  SecondBroker second_;
  sim::Process second_process_{scheduler_, 0};
  sim::Process process_{scheduler_, 0};
  sim::MemoryLogManager logs_;
  std::unique_ptr<protocol::Transport> transport_ = network_.transport(1);
  std::unique_ptr<sim::ZooKeeperClient> client_ = zookeeper_.connect(process_, seconds(6));
  std::unique_ptr<server::Node> node_ =
      std::make_unique<server::Node>(config_, kOurId, kClusterId,
                                     server::NodeParts{.clock = process_,
                                                       .random = random_,
                                                       .coordination = process_,
                                                       .background = process_,
                                                       .timers = process_,
                                                       .fetcher_homes = {&process_},
                                                       .transport = *transport_,
                                                       .zookeeper = *client_,
                                                       .session_closer = zookeeper_,
                                                       .logs = (logs_.reopen(process_), logs_)});
};

}  // namespace barnabas::api
