#include "broker/server/node.h"

#include <fmt/ranges.h>

#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/protocol/messages/allocate_producer_ids.h"
#include "broker/protocol/messages/controlled_shutdown.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/server/cluster_identity.h"
#include "broker/server/node_config.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::server {
namespace {

using protocol::AllocateProducerIdsRequest;
using protocol::AllocateProducerIdsResponse;
using protocol::ControlledShutdownRequest;
using protocol::ControlledShutdownResponse;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

constexpr Duration kRegistrationBackoff = seconds(1);

Result<controller::ProducerIdBlock> producer_ids_of(Result<protocol::ResponseFrame> frame) {
  if (!frame) return std::move(frame).error();
  TRY(const auto response,
      AllocateProducerIdsResponse::decode(frame->body, AllocateProducerIdsRequest::kMaxVersion));
  if (response.error_code != ErrorCode::kNone) return response.error_code;
  return controller::ProducerIdBlock{response.producer_id_start, response.producer_id_len};
}

Result<controller::ControlledShutdownAnswer> shutdown_answer_of(
    Result<protocol::ResponseFrame> frame) {
  if (!frame) return std::move(frame).error();
  TRY(const auto response,
      ControlledShutdownResponse::decode(frame->body, ControlledShutdownRequest::kMaxVersion));
  controller::ControlledShutdownAnswer answer;
  answer.error = response.error_code;
  for (const auto& partition : response.remaining_partitions) {
    answer.remaining.push_back(
        {std::string(partition.topic_name), PartitionId(partition.partition_index)});
  }
  return answer;
}

CreateTopicsRequest creation_of(const std::vector<controller::NewTopic>& topics) {
  CreateTopicsRequest request;
  for (const controller::NewTopic& topic : topics) {
    auto& asked = request.topics.emplace_back();
    asked.name = topic.name;
    asked.num_partitions = topic.num_partitions;
    asked.replication_factor = topic.replication_factor;
    for (const auto& [name, value] : topic.configs) asked.configs.push_back({name, value});
  }
  return request;
}

// One answer per topic, in their order.
std::vector<Error> created_of(const std::vector<controller::NewTopic>& topics,
                              const Result<protocol::ResponseFrame>& frame) {
  std::vector<Error> answers(topics.size(), Error{ErrorCode::kUnknownServerError, "no answer"});
  const auto response =
      frame ? CreateTopicsResponse::decode(frame->body, CreateTopicsRequest::kMaxVersion)
            : Result<CreateTopicsResponse>(frame.error());
  for (std::size_t i = 0; i < topics.size(); ++i) {
    if (!response) {
      answers[i] = response.error();
      continue;
    }
    for (const auto& told : response->topics) {
      if (told.name != topics[i].name) continue;
      answers[i] = {told.error_code, std::string(told.error_message.value_or(""))};
    }
  }
  return answers;
}

}  // namespace

