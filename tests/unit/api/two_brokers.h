// Broker 1, the controller (one_broker.h), and a broker 2 that is only what
// the controller sees of one: a registration, and an answer to what it is sent. Elections, ISRs and
// controlled shutdowns have something to decide here.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/protocol/messages/alter_partition.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"
#include "broker/protocol/request.h"
#include "tests/sim/process.h"
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

class TwoBrokers : public OneBroker {
 public:
  explicit TwoBrokers(const std::string& more_properties = {})
      : OneBroker("auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=600000\n" +
                  more_properties) {
    network().listen(kSecondId.value(), second_process_, second_);
    start();
    start_second();
  }
  ~TwoBrokers() {
    second_.forget_requests();
    second_process_.kill();
  }

  const replica::MetadataSnapshot& metadata() {
    snapshot_ = node().metadata().snapshot();
    return *snapshot_;
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
    const auto* node = zookeeper().tree().find(path);
    return node ? *node : sim::ZooKeeperTree::Node{};
  }

 private:
  zk::ZkError write(zk::Op op) { return zookeeper().write({std::move(op)}).error; }

  std::shared_ptr<const replica::MetadataSnapshot> snapshot_;
  SecondBroker second_;
  sim::Process second_process_{scheduler(), 0};
};

}  // namespace barnabas::api
