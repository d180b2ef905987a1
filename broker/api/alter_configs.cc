// AlterConfigs and IncrementalAlterConfigs: any broker answers them.

#include "broker/protocol/messages/alter_configs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/base/logging.h"
#include "broker/controller/config_writer.h"
#include "broker/protocol/messages/incremental_alter_configs.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/topic_configs.h"
#include "config/config_alteration.h"
#include "config/config_key.h"
#include "config/topic_config.h"
#include "zkclient/paths.h"

namespace barnabas::api {
namespace {

using config::AlterConfigOp;
using config::ConfigAlteration;
using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;

// Kafka's ConfigResource.Type.
constexpr std::int8_t kTopicResource = 2;
constexpr std::int8_t kBrokerResource = 4;
constexpr std::int8_t kBrokerLoggerResource = 8;
constexpr std::int8_t kClientMetricsResource = 16;

// One config of one resource, as either request has it.
struct AskedConfig {
  std::string name;
  std::int8_t op;
  std::optional<std::string> value;

  bool is(AlterConfigOp wanted) const { return op == static_cast<std::int8_t>(wanted); }
};

// What is asked of one resource, and what it is answered.
struct ResourceChange {
  std::int8_t type;
  std::string name;
  std::vector<AskedConfig> configs;
  std::optional<Error> answer;
};

struct PendingChanges {
  protocol::Responder responder;
  std::int16_t version;
  bool incremental;  // else what is asked replaces what the resource has
  bool validate_only;
  std::vector<ResourceChange> changes;
  std::size_t missing = 0;
};
using PendingChangesPtr = std::shared_ptr<PendingChanges>;

Error bad_request(std::string detail) {
  return {ErrorCode::kInvalidRequest, std::move(detail)};
}

std::vector<ResourceChange> changes_of(const AlterConfigsRequest& request) {
  std::vector<ResourceChange> changes;
  for (const auto& resource : request.resources) {
    auto& change = changes.emplace_back(
        ResourceChange{resource.resource_type, std::string(resource.resource_name), {}, {}});
    for (const auto& config : resource.configs) {
      change.configs.push_back(
          {std::string(config.name), static_cast<std::int8_t>(AlterConfigOp::kSet),
           config.value ? std::optional<std::string>(*config.value) : std::nullopt});
    }
  }
  return changes;
}

std::vector<ResourceChange> changes_of(const IncrementalAlterConfigsRequest& request) {
  std::vector<ResourceChange> changes;
  for (const auto& resource : request.resources) {
    auto& change = changes.emplace_back(
        ResourceChange{resource.resource_type, std::string(resource.resource_name), {}, {}});
    for (const auto& config : resource.configs) {
      change.configs.push_back(
          {std::string(config.name), config.config_operation,
           config.value ? std::optional<std::string>(*config.value) : std::nullopt});
    }
  }
  return changes;
}

// ---- What is refused before anything is looked up

void refuse_repeated_resources(std::vector<ResourceChange>& changes) {
  std::map<std::pair<std::int8_t, std::string>, int> counts;
  for (const ResourceChange& change : changes) ++counts[{change.type, change.name}];
  for (ResourceChange& change : changes) {
    if (counts[{change.type, change.name}] > 1) {
      change.answer = bad_request("Each resource must appear at most once.");
    }
  }
}

// Nothing of a running broker can be changed: every key is answered as Kafka answers a read-only
// one.
Error answer_of_broker(const Context& context, const ResourceChange& change) {
  if (!change.name.empty()) {
    std::int32_t id = 0;
    const char* const end = change.name.data() + change.name.size();
    const auto [stop, error] = std::from_chars(change.name.data(), end, id);
    if (error != std::errc{} || stop != end) {
      return bad_request(fmt::format("Node id must be an integer, but it is: {}", change.name));
    }
    if (BrokerId(id) != context.broker_id) {
      return bad_request(fmt::format("Unexpected broker id, expected {}, but received {}",
                                     context.broker_id, change.name));
    }
  }
  std::vector<std::string_view> names;
  for (const AskedConfig& config : change.configs) names.push_back(config.name);
  if (names.empty()) return {ErrorCode::kNone, {}};
  return bad_request(
      fmt::format("Cannot update these configs dynamically: Set({})", fmt::join(names, ", ")));
}

// nullopt: a topic, to be looked up.
std::optional<Error> answer_at_once(const Context& context, const ResourceChange& change,
                                    bool incremental) {
  std::set<std::string_view> names;
  std::vector<std::string_view> nulls;
  for (const AskedConfig& config : change.configs) {
    if (!names.insert(config.name).second) {
      return bad_request("Error due to duplicate config keys");
    }
    if (!config.value && !config.is(AlterConfigOp::kDelete)) nulls.push_back(config.name);
  }
  if (!nulls.empty()) {
    return bad_request(fmt::format("Null value not supported for : {}", fmt::join(nulls, ", ")));
  }
  switch (change.type) {
    case kTopicResource:
      break;
    case kBrokerResource:
      return answer_of_broker(context, change);
    case kBrokerLoggerResource:
      if (incremental) return bad_request("The log levels of a running broker cannot be changed.");
      [[fallthrough]];
    default:
      return bad_request(fmt::format("Unknown resource type {}", change.type));
    case kClientMetricsResource:
      return bad_request(
          "AlterConfigs is only supported for topics and brokers, but resource type is "
          "CLIENT_METRICS");
  }
  if (change.name.empty()) return bad_request("Default topic resources are not allowed.");
  if (context.metadata.snapshot()->topic(change.name) == nullptr) {
    return Error{ErrorCode::kUnknownTopicOrPartition,
                 fmt::format("The topic '{}' does not exist.", change.name)};
  }
  return std::nullopt;
}

// ---- Topics

// The topic's configs as they are to be: `own` changed, or replaced.
Result<config::Properties> changed_configs(const ResourceChange& change, bool incremental,
                                           config::Properties own) {
  if (!incremental) own.clear();
  for (const AskedConfig& asked : change.configs) {
    if (asked.op < static_cast<std::int8_t>(AlterConfigOp::kSet) ||
        asked.op > static_cast<std::int8_t>(AlterConfigOp::kSubtract)) {
      return bad_request(fmt::format("Unknown operations type {}", asked.op));
    }
    const ConfigAlteration alteration{asked.name, static_cast<AlterConfigOp>(asked.op),
                                      asked.value.value_or("")};
    const bool alters_a_list =
        alteration.op == AlterConfigOp::kAppend || alteration.op == AlterConfigOp::kSubtract;
    if (alters_a_list && config::find_topic_key(alteration.name) == nullptr) {
      // Kafka stumbles over it, where it means to say that the name is unknown: clients see this.
      return Error{ErrorCode::kUnknownServerError, {}};
    }
    if (auto problem = config::alter_topic_config(alteration, own)) {
      return Error{ErrorCode::kInvalidConfig, std::move(*problem)};
    }
  }
  return own;
}

Result<void> check_configs(const Context& context, const std::string& topic,
                           const config::Properties& configs) {
  auto problem = config::check_topic_configs(context.config, configs);
  if (!problem) return {};
  if (!problem->resource_is_said) {
    return Error{ErrorCode::kInvalidConfig, std::move(problem->message)};
  }
  return Error{ErrorCode::kInvalidConfig,
               fmt::format("Invalid config value for resource ConfigResource(type=TOPIC, "
                           "name='{}'): {}",
                           topic, problem->message)};
}

void change_topic(Context& context, const ResourceChange& change, bool incremental,
                  bool validate_only, config::Properties own,
                  const std::function<void(Error)>& done) {
  auto changed = changed_configs(change, incremental, std::move(own));
  if (!changed) return done(std::move(changed).error());
  if (auto checked = check_configs(context, change.name, *changed); !checked) {
    return done(std::move(checked).error());
  }
  if (validate_only) return done({ErrorCode::kNone, {}});
  log_info("[Admin Manager on Broker {}]: Updating topic {} with new configuration : {}",
           context.broker_id, change.name, fmt::join(*changed, ","));
  controller::change_topic_config(context.zookeeper, change.name,
                                  {changed->begin(), changed->end()},
                                  [done](const Result<void>& written) {
                                    done(written ? Error{ErrorCode::kNone, {}} : written.error());
                                  });
}

// The metadata may still have a topic that is gone, whose config nobody would clear away again.
void look_up_topic(Context& context, const PendingChangesPtr& pending, std::size_t at,
                   const std::function<void(Error)>& done) {
  const std::string& topic = pending->changes[at].name;
  const auto exists = std::make_shared<bool>(false);
  context.zookeeper.exists(zk::paths::topic(topic), /*watch=*/false,
                           [exists](const zk::StatAnswer& answer) { *exists = answer.ok(); });
  context.topic_configs.read(
      {topic}, [&context, pending, at, done,
                exists](const std::optional<replica::TopicConfigs::OverridesOfTopics>& found) {
        const ResourceChange& change = pending->changes[at];
        if (!found) return done({ErrorCode::kUnknownServerError, "ZooKeeper does not answer"});
        if (!*exists) {
          return done({ErrorCode::kUnknownTopicOrPartition,
                       fmt::format("Topic '{}' does not exist.", change.name)});
        }
        const auto& own = found->at(change.name);
        change_topic(context, change, pending->incremental, pending->validate_only,
                     {own.begin(), own.end()}, done);
      });
}

// ---- Both requests

template <typename Response>
void respond_alterations_as(PendingChanges& pending) {
  Response response;
  for (const ResourceChange& change : pending.changes) {
    auto& told = response.responses.emplace_back();
    told.resource_type = change.type;
    told.resource_name = change.name;
    told.error_code = change.answer->code;
    told.error_message = change.answer->detail.empty()
                             ? std::nullopt
                             : std::optional<std::string_view>(change.answer->detail);
  }
  pending.responder.respond(response.encode(pending.version));
}

void respond_alterations(PendingChanges& pending) {
  if (pending.incremental) {
    respond_alterations_as<IncrementalAlterConfigsResponse>(pending);
  } else {
    respond_alterations_as<AlterConfigsResponse>(pending);
  }
}

void alter_resources(Context& context, const PendingChangesPtr& pending) {
  refuse_repeated_resources(pending->changes);
  std::vector<std::size_t> topics;
  for (std::size_t i = 0; i < pending->changes.size(); ++i) {
    ResourceChange& change = pending->changes[i];
    if (!change.answer) change.answer = answer_at_once(context, change, pending->incremental);
    if (!change.answer) topics.push_back(i);
  }
  if (topics.empty()) return respond_alterations(*pending);
  pending->missing = topics.size();
  for (std::size_t i : topics) {
    look_up_topic(context, pending, i, [pending, i](Error answer) {
      pending->changes[i].answer = std::move(answer);
      if (--pending->missing == 0) respond_alterations(*pending);
    });
  }
}

template <typename Request>
void handle_alteration(Context& context, const protocol::Request& request,
                       protocol::Responder responder, bool incremental) {
  const auto decoded = Request::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  alter_resources(context, std::make_shared<PendingChanges>(
                               PendingChanges{std::move(responder), request.version, incremental,
                                              decoded->validate_only, changes_of(*decoded)}));
}

}  // namespace

void handle_alter_configs(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  handle_alteration<AlterConfigsRequest>(context, request, std::move(responder), false);
}

void handle_incremental_alter_configs(Context& context, protocol::Request request,
                                      protocol::Responder responder) {
  handle_alteration<IncrementalAlterConfigsRequest>(context, request, std::move(responder), true);
}

}  // namespace barnabas::api
