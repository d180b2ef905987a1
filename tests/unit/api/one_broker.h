// One broker of production code in virtual time, asked over its request handler: what the tests of
// the APIs share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random.h"
#include "broker/protocol/messages/create_topics.h"
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

namespace barnabas::api {

inline constexpr BrokerId kOurId{1};
inline constexpr char kClusterId[] = "AAAAAAAAAAAAAAAAAAAAAA";

// What became of one request.
struct Outcome {
  enum class Kind { kWaiting, kAnswered, kNothing, kClosed } kind = Kind::kWaiting;
  BufferPtr body;
  bool work_done = false;

  bool closed() const { return kind == Kind::kClosed; }
};

class OneBroker {
 public:
  explicit OneBroker(const std::string& more_properties = {})
      : config_(config::BrokerConfig::load(config::parse_properties(
            "broker.id=1\nzookeeper.connect=simulated\nlisteners=PLAINTEXT://host-1:1\n" +
            more_properties))) {}
  ~OneBroker() { process_.kill(); }

  server::Node& node() { return *node_; }
  sim::Scheduler& scheduler() { return scheduler_; }
  sim::Network& network() { return network_; }
  sim::ZooKeeperModel& zookeeper() { return zookeeper_; }
  const sim::ZooKeeperModel& zookeeper() const { return zookeeper_; }

  // Of the requests to come; no connection: each comes by its own.
  std::string client_address = "127.0.0.1";
  std::shared_ptr<protocol::ConnectionNotes> connection;

  // Registers the broker, which becomes the controller of its cluster of one.
  void start() {
    std::optional<Result<std::string>> cluster_id;
    server::settle_cluster_id(*client_, kClusterId,
                              [&](Result<std::string> id) { cluster_id = std::move(id); });
    run_until([&] { return cluster_id.has_value(); });
    ASSERT_TRUE(*cluster_id) << cluster_id->error().detail;
    EXPECT_EQ(**cluster_id, kClusterId);
    std::optional<Result<void>> started;
    node_->start({{"PLAINTEXT", "PLAINTEXT", "host-1", 1}}, std::nullopt,
                 [&](Result<void> result) { started = std::move(result); });
    network_.listen(1, process_, node_->request_handler());
    run_until([&] { return started && !node_->metadata().snapshot()->brokers.empty(); });
    ASSERT_TRUE(*started) << started->error().detail;
  }

  // Runs the simulation until `done`, at most a virtual minute.
  template <typename Done>
  void run_until(Done done) {
    const Time end = scheduler_.now() + seconds(60);
    while (!done()) {
      ASSERT_LT(scheduler_.now(), end) << "it did not happen in time";
      scheduler_.run_until(scheduler_.now() + kStep);
    }
  }

  void run_for(Duration duration) { scheduler_.run_until(scheduler_.now() + duration); }

  // Sends a request as bytes; the outcome changes when it is answered.
  std::shared_ptr<Outcome> send_bytes(protocol::ApiKey api, std::int16_t version, BytesView body,
                                      const std::string& listener = "PLAINTEXT") {
    auto outcome = std::make_shared<Outcome>();
    protocol::Request request;
    request.api = api;
    request.version = version;
    request.client_id = "test";
    request.frame = Buffer::copy_of(body);
    request.body = request.frame->view();
    request.listener = listener;
    request.client_address = client_address;
    request.home = &process_;
    if (connection) request.connection = connection;
    node_->request_handler().handle(std::move(request),
                                    protocol::Responder(std::make_unique<Sink>(outcome)));
    return outcome;
  }
  Outcome ask_bytes(protocol::ApiKey api, std::int16_t version, BytesView body,
                    const std::string& listener = "PLAINTEXT") {
    const auto outcome = send_bytes(api, version, body, listener);
    run_until([&] { return outcome->kind != Outcome::Kind::kWaiting; });
    return *outcome;
  }

