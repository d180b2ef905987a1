// AdminClient: configs and partitions.
#include <algorithm>
#include <charconv>
#include <utility>

#include "admin/admin_client.h"
#include "admin/cluster_client.h"
#include "admin/error_text.h"
#include "broker/protocol/messages/create_partitions.h"
#include "broker/protocol/messages/describe_configs.h"
#include "broker/protocol/messages/incremental_alter_configs.h"

namespace barnabas::admin {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;

// IncrementalAlterConfigs' operations.
constexpr std::int8_t kSetConfig = 0;
constexpr std::int8_t kDeleteConfig = 1;

std::optional<std::string> owned(const std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

ConfigEntrySource entry_source(std::int8_t source) {
  const bool known = source >= 0 && source <= static_cast<std::int8_t>(ConfigEntrySource::kDefault);
  return known ? static_cast<ConfigEntrySource>(source) : ConfigEntrySource::kUnknown;
}

ResourceConfigEntry config_entry(
    const DescribeConfigsResponse::DescribeConfigsResourceResult& config) {
  ResourceConfigEntry entry;
  entry.name = config.name;
  entry.value = owned(config.value);
  entry.source = entry_source(config.config_source);
  entry.sensitive = config.is_sensitive;
  for (const auto& synonym : config.synonyms) {
    entry.synonyms.push_back(
        {std::string(synonym.name), owned(synonym.value), entry_source(synonym.source)});
  }
  return entry;
}

// Only a broker itself knows its configs; those of all of them any broker knows.
ClusterClient::Target who_knows(ConfigResource type, const std::string& name) {
  std::int32_t id = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (type != ConfigResource::kBroker || error != std::errc{}) {
    return ClusterClient::Target::kAnyBroker;
  }
  return ClusterClient::Target::of_broker(BrokerId(id));
}

}  // namespace

Result<std::vector<ResourceConfigEntry>> AdminClient::describe_configs(ConfigResource type,
                                                                       const std::string& name) {
  TRY(const auto answer, (cluster_->call<DescribeConfigsRequest, DescribeConfigsResponse>(
                             "describeConfigs", who_knows(type, name),
                             [&](std::int16_t version, Duration) {
                               DescribeConfigsRequest request;
                               request.include_synonyms = version >= 1;
                               auto& resource = request.resources.emplace_back();
                               resource.resource_type = static_cast<std::int8_t>(type);
                               resource.resource_name = name;
                               resource.configuration_keys.reset();
                               return request;
                             },
                             [](const DescribeConfigsResponse&) { return ErrorCode::kNone; })));
  std::vector<ResourceConfigEntry> entries;
  for (const auto& result : answer.message.results) {
    if (result.error_code != ErrorCode::kNone) {
      return broker_error(result.error_code, result.error_message);
    }
    for (const auto& config : result.configs) entries.push_back(config_entry(config));
  }
  return entries;
}

Result<void> AdminClient::alter_topic_configs(const std::string& topic,
                                              const std::map<std::string, std::string>& set,
                                              const std::vector<std::string>& deleted) {
  TRY(const auto answer,
      (cluster_->call<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
          "incrementalAlterConfigs", ClusterClient::Target::kAnyBroker,
          [&](std::int16_t, Duration) {
            IncrementalAlterConfigsRequest request;
            auto& resource = request.resources.emplace_back();
            resource.resource_type = static_cast<std::int8_t>(ConfigResource::kTopic);
            resource.resource_name = topic;
            for (const auto& [name, value] : set) {
              resource.configs.push_back({name, kSetConfig, value});
            }
            for (const std::string& name : deleted) {
              resource.configs.push_back({name, kDeleteConfig, ""});
            }
            return request;
          },
          [](const IncrementalAlterConfigsResponse&) { return ErrorCode::kNone; })));
  for (const auto& result : answer.message.responses) {
    if (result.error_code != ErrorCode::kNone) {
      return broker_error(result.error_code, result.error_message);
    }
  }
  return {};
}

Result<void> AdminClient::create_partitions(const std::vector<NewPartitions>& topics) {
  TRY(const auto answer,
      (cluster_->call<CreatePartitionsRequest, CreatePartitionsResponse>(
          "createPartitions", ClusterClient::Target::kController,
          [&](std::int16_t, Duration left) {
            CreatePartitionsRequest request;
            request.timeout_ms =
                static_cast<std::int32_t>(std::chrono::duration_cast<milliseconds>(left).count());
            for (const NewPartitions& topic : topics) {
              auto& asked = request.topics.emplace_back();
              asked.name = topic.topic;
              asked.count = topic.total;
              asked.assignments.reset();
              if (!topic.assignment) continue;
              asked.assignments.emplace();
              for (const auto& replicas : *topic.assignment) {
                asked.assignments->push_back({replicas});
              }
            }
            return request;
          },
          [](const CreatePartitionsResponse& response) {
            const bool moved = std::ranges::any_of(response.results, [](const auto& result) {
              return result.error_code == ErrorCode::kNotController;
            });
            return moved ? ErrorCode::kNotController : ErrorCode::kNone;
          })));
  for (const auto& result : answer.message.results) {
    if (result.error_code != ErrorCode::kNone) {
      return broker_error(result.error_code, result.error_message);
    }
  }
  return {};
}

}  // namespace barnabas::admin