Node::Node(const config::BrokerConfig& config, BrokerId broker_id, std::string cluster_id,
           NodeParts parts)
    : config_(config),
      broker_id_(broker_id),
      parts_(std::move(parts)),
      alive_(std::make_shared<Node*>(this)),
      topic_configs_(parts_.zookeeper, topic_config_resolver(config)),
      replicas_(replica_manager_config(config, broker_id), {.clock = parts_.clock,
                                                            .coordination = parts_.coordination,
                                                            .background = parts_.background,
                                                            .timers = parts_.timers,
                                                            .fetcher_homes = parts_.fetcher_homes,
                                                            .transport = parts_.transport,
                                                            .logs = parts_.logs,
                                                            .metadata = metadata_,
                                                            .topic_configs = topic_configs_}),
      config_changes_(parts_.zookeeper, parts_.clock,
                      [this](const std::string& entity_path) { on_config_change(entity_path); }),
      fetch_sessions_(config.max_incremental_fetch_session_cache_slots, parts_.random),
      groups_(group_coordinator_options(config, broker_id), {.clock = parts_.clock,
                                                             .random = parts_.random,
                                                             .coordination = parts_.coordination,
                                                             .timers = parts_.timers,
                                                             .background = parts_.background,
                                                             .replicas = replicas_,
                                                             .zookeeper = parts_.zookeeper}),
      controller_(parts_.zookeeper, parts_.transport, parts_.coordination, parts_.clock,
                  parts_.random, cached_metadata_, controller_options(config, broker_id)),
      registration_(parts_.zookeeper, parts_.coordination, broker_id,
                    milliseconds(config.zookeeper_session_timeout_ms)),
      controller_client_(broker_id, config.controller_listener_name(), parts_.coordination,
                         parts_.transport, metadata_),
      own_producer_ids_(parts_.zookeeper,
                        [this](zk::Op op, const std::function<void(const zk::Answer&)>& done) {
                          parts_.zookeeper.set_data(std::move(op.path), std::move(op.data),
                                                    op.version, done);
                        }),
      producer_ids_(parts_.clock,
                    [this](api::ProducerIdManager::BlockCallback done) {
                      fetch_producer_ids(std::move(done));
                    }),
      topic_creation_(
          [this](api::AutoTopicCreation::Asking asking) { create_topics(std::move(asking)); }),
      context_{.broker_id = broker_id,
               .cluster_id = std::move(cluster_id),
               .config = config,
               .clock = parts_.clock,
               .coordination = parts_.coordination,
               .zookeeper = parts_.zookeeper,
               .replicas = replicas_,
               .fetch_sessions = fetch_sessions_,
               .metadata = metadata_,
               .topic_configs = topic_configs_,
               .controller = controller_,
               .groups = groups_,
               .producer_ids = producer_ids_,
               .topic_creation = topic_creation_},
      dispatcher_(context_) {
  replicas_.set_leadership_observer(&groups_);
  parts_.zookeeper.add_observer(this);
}

Node::~Node() {
  replicas_.set_leadership_observer(nullptr);
  *alive_ = nullptr;
  parts_.coordination.cancel(retry_);
  parts_.coordination.cancel(shutdown_retry_);
}

// ---- Start and session expiry

zk::BrokerZnode Node::registration_entry() const {
  zk::BrokerZnode entry;
  entry.endpoints = endpoints_;
  entry.rack = config_.broker_rack;
  entry.timestamp = parts_.clock.wall_clock_ms();
  return entry;
}

void Node::start(std::vector<Endpoint> endpoints, std::optional<zk::SessionId> former,
                 std::function<void(Result<void>)> done) {
  endpoints_ = std::move(endpoints);
  const auto register_first = [this, done = std::move(done)] {
    registration_.register_broker(registration_entry(), /*check_endpoints=*/true,
                                  [this, done](Result<BrokerEpoch> epoch) {
                                    if (!epoch) return done(std::move(epoch).error());
                                    started_ = true;
                                    replicas_.set_broker_epoch(*epoch);
                                    replicas_.start();
                                    groups_.start();
                                    config_changes_.listen();
                                    controller_.startup();
                                    done({});
                                  });
  };
  if (former) {
    registration_.close_former_session(parts_.session_closer, *former, register_first);
  } else {
    register_first();
  }
}

void Node::on_session_expired() {
  if (!started_ || stopping_) return;
  log_warn("[KafkaServer id={}] The ZooKeeper session has expired; making a new one", broker_id_);
  parts_.coordination.cancel(std::exchange(retry_, {}));
  parts_.zookeeper.restart();
}

void Node::on_session_established() {
  if (started_ && !stopping_) register_again();
}

// A ZooKeeper without its data, or with another cluster's, is waited out: a broker that took part
// there would lead another's topics, or none, over its own logs.
void Node::register_again() {
  check_cluster_id(parts_.zookeeper, context_.cluster_id, [alive = alive_](Result<void> same) {
    if (!*alive) return;
    Node& node = **alive;
    if (node.stopping_) return;
    if (!same) return node.register_later(same.error());
    node.registration_.register_broker(
        node.registration_entry(), /*check_endpoints=*/false,
        [&node](const Result<BrokerEpoch>& epoch) { node.on_registered_again(epoch); });
  });
}

