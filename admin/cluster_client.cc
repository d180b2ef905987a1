#include "admin/cluster_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "admin/host_lookup.h"
#include "admin/tool_log.h"
#include "admin/version.h"
#include "broker/protocol/messages/api_versions.h"
#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/metadata.h"

namespace barnabas::admin {

using protocol::ApiKey;

namespace {

bool has_moved(ErrorCode code) {
  return code == ErrorCode::kNotController || code == ErrorCode::kNotCoordinator ||
         code == ErrorCode::kCoordinatorNotAvailable;
}

}  // namespace

ClusterClient::ClusterClient(AdminConfig config, protocol::Transport& transport, Executor& home,
                             const Clock& clock)
    : config_(std::move(config)), transport_(transport), home_(home), clock_(clock) {
  std::int32_t id = -1;
  for (const HostPort& server : config_.bootstrap_servers) {
    nodes_.push_back({.id = id--, .address = server, .channel = {}, .versions = {}});
  }
}

ClusterClient::~ClusterClient() {
  close_channels();
}

Result<ClusterClient::Answer> ClusterClient::call(const Call& call) {
  const Time until = call.terms.until.value_or(deadline());
  const std::string_view lookup_name =
      call.terms.lookup_name.empty() ? call.name : call.terms.lookup_name;
  int attempts = 0;
  Duration backoff = config_.retry_backoff;
  while (true) {
    TRY(Node* const node, ready_node(call.target, until));
    if (node == nullptr) {
      if (clock_.now() >= until) {
        return Error{ErrorCode::kRequestTimedOut,
                     fmt::format("Timed out waiting for a node assignment. Call: {}",
                                 attempts == 0 ? lookup_name : call.name)};
      }
      pause(wait_for_a_node(until));
      continue;
    }
    const auto range = node->versions->find(static_cast<std::int16_t>(call.api));
    const std::int16_t version = range == node->versions->end()
                                     ? std::int16_t{-1}
                                     : std::min(range->second.max, call.max_version);
    if (version < call.min_version ||
        (range != node->versions->end() && version < range->second.min)) {
      return Error{ErrorCode::kUnsupportedVersion,
                   fmt::format("The node does not support {}", call.name)};
    }
    ++attempts;
    const Duration left = std::min(config_.request_timeout, until - clock_.now());
    auto answer = exchange(*node, call.api, version, call.encode(version, left), until);
    if (answer) {
      TRY(const AnswerCode error, call.error_of(*answer));
      if (!is_retriable(error.code)) return answer;
      if (has_moved(error.code)) forget(call.target);
    } else if (call.terms.once) {
      return answer.error();
    } else if (call.target.kind == Target::Kind::kGroupCoordinator) {
      forget(call.target);
    }
    if (clock_.now() + backoff >= until) {
      return Error{
          ErrorCode::kRequestTimedOut,
          fmt::format("Call(callName={}) timed out after {} attempt(s)", call.name, attempts)};
    }
    pause(backoff);
    backoff = std::min(backoff * 2, config_.retry_backoff_max);
  }
}

Result<ClusterClient::Node*> ClusterClient::ready_node(const Target& target, Time deadline) {
  TRY(const auto id, node_id(target, deadline));
  const bool is_one = target.kind != Target::Kind::kAnyBroker;
  if (is_one && !id) return nullptr;
  // Each node at most once: those that fail have to wait before they are candidates again.
  while (Node* node = next_candidate(id)) {
    if (node->versions || handshake(*node, deadline)) return node;
    if (clock_.now() >= deadline) return nullptr;
  }
  // One that cannot be reached may have been followed by another.
  forget(target);
  return nullptr;
}

Result<std::optional<std::int32_t>> ClusterClient::node_id(const Target& target, Time deadline) {
  using Id = std::optional<std::int32_t>;
  switch (target.kind) {
    case Target::Kind::kAnyBroker:
      return Id{};
    case Target::Kind::kController:
      if (!controller_ && refresh_metadata(deadline) && !controller_) {
        // Nobody is elected yet, or it has just gone.
        back_off();
      }
      return controller_;
    case Target::Kind::kBroker:
      if (!knows(target.broker) && refresh_metadata(deadline) && !knows(target.broker)) back_off();
      return knows(target.broker) ? Id(target.broker) : Id{};
    case Target::Kind::kGroupCoordinator:
      break;
  }
  if (const auto known = coordinators_.find(target.group);
      known != coordinators_.end() && knows(known->second)) {
    return Id(known->second);
  }
  TRY(const Id coordinator, find_coordinator(target.group, deadline));
  if (!coordinator) return Id{};
  coordinators_[target.group] = *coordinator;
  if (!knows(*coordinator) && !refresh_metadata(deadline)) return Id{};
  return knows(*coordinator) ? coordinator : Id{};
}

Result<std::optional<std::int32_t>> ClusterClient::find_coordinator(const std::string& group,
                                                                    Time deadline) {
  using protocol::FindCoordinatorRequest;
  using protocol::FindCoordinatorResponse;
  using Id = std::optional<std::int32_t>;
  TRY(Node* const node, ready_node(Target::kAnyBroker, deadline));
  if (node == nullptr) return Id{};
  const auto range = node->versions->find(static_cast<std::int16_t>(ApiKey::kFindCoordinator));
  if (range == node->versions->end()) {
    return Error{ErrorCode::kUnsupportedVersion, "The node does not support FIND_COORDINATOR"};
  }
  const std::int16_t version = std::min(range->second.max, FindCoordinatorRequest::kMaxVersion);
  FindCoordinatorRequest request;
  if (version >= 4) {
    request.coordinator_keys.emplace_back(group);
  } else {
    request.key = group;
  }
  const auto answer =
      exchange(*node, ApiKey::kFindCoordinator, version, request.encode(version), deadline);
  if (!answer) return Id{};
  TRY(const auto response, FindCoordinatorResponse::decode(answer->frame.body, version));
  ErrorCode error = response.error_code;
  std::int32_t id = response.node_id.value();
  if (version >= 4) {
    if (response.coordinators.empty()) return Id{};
    error = response.coordinators.front().error_code;
    id = response.coordinators.front().node_id.value();
  }
  switch (error) {
    case ErrorCode::kNone:
      return Id(id);
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kCoordinatorLoadInProgress:
      back_off();
      return Id{};
    case ErrorCode::kGroupAuthorizationFailed:
      return Error{error, fmt::format("FindCoordinator request for groupId "
                                      "`CoordinatorKey(idValue='{}', type=GROUP)` failed due to "
                                      "authorization failure",
                                      group)};
    default:
      return Error{error, fmt::format("FindCoordinator request for key "
                                      "`CoordinatorKey(idValue='{}', type=GROUP)` failed due to "
                                      "an unexpected error",
                                      group)};
  }
}

bool ClusterClient::knows(std::int32_t id) const {
  return std::ranges::any_of(nodes_, [&](const Node& node) { return node.id == id; });
}

void ClusterClient::forget(const Target& target) {
  if (target.kind == Target::Kind::kController) controller_.reset();
  if (target.kind == Target::Kind::kGroupCoordinator) coordinators_.erase(target.group);
}

ClusterClient::Node* ClusterClient::next_candidate(std::optional<std::int32_t> id) {
  const Time now = clock_.now();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[(next_node_ + i) % nodes_.size()];
    if (node.not_before > now) continue;
    if (id && node.id != *id) continue;
    next_node_ = (next_node_ + i) % nodes_.size();
    return &node;
  }
  return nullptr;
}

