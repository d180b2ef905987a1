// Controllers on the simulator's ZooKeeper, with brokers that answer whatever they are sent.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/controller/controller.h"
#include "broker/protocol/messages/leader_and_isr.h"
#include "broker/protocol/messages/stop_replica.h"
#include "broker/protocol/messages/update_metadata.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"
#include "tests/sim/zookeeper_client.h"
#include "tests/sim/zookeeper_model.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::controller {

inline constexpr BrokerId k1{1};
inline constexpr BrokerId k2{2};
inline constexpr BrokerId k3{3};

// Broker N listens on host "hN". It answers at once, unless it is deaf.
class FakeBrokers final : public protocol::Transport {
 public:
  struct Sent {
    std::int32_t broker;
    protocol::ApiKey api;
    BufferPtr body;
    Time at;
  };

  explicit FakeBrokers(const Clock& clock) : clock_(clock) {}

  std::unique_ptr<protocol::Channel> open(std::string host, std::int32_t, std::string,
                                          Executor& home) override {
    return std::make_unique<FakeChannel>(*this, std::stoi(host.substr(1)), home);
  }

  void set_deaf(std::int32_t id, bool deaf) { deaf_[id] = deaf; }

  // The requests of one API to one broker, in order.
  template <typename Request>
  std::vector<Request> sent_to(std::int32_t id, std::int16_t version) const {
    std::vector<Request> result;
    for (const Sent& one : sent) {
      if (one.broker != id || one.api != Request::kApiKey) continue;
      result.push_back(*Request::decode(one.body->view(), version));
    }
    return result;
  }
  auto leader_and_isr(std::int32_t id) const {
    return sent_to<protocol::LeaderAndIsrRequest>(id, 7);
  }
  auto update_metadata(std::int32_t id) const {
    return sent_to<protocol::UpdateMetadataRequest>(id, 8);
  }
  auto stop_replica(std::int32_t id) const { return sent_to<protocol::StopReplicaRequest>(id, 4); }

  std::vector<Sent> sent;
  int failures = 0;
  // What a broker does with an UpdateMetadata before it answers.
  std::function<void(std::int32_t broker, const protocol::UpdateMetadataRequest&)> on_metadata;

 private:
  class FakeChannel final : public protocol::Channel {
   public:
    FakeChannel(FakeBrokers& brokers, std::int32_t id, Executor& home)
        : brokers_(brokers), id_(id), home_(home) {}

    void send(protocol::ApiKey api, std::int16_t version, protocol::Payload body, Duration,
              Callback callback) override {
      const BufferPtr bytes = flatten(body);
      const bool deaf = brokers_.deaf_[id_];
      if (!deaf) brokers_.sent.push_back({id_, api, bytes, brokers_.clock_.now()});
      if (deaf) ++brokers_.failures;
      if (!deaf && api == protocol::ApiKey::kUpdateMetadata) {
        brokers_.on_metadata(id_, *protocol::UpdateMetadataRequest::decode(bytes->view(), version));
      }
      home_.post([alive = std::weak_ptr<bool>(alive_), api, version, bytes, callback, deaf] {
        if (alive.expired()) return;
        if (deaf) return callback(Error{ErrorCode::kNetworkException, "deaf"});
        const BufferPtr answer = flatten(answer_to(api, version, *bytes));
        callback(protocol::ResponseFrame{answer, answer->view()});
      });
    }

   private:
    FakeBrokers& brokers_;
    const std::int32_t id_;
    Executor& home_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  };

  static BufferPtr flatten(const protocol::Payload& payload) {
    auto bytes = Buffer::allocate(static_cast<std::size_t>(payload.size_bytes()));
    std::size_t at = 0;
    for (const protocol::Piece& piece : payload.pieces) {
      const BytesView view = std::get<protocol::BytesPiece>(piece).bytes;
      std::memcpy(bytes->data() + at, view.data(), view.size());
      at += view.size();
    }
    return bytes;
  }
  static protocol::Payload answer_to(protocol::ApiKey api, std::int16_t version,
                                     const Buffer& body) {
    if (api == protocol::ApiKey::kLeaderAndIsr) {
      const auto request = protocol::LeaderAndIsrRequest::decode(body.view(), version);
      protocol::LeaderAndIsrResponse response;
      for (const auto& topic : request->topic_states) {
        auto& told = response.topics.emplace_back();
        told.topic_id = topic.topic_id;
        for (const auto& partition : topic.partition_states) {
          told.partition_errors.push_back({{}, partition.partition_index, ErrorCode::kNone});
        }
      }
      return response.encode(version);
    }
    if (api == protocol::ApiKey::kStopReplica) {
      const auto request = protocol::StopReplicaRequest::decode(body.view(), version);
      protocol::StopReplicaResponse response;
      for (const auto& topic : request->topic_states) {
        for (const auto& partition : topic.partition_states) {
          response.partition_errors.push_back(
              {topic.topic_name, partition.partition_index, ErrorCode::kNone});
        }
      }
      return response.encode(version);
    }
    return protocol::UpdateMetadataResponse{}.encode(version);
  }

  const Clock& clock_;
  std::map<std::int32_t, bool> deaf_;
};

// What a test, or an UpdateMetadata, has told a broker.
class FakeMetadata final : public MetadataView {
 public:
  bool has_topic(std::string_view topic) const override {
    return std::any_of(leaders_.begin(), leaders_.end(),
                       [&](const auto& entry) { return entry.first.topic == topic; });
  }
  BrokerId leader(const TopicPartition& partition) const override {
    const auto found = leaders_.find(partition);
    return found == leaders_.end() ? kNoBroker : found->second;
  }