void Node::on_registered_again(const Result<BrokerEpoch>& epoch) {
  if (stopping_) return;
  if (!epoch) return register_later(epoch.error());
  replicas_.set_broker_epoch(*epoch);
  config_changes_.listen();
  // A change that was being applied when the session expired may be lost.
  apply_topic_configs(topic_configs_.known_topics());
  controller_.startup();
}

void Node::register_later(const Error& error) {
  log_error("[KafkaServer id={}] Cannot register again, trying on: {}", broker_id_, error.detail);
  // After another expiry the next session does it.
  retry_ = parts_.coordination.run_after(kRegistrationBackoff, [alive = alive_] {
    if (*alive && !(*alive)->stopping_) (*alive)->register_again();
  });
}

// ---- Failed disks

void Node::on_log_dir_failure() {
  if (stopping_) return;
  replicas_.on_log_dir_failure();
  // Without a session nobody needs to be told: after the next registration the controller sends
  // LeaderAndIsr anew, and the answer says which replicas are offline.
  parts_.zookeeper.create(
      zk::paths::new_log_dir_event(), zk::LogDirEventZnode{broker_id_}.encode(),
      zk::CreateMode::kPersistentSequential, [id = broker_id_](const zk::CreateAnswer& answer) {
        if (answer.ok()) return;
        log_error("[KafkaServer id={}] Cannot tell the controller of the failed log directory", id);
      });
}

// ---- Changed configs

void Node::on_config_change(const std::string& entity_path) {
  constexpr std::string_view kTopics = "topics/";
  if (entity_path.starts_with(kTopics)) {
    return apply_topic_configs({entity_path.substr(kTopics.size())});
  }
  log_warn(
      "[KafkaServer id={}] The config of {} has changed, which takes no effect: only topics "
      "are configured while the broker runs",
      broker_id_, entity_path);
}

void Node::apply_topic_configs(const std::vector<std::string>& topics) {
  topic_configs_.read(
      topics, [this](const std::optional<replica::TopicConfigs::OverridesOfTopics>& found) {
        if (!found) return;  // the session has expired; the next one reads all again
        for (const auto& [topic, overrides] : *found) {
          log_info(
              "[KafkaServer id={}] Processing override for entityPath: topics/{} with config: "
              "{{{}}}",
              broker_id_, topic, fmt::join(overrides, ", "));
          replicas_.on_topic_config_changed(topic);
          // Of the topic itself: the controller may hold no replica of it.
          if (overrides.contains("unclean.leader.election.enable") &&
              allows_unclean_election(config_, overrides)) {
            controller_.on_unclean_election_enabled(topic);
          }
        }
      });
}

// ---- Producer ids

void Node::fetch_producer_ids(api::ProducerIdManager::BlockCallback done) {
  parts_.coordination.post([alive = alive_, done = std::move(done)] {
    if (!*alive) return;
    Node& node = **alive;
    if (!versions_of(node.config_).allocate_producer_ids) {
      return node.own_producer_ids_.allocate(node.broker_id_, done);
    }
    const BrokerEpoch epoch = node.replicas_.broker_epoch();
    if (node.controller_.is_active()) {
      node.controller_.allocate_producer_ids(node.broker_id_, epoch, done);
      return;
    }
    AllocateProducerIdsRequest request;
    request.broker_id = node.broker_id_;
    request.broker_epoch = epoch.value();
    node.controller_client_.send(
        protocol::ApiKey::kAllocateProducerIds, AllocateProducerIdsRequest::kMaxVersion,
        request.encode(AllocateProducerIdsRequest::kMaxVersion),
        milliseconds(node.config_.request_timeout_ms),
        [done](Result<protocol::ResponseFrame> frame) { done(producer_ids_of(std::move(frame))); });
  });
}

// ---- Automatic topics