bool ClusterClient::handshake(Node& node, Time deadline) {
  run_at_home([&] {
    node.channel = transport_.open(node.address.host, node.address.port, config_.client_id, home_);
  });
  protocol::ApiVersionsRequest request;
  request.client_software_name = kSoftwareName;
  request.client_software_version = kSoftwareVersion;
  auto version = protocol::ApiVersionsRequest::kMaxVersion;
  while (true) {
    auto answer = exchange(node, ApiKey::kApiVersions, version, request.encode(version), deadline);
    if (!answer) return false;
    auto response = protocol::ApiVersionsResponse::decode(answer->frame.body, version);
    if (!response || response->error_code == ErrorCode::kUnsupportedVersion) {
      // An older broker answers in version 0, whatever it was asked in.
      response = protocol::ApiVersionsResponse::decode(answer->frame.body, 0);
      if (version > 0 && response && response->error_code == ErrorCode::kUnsupportedVersion) {
        version = 0;
        continue;
      }
    }
    if (!response || response->error_code != ErrorCode::kNone) {
      on_connection_lost(node, true);
      return false;
    }
    auto& versions = node.versions.emplace();
    for (const auto& api : response->api_keys) {
      versions[api.api_key] = {api.min_version, api.max_version};
    }
    node.backoff = {};
    return true;
  }
}