  template <typename Request>
  std::shared_ptr<Outcome> send_raw(const Request& request, std::int16_t version) {
    const BufferPtr body = joined(request.encode(version));
    return send_bytes(Request::kApiKey, version, std::as_const(*body).view());
  }
  template <typename Request>
  Outcome ask_raw(const Request& request, std::int16_t version,
                  const std::string& listener = "PLAINTEXT") {
    const BufferPtr body = joined(request.encode(version));
    return ask_bytes(Request::kApiKey, version, std::as_const(*body).view(), listener);
  }

  // The decoded answer; its views stay good until the next one of the test.
  template <typename Response, typename Request>
  Response ask(const Request& request, std::int16_t version,
               const std::string& listener = "PLAINTEXT") {
    last_ = ask_raw(request, version, listener);
    EXPECT_EQ(last_.kind, Outcome::Kind::kAnswered);
    if (!last_.body) return {};
    auto response = Response::decode(last_.body->view(), version);
    EXPECT_TRUE(response) << response.error().detail;
    return response ? *std::move(response) : Response{};
  }

  // Creates a topic of one replica and waits until it is led and known.
  using TopicConfig = std::pair<std::string_view, std::string_view>;
  void create_topic(std::string_view name, std::int32_t partitions,
                    const std::vector<TopicConfig>& configs = {}) {
    protocol::CreateTopicsRequest request;
    request.timeout_ms = 30000;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    for (const auto& [key, value] : configs) topic.configs.push_back({key, value});
    const auto response = ask<protocol::CreateTopicsResponse>(request, 5);
    ASSERT_EQ(response.topics.at(0).error_code, ErrorCode::kNone)
        << response.topics[0].error_message.value_or("");
    run_until([&] {
      const auto partition = node_->replicas().find(name, PartitionId(partitions - 1));
      return partition && partition->is_leader() &&
             node_->metadata().snapshot()->partition(name, PartitionId(partitions - 1));
    });
  }

  // What a znode holds.
  std::string znode(const std::string& path) {
    std::optional<zk::DataAnswer> answer;
    client_->get_data(path, /*watch=*/false,
                      [&](zk::DataAnswer told) { answer = std::move(told); });
    run_until([&] { return answer.has_value(); });
    return answer->ok() ? answer->data : std::string(zk::to_string(answer->error));
  }
  void set_znode(const std::string& path, const std::string& data) {
    std::optional<zk::ZkError> error;
    client_->set_data(path, data, zk::kAnyVersion,
                      [&](const zk::StatAnswer& told) { error = told.error; });
    run_until([&] { return error.has_value(); });
    EXPECT_EQ(*error, zk::ZkError::kOk);
  }

  const config::BrokerConfig& config() const { return config_; }

  static BufferPtr joined(const protocol::Payload& payload) {
    auto all = Buffer::allocate(static_cast<std::size_t>(payload.size_bytes()));
    std::size_t at = 0;
    for (const auto& piece : payload.pieces) {
      const BytesView bytes = std::get<protocol::BytesPiece>(piece).bytes;
      if (!bytes.empty()) std::memcpy(all->data() + at, bytes.data(), bytes.size());
      at += bytes.size();
    }
    return all;
  }

 private:
  static constexpr Duration kStep = milliseconds(1);

  class Sink final : public protocol::ResponseSink {
   public:
    explicit Sink(std::shared_ptr<Outcome> outcome) : outcome_(std::move(outcome)) {}
    void respond(protocol::Payload body) override {
      outcome_->kind = Outcome::Kind::kAnswered;
      outcome_->body = joined(body);
    }
    void respond_nothing() override { outcome_->kind = Outcome::Kind::kNothing; }
    void close_connection() override { outcome_->kind = Outcome::Kind::kClosed; }
    void work_done() override { outcome_->work_done = true; }

   private:
    const std::shared_ptr<Outcome> outcome_;
  };

  const config::BrokerConfig config_;
  Outcome last_;
  Random random_{1};
  sim::Scheduler scheduler_;
  sim::Network network_{scheduler_, random_};
  sim::Process ensemble_{scheduler_, 0};
  sim::ZooKeeperModel zookeeper_{ensemble_, ensemble_, random_};
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