void Node::create_topics(api::AutoTopicCreation::Asking asking) {
  parts_.coordination.post([alive = alive_, asking = std::move(asking)] {
    if (!*alive) return;
    Node& node = **alive;
    if (node.controller_.is_active()) {
      // Nobody waits for the leaders: the metadata will tell of them.
      node.controller_.create_topics(
          asking.topics, Duration::zero(), /*validate_only=*/false,
          [asking](const std::vector<controller::NewTopicAnswer>& answers) {
            std::vector<Error> errors;
            for (const auto& answer : answers) errors.push_back(answer.error);
            asking.answered(errors);
          });
      return;
    }
    asking.sent();
    CreateTopicsRequest request = creation_of(asking.topics);
    request.timeout_ms = node.config_.request_timeout_ms;
    node.controller_client_.send(protocol::ApiKey::kCreateTopics, CreateTopicsRequest::kMaxVersion,
                                 request.encode(CreateTopicsRequest::kMaxVersion),
                                 milliseconds(node.config_.request_timeout_ms),
                                 [asking](const Result<protocol::ResponseFrame>& frame) {
                                   asking.answered(created_of(asking.topics, frame));
                                 });
  });
}

// ---- Stop

void Node::controlled_shutdown(std::function<void()> done) {
  CHECK(!shutdown_done_, "a controlled shutdown is under way");
  if (!config_.controlled_shutdown_enable) return done();
  log_info("[KafkaServer id={}] Starting controlled shutdown", broker_id_);
  shutdown_done_ = std::move(done);
  shutdown_began_ = parts_.clock.now();
  try_controlled_shutdown(config_.controlled_shutdown_max_retries);
}

void Node::try_controlled_shutdown(int tries_left) {
  const BrokerEpoch epoch = replicas_.broker_epoch();
  if (controller_.is_active()) {
    controller_.controlled_shutdown(
        broker_id_, epoch,
        [alive = alive_, tries_left](const controller::ControlledShutdownAnswer& answer) {
          if (*alive) (*alive)->on_controlled_shutdown(tries_left, answer);
        });
    return;
  }
  ControlledShutdownRequest request;
  request.broker_id = broker_id_;
  request.broker_epoch = epoch.value();
  controller_client_.send(
      protocol::ApiKey::kControlledShutdown, ControlledShutdownRequest::kMaxVersion,
      request.encode(ControlledShutdownRequest::kMaxVersion),
      milliseconds(config_.controller_socket_timeout_ms),
      [alive = alive_, tries_left](Result<protocol::ResponseFrame> frame) {
        if (!*alive) return;
        (*alive)->on_controlled_shutdown(tries_left, shutdown_answer_of(std::move(frame)));
      });
}

void Node::on_controlled_shutdown(int tries_left,
                                  const Result<controller::ControlledShutdownAnswer>& answer) {
  if (answer && answer->error == ErrorCode::kNone && answer->remaining.empty()) {
    log_info(
        "[KafkaServer id={}] Controlled shutdown request returned successfully after {}ms",
        broker_id_,
        std::chrono::duration_cast<milliseconds>(parts_.clock.now() - shutdown_began_).count());
    return std::exchange(shutdown_done_, nullptr)();
  }
  if (!answer) {
    log_warn("[KafkaServer id={}] Controlled shutdown: {} {}", broker_id_,
             error_name(answer.error().code), answer.error().detail);
  } else {
    log_warn(
        "[KafkaServer id={}] Controlled shutdown: the controller answered {}, {} partitions "
        "are still led here",
        broker_id_, error_name(answer->error), answer->remaining.size());
  }
  if (tries_left <= 1) {
    log_warn(
        "[KafkaServer id={}] Proceeding to do an unclean shutdown as all the controlled "
        "shutdown attempts failed",
        broker_id_);
    return std::exchange(shutdown_done_, nullptr)();
  }
  log_warn("[KafkaServer id={}] Retrying controlled shutdown", broker_id_);
  shutdown_retry_ = parts_.coordination.run_after(
      duration_of_ms(config_.controlled_shutdown_retry_backoff_ms), [alive = alive_, tries_left] {
        if (*alive) (*alive)->try_controlled_shutdown(tries_left - 1);
      });
}

void Node::shutdown(std::function<void()> done) {
  stopping_ = true;
  parts_.coordination.cancel(std::exchange(retry_, {}));
  groups_.shutdown();
  replicas_.shutdown();
  controller_.shutdown(std::move(done));
}

}  // namespace barnabas::server