bool ClusterClient::refresh_metadata(Time deadline) {
  using protocol::MetadataRequest;
  using protocol::MetadataResponse;
  const auto ready = ready_node(Target::kAnyBroker, deadline);
  if (!ready || *ready == nullptr) return false;
  Node* const node = *ready;
  const auto range = node->versions->find(static_cast<std::int16_t>(ApiKey::kMetadata));
  // Version 0 does not tell the controller.
  if (range == node->versions->end() || range->second.max < 1) return false;
  const std::int16_t version = std::min(range->second.max, MetadataRequest::kMaxVersion);
  MetadataRequest request;
  request.topics.emplace();
  const auto answer =
      exchange(*node, ApiKey::kMetadata, version, request.encode(version), deadline);
  if (!answer) return false;
  const auto response = MetadataResponse::decode(answer->frame.body, version);
  if (!response) return false;

  std::vector<std::pair<std::int32_t, HostPort>> brokers;
  bool has_controller = false;
  for (const auto& broker : response->brokers) {
    brokers.emplace_back(broker.node_id.value(), HostPort{std::string(broker.host), broker.port});
    has_controller |= broker.node_id == response->controller_id;
  }
  if (brokers.empty()) return false;
  replace_nodes(std::move(brokers));
  if (has_controller) controller_ = response->controller_id.value();
  return true;
}

void ClusterClient::replace_nodes(std::vector<std::pair<std::int32_t, HostPort>> brokers) {
  // Connections to brokers that are still there and where they were are kept.
  std::vector<Node> next;
  for (auto& [id, address] : brokers) {
    const auto same = std::ranges::find_if(
        nodes_, [&](const Node& node) { return node.id == id && node.address == address; });
    if (same != nodes_.end()) {
      next.push_back(std::move(*same));
    } else {
      next.push_back({.id = id, .address = std::move(address), .channel = {}, .versions = {}});
    }
  }
  close_channels();
  nodes_ = std::move(next);
  next_node_ = 0;
}

Result<ClusterClient::Answer> ClusterClient::exchange(Node& node, ApiKey api, std::int16_t version,
                                                      protocol::Payload body, Time deadline) {
  const Duration timeout = std::max<Duration>(
      std::min(config_.request_timeout, deadline - clock_.now()), milliseconds(1));
  using Outcome = Result<protocol::ResponseFrame>;
  // Shared, because the callback may still be at work when this thread goes on.
  const auto promise = std::make_shared<std::promise<Outcome>>();
  auto outcome = promise->get_future();
  home_.post([&node, api, version, timeout, promise, body = std::move(body)]() mutable {
    node.channel->send(api, version, std::move(body), timeout,
                       [promise](Outcome result) { promise->set_value(std::move(result)); });
  });
  Outcome result = outcome.get();
  if (!result) {
    on_connection_lost(node, node.versions.has_value());
    return result.error();
  }
  return Answer{std::move(*result), version, {node.id, node.address.host, node.address.port}};
}

void ClusterClient::on_connection_lost(Node& node, bool was_connected) {
  if (!was_connected) {
    log_tool_warning(
        fmt::format("[AdminClient clientId={}] Connection to node {} ({}) could not be "
                    "established. Node may not be available.",
                    config_.client_id, node.id, printed_address(node.address)),
        "org.apache.kafka.clients.NetworkClient");
  }
  run_at_home([&] { node.channel.reset(); });
  node.versions.reset();
  node.backoff = std::clamp(node.backoff * 2, config_.reconnect_backoff,
                            std::max(config_.reconnect_backoff, config_.reconnect_backoff_max));
  node.not_before = clock_.now() + node.backoff;
  next_node_ = (next_node_ + 1) % nodes_.size();
}

void ClusterClient::close_channels() {
  run_at_home([&] {
    for (Node& node : nodes_) node.channel.reset();
  });
}

void ClusterClient::run_at_home(const Task& task) {
  const auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  home_.post([&task, done] {
    task();
    done->set_value();
  });
  finished.get();
}

void ClusterClient::pause(Duration delay) {
  const auto done = std::make_shared<std::promise<void>>();
  auto elapsed = done->get_future();
  home_.run_after(std::max<Duration>(delay, milliseconds(1)), [done] { done->set_value(); });
  elapsed.get();
}

Duration ClusterClient::wait_for_a_node(Time deadline) const {
  Time earliest = deadline;
  for (const Node& node : nodes_) earliest = std::min(earliest, node.not_before);
  return earliest - clock_.now();
}

}  // namespace barnabas::admin
