#include <charconv>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/named_once.h"
#include "broker/protocol/messages/describe_configs.h"
#include "broker/protocol/topic_name.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/topic_configs.h"
#include "config/describe.h"

namespace barnabas::api {
namespace {

using config::ConfigEntry;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using Resource = DescribeConfigsRequest::DescribeConfigsResource;

// Kafka's ConfigResource.Type.
constexpr std::int8_t kTopic = 2;
constexpr std::int8_t kBroker = 4;

using Entries = std::vector<ConfigEntry>;

using Overrides = replica::TopicConfigs::OverridesOfTopics;

Result<Entries> describe_topic(const Context& context, const Overrides& read,
                               const std::string& topic) {
  if (!protocol::is_valid_topic_name(topic)) {
    return {ErrorCode::kInvalidTopicException, fmt::format("Topic name '{}' is illegal", topic)};
  }
  if (context.metadata.snapshot()->topic(topic) == nullptr) {
    return ErrorCode::kUnknownTopicOrPartition;
  }
  const auto found = read.find(topic);
  const auto overrides =
      found != read.end() ? found->second : context.topic_configs.overrides(topic);
  return config::describe_topic(context.config, {overrides.begin(), overrides.end()});
}

Result<Entries> describe_broker(const Context& context, std::string_view name) {
  // The cluster-wide defaults of brokers: nobody can set any yet.
  if (name.empty()) return Entries{};
  std::int32_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc{} || end != name.data() + name.size()) {
    return {ErrorCode::kInvalidRequest,
            fmt::format("Broker id must be an integer, but it is: {}", name)};
  }
  if (BrokerId(id) != context.broker_id) {
    return {ErrorCode::kInvalidRequest,
            fmt::format("Unexpected broker id, expected {} or empty string, but received {}",
                        context.broker_id, name)};
  }
  return config::describe_broker(context.config);
}

Result<Entries> describe(const Context& context, const Overrides& read, const Resource& resource) {
  switch (resource.resource_type) {
    case kTopic:
      return describe_topic(context, read, std::string(resource.resource_name));
    case kBroker:
      return describe_broker(context, resource.resource_name);
    default:
      return {ErrorCode::kInvalidRequest,
              fmt::format("Unsupported resource type: {}", resource.resource_type)};
  }
}

// Each once.
std::vector<const Resource*> resources_of(const DescribeConfigsRequest& request) {
  return first_of_each(request.resources, [](const Resource& resource) {
    return std::pair(resource.resource_type, resource.resource_name);
  });
}

// Empty: every key.
std::set<std::string_view> keys_of(const Resource& resource) {
  if (!resource.configuration_keys) return {};
  return {resource.configuration_keys->begin(), resource.configuration_keys->end()};
}

DescribeConfigsResponse::DescribeConfigsResourceResult to_wire(
    const ConfigEntry& entry, const DescribeConfigsRequest& request, std::int16_t version) {
  DescribeConfigsResponse::DescribeConfigsResourceResult told;
  told.name = entry.name;
  told.value = entry.value;
  told.read_only = entry.read_only;
  if (version == 0) {
    told.is_default = entry.source == config::ConfigSource::kDefaultConfig;
  } else {
    told.config_source = static_cast<std::int8_t>(entry.source);
  }
  told.is_sensitive = entry.sensitive;
  told.config_type = static_cast<std::int8_t>(entry.type);
  told.documentation = request.include_documentation
                           ? std::optional<std::string_view>(entry.documentation)
                           : std::nullopt;
  if (request.include_synonyms) {
    for (const config::ConfigSynonym& synonym : entry.synonyms) {
      told.synonyms.push_back(
          {synonym.name, synonym.value, static_cast<std::int8_t>(synonym.source)});
    }
  }
  return told;
}

void answer(const Context& context, const protocol::Request& request, const Overrides& read,
            protocol::Responder& responder) {
  const auto decoded = DescribeConfigsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();

  // The strings of `described` are what the response shows: it lives until encode() is done.
  std::vector<Result<Entries>> described;
  const auto resources = resources_of(*decoded);
  described.reserve(resources.size());
  DescribeConfigsResponse response;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& resource = *resources[i];
    described.push_back(describe(context, read, resource));
    const auto keys = keys_of(resource);
    auto& result = response.results.emplace_back();
    result.resource_type = resource.resource_type;
    result.resource_name = resource.resource_name;
    if (!described[i]) {
      result.error_code = described[i].error().code;
      result.error_message = described[i].error().detail;
      continue;
    }
    for (const ConfigEntry& entry : *described[i]) {
      if (keys.empty() || keys.contains(entry.name)) {
        result.configs.push_back(to_wire(entry, *decoded, request.version));
      }
    }
  }
  responder.respond(response.encode(request.version));
}

// The topics that are asked for and exist.
std::vector<std::string> topics_of(const Context& context, const protocol::Request& request) {
  std::vector<std::string> topics;
  const auto decoded = DescribeConfigsRequest::decode(request.body, request.version);
  if (!decoded) return topics;
  const auto snapshot = context.metadata.snapshot();
  for (const Resource* resource : resources_of(*decoded)) {
    if (resource->resource_type == kTopic && snapshot->topic(resource->resource_name) != nullptr) {
      topics.emplace_back(resource->resource_name);
    }
  }
  return topics;
}

}  // namespace

void handle_describe_configs(Context& context, protocol::Request request,
                             protocol::Responder responder) {
  auto topics = topics_of(context, request);
  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  // As they stand in ZooKeeper: a change may not have reached this broker. Without ZooKeeper, as
  // they are known.
  context.topic_configs.read(topics, [&context, request = std::move(request),
                                      waiting](const std::optional<Overrides>& read) {
    answer(context, request, read.value_or(Overrides{}), *waiting);
  });
}

}  // namespace barnabas::api