  // kLeaderDuringDelete: the partition goes.
  void set(const TopicPartition& partition, BrokerId leader) {
    leaders_[partition] = leader;
    if (leader == kLeaderDuringDelete) leaders_.erase(partition);
  }
  void apply(const protocol::UpdateMetadataRequest& update) {
    for (const auto& topic : update.topic_states) {
      for (const auto& state : topic.partition_states) {
        set({std::string(topic.topic_name), PartitionId(state.partition_index)}, state.leader);
      }
    }
  }

 private:
  std::map<TopicPartition, BrokerId> leaders_;
};

class ControllerWorld : public ::testing::Test {
 protected:
  struct Node {
    explicit Node(sim::Scheduler& scheduler) : home(scheduler, 0) {}
    sim::Process home;
    FakeMetadata metadata;
    std::unique_ptr<Controller> controller;
    std::unique_ptr<sim::ZooKeeperClient> zookeeper;  // goes before its observer
  };

  ControllerWorld() {
    for (std::string_view path : zk::paths::kPersistentPaths) make_path(std::string(path));
    brokers.on_metadata = [this](std::int32_t id, const protocol::UpdateMetadataRequest& update) {
      const auto node = nodes.find(id);
      if (node == nodes.end()) return;
      node->second->metadata.apply(update);
      on(id, [](Controller& c) { c.on_metadata_updated(); });
    };
  }

  void make_path(const std::string& path) {
    if (path.empty()) return;
    make_path(path.substr(0, path.rfind('/')));
    model.write({zk::Op::create(path, {})});
  }

  // A broker that registers itself and stands for election.
  Node& start(std::int32_t id, ControllerOptions options = {}) {
    auto& node = nodes[id];
    node = std::make_unique<Node>(scheduler);
    node->zookeeper = model.connect(node->home, seconds(6));
    options.broker_id = BrokerId(id);
    node->controller =
        std::make_unique<Controller>(*node->zookeeper, brokers, node->home, node->home, random,
                                     node->metadata, std::move(options));
    node->home.post([this, id] { enter(id); });
    run(milliseconds(50));
    return *node;
  }
  // Registers in a new session, and stands.
  void enter(std::int32_t id) {
    zk::BrokerZnode znode;
    znode.endpoints = {{"PLAINTEXT", "PLAINTEXT", "h" + std::to_string(id), 9092}};
    nodes.at(id)->zookeeper->create(zk::paths::broker_id(BrokerId(id)), znode.encode(),
                                    zk::CreateMode::kEphemeral, [this, id](const auto& answer) {
                                      if (answer.ok()) nodes.at(id)->controller->startup();
                                    });
  }
  // kill -9, and the end of its session.
  void kill(std::int32_t id) {
    const std::int64_t session = nodes.at(id)->zookeeper->session().id;
    nodes.at(id)->home.kill();
    nodes.erase(id);
    model.expire(session);
  }
  void run(Duration time) { scheduler.run_until(scheduler.now() + time); }

  Controller& controller(std::int32_t id) { return *nodes.at(id)->controller; }
  void on(std::int32_t id, std::function<void(Controller&)> call) {
    nodes.at(id)->home.post([this, id, call] { call(controller(id)); });
  }

  std::optional<std::string> data(const std::string& path) const {
    const auto* node = model.tree().find(path);
    if (!node) return std::nullopt;
    return node->data;
  }
  zk::PartitionStateZnode state(const std::string& topic, std::int32_t partition) const {
    const auto text = data(zk::paths::topic_partition_state(topic, PartitionId(partition)));
    EXPECT_TRUE(text) << topic << "-" << partition << " has no state";
    return text ? *zk::PartitionStateZnode::decode(*text) : zk::PartitionStateZnode{};
  }
  NewTopicAnswer create_topic(std::int32_t at, NewTopic topic, bool validate_only = false) {
    std::optional<NewTopicAnswer> answer;
    on(at, [&](Controller& c) {
      c.create_topics({std::move(topic)}, seconds(10), validate_only,
                      [&](std::vector<NewTopicAnswer> answers) { answer = answers.at(0); });
    });
    for (int i = 0; i < 300 && !answer; ++i) run(milliseconds(50));
    EXPECT_TRUE(answer) << "no answer";
    return answer.value_or(NewTopicAnswer{});
  }
  // What the leader of partition 0 asks for when a follower has caught up, or has not. To broker 1.
  void alter_isr(const std::string& topic, std::vector<BrokerId> isr) {
    const zk::PartitionStateZnode before = state(topic, 0);
    const auto czxid = model.tree().find(zk::paths::broker_id(before.leader))->stat.czxid;
    AlterPartition request{before.leader, BrokerEpoch(czxid), false, {}};
    AlterPartitionItem& item = request.items.emplace_back();
    item.topic = topic;
    item.new_isr = std::move(isr);
    item.leader_epoch = before.leader_epoch;
    item.partition_epoch = PartitionEpoch(
        model.tree().find(zk::paths::topic_partition_state(topic, PartitionId(0)))->stat.version);
    on(1, [request](Controller& c) { c.alter_partition(request, [](auto) {}); });
    run(milliseconds(20));
  }
  static NewTopic topic_on(const std::string& name, std::vector<std::vector<BrokerId>> replicas) {
    NewTopic topic;
    topic.name = name;
    for (std::size_t p = 0; p < replicas.size(); ++p) {
      topic.assignments.emplace_back(PartitionId(static_cast<std::int32_t>(p)), replicas[p]);
    }
    return topic;
  }

  sim::Scheduler scheduler;
  Random random{11};
  sim::Process ensemble{scheduler, 0};
  sim::ZooKeeperModel model{ensemble, ensemble, random};
  FakeBrokers brokers{ensemble};
  std::map<std::int32_t, std::unique_ptr<Node>> nodes;
};

}  // namespace barnabas::controller
