#include "admin/admin_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "admin/cluster_client.h"
#include "admin/error_text.h"
#include "broker/protocol/messages/create_topics.h"
#include "broker/protocol/messages/delete_topics.h"
#include "broker/protocol/messages/describe_configs.h"
#include "broker/protocol/messages/elect_leaders.h"
#include "broker/protocol/messages/list_partition_reassignments.h"
#include "broker/protocol/messages/metadata.h"

namespace barnabas::admin {
namespace {

using namespace protocol;
using Target = ClusterClient::Target;

constexpr std::int8_t kTopicResource = 2;
constexpr std::int8_t kDefaultConfigSource = 5;

std::int32_t in_ms(Duration left) {
  return static_cast<std::int32_t>(std::chrono::duration_cast<milliseconds>(left).count());
}

// Everything a topic's answer says is final, except that the controller has moved.
template <typename Results>
ErrorCode not_controller_among(const Results& results) {
  const bool moved = std::ranges::any_of(
      results, [](const auto& r) { return r.error_code == ErrorCode::kNotController; });
  return moved ? ErrorCode::kNotController : ErrorCode::kNone;
}

template <typename Response>
ErrorCode always_final(const Response&) {
  return ErrorCode::kNone;
}

TopicInfo topic_info(const MetadataResponse& response,
                     const MetadataResponse::MetadataResponseTopic& topic) {
  TopicInfo info;
  info.name = topic.name.value_or("");
  info.topic_id = topic.topic_id;
  for (const auto& partition : topic.partitions) {
    PartitionInfo& out = info.partitions.emplace_back();
    out.partition = PartitionId(partition.partition_index);
    const bool alive = std::ranges::any_of(response.brokers, [&](const auto& broker) {
      return broker.node_id == partition.leader_id;
    });
    if (alive) out.leader = partition.leader_id;
    out.replicas = partition.replica_nodes;
    out.isr = partition.isr_nodes;
  }
  std::ranges::sort(info.partitions, {}, &PartitionInfo::partition);
  return info;
}

MetadataRequest metadata_request(std::int16_t version) {
  MetadataRequest request;
  // Asking must not create what is asked for. Before version 4 nobody could say so.
  request.allow_auto_topic_creation = version < 4;
  return request;
}

}  // namespace

AdminClient::AdminClient(AdminConfig config, Transport& transport, Executor& home,
                         const Clock& clock)
    : cluster_(std::make_unique<ClusterClient>(std::move(config), transport, home, clock)) {}

AdminClient::~AdminClient() = default;

Result<std::vector<TopicListing>> AdminClient::list_topics() {
  TRY(const auto answer, (cluster_->call<MetadataRequest, MetadataResponse>(
                             "listTopics", Target::kAnyBroker,
                             [](std::int16_t version, Duration) {
                               MetadataRequest request = metadata_request(version);
                               if (version >= 1) request.topics.reset();
                               return request;
                             },
                             always_final<MetadataResponse>)));
  std::vector<TopicListing> topics;
  for (const auto& topic : answer.message.topics) {
    topics.push_back({std::string(topic.name.value_or("")), topic.topic_id, topic.is_internal});
  }
  return topics;
}

Result<std::vector<TopicInfo>> AdminClient::describe_topics(
    const std::vector<std::string>& topics) {
  TRY(const auto answer, (cluster_->call<MetadataRequest, MetadataResponse>(
                             "describeTopics", Target::kAnyBroker,
                             [&](std::int16_t version, Duration) {
                               MetadataRequest request = metadata_request(version);
                               request.topics.emplace();
                               for (const std::string& topic : topics)
                                 request.topics->emplace_back().name = topic;
                               return request;
                             },
                             always_final<MetadataResponse>)));
  std::map<std::string, TopicInfo, std::less<>> found;
  for (const auto& topic : answer.message.topics) {
    if (topic.error_code != ErrorCode::kNone) return broker_error(topic.error_code, std::nullopt);
    TopicInfo info = topic_info(answer.message, topic);
    found[info.name] = std::move(info);
  }
  std::vector<TopicInfo> infos;
  for (const std::string& topic : topics) {
    const auto info = found.find(topic);
    if (info == found.end()) {
      return Error{ErrorCode::kUnknownTopicOrPartition, fmt::format("Topic {} not found.", topic)};
    }
    infos.push_back(info->second);
  }
  return infos;
}

Result<TopicInfo> AdminClient::describe_topic(const Uuid& topic_id) {
  TRY(const auto answer, (cluster_->call<MetadataRequest, MetadataResponse>(
                             "describeTopicsWithIds", Target::kAnyBroker,
                             [&](std::int16_t version, Duration) {
                               MetadataRequest request = metadata_request(version);
                               request.topics.emplace();
                               auto& topic = request.topics->emplace_back();
                               topic.topic_id = topic_id;
                               if (version >= 10) topic.name.reset();
                               return request;
                             },
                             always_final<MetadataResponse>)));
  for (const auto& topic : answer.message.topics) {
    if (topic.topic_id != topic_id) continue;
    if (topic.error_code != ErrorCode::kNone) return broker_error(topic.error_code, std::nullopt);
    return topic_info(answer.message, topic);
  }
  return Error{ErrorCode::kUnknownTopicId,
               fmt::format("TopicId {} not found.", topic_id.to_string())};
}

Result<std::map<std::string, TopicConfigEntries>> AdminClient::describe_topic_configs(
    const std::vector<std::string>& topics) {
  std::map<std::string, TopicConfigEntries> configs;
  if (topics.empty()) return configs;
  TRY(const auto answer, (cluster_->call<DescribeConfigsRequest, DescribeConfigsResponse>(
                             "describeConfigs", Target::kAnyBroker,
                             [&](std::int16_t, Duration) {
                               DescribeConfigsRequest request;
                               for (const std::string& topic : topics) {
                                 auto& resource = request.resources.emplace_back();
                                 resource.resource_type = kTopicResource;
                                 resource.resource_name = topic;
                                 resource.configuration_keys.reset();
                               }
                               return request;
                             },
                             always_final<DescribeConfigsResponse>)));
  for (const auto& result : answer.message.results) {
    if (result.error_code != ErrorCode::kNone) {
      return broker_error(result.error_code, result.error_message);
    }
    auto& entries = configs[std::string(result.resource_name)];
    for (const auto& config : result.configs) {
      // Version 0 has a flag where later ones name the source.
      const bool is_default = config.config_source == kDefaultConfigSource || config.is_default;
      entries.push_back({std::string(config.name),
                         config.value ? std::optional<std::string>(*config.value) : std::nullopt,
                         is_default});
    }
  }
  return configs;
}

Result<std::set<BrokerId>> AdminClient::live_brokers() {
  TRY(const auto answer, (cluster_->call<MetadataRequest, MetadataResponse>(
                             "listNodes", Target::kAnyBroker,
                             [](std::int16_t version, Duration) {
                               MetadataRequest request = metadata_request(version);
                               request.topics.emplace();
                               return request;
                             },
                             always_final<MetadataResponse>)));
  std::set<BrokerId> ids;
  for (const auto& broker : answer.message.brokers) ids.insert(broker.node_id);
  return ids;
}

Result<Reassignments> AdminClient::list_reassignments(
    const std::vector<TopicPartition>& partitions) {
  std::map<std::string_view, std::vector<std::int32_t>> by_topic;
  for (const TopicPartition& partition : partitions) {
    by_topic[partition.topic].push_back(partition.partition.value());
  }
  const auto answer =
      cluster_->call<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
          "listPartitionReassignments", Target::kController,
          [&](std::int16_t, Duration left) {
            ListPartitionReassignmentsRequest request;
            request.timeout_ms = in_ms(left);
            request.topics.emplace();
            for (const auto& [topic, indexes] : by_topic) {
              auto& out = request.topics->emplace_back();
              out.name = topic;
              out.partition_indexes = indexes;
            }
            return request;
          },
          [](const ListPartitionReassignmentsResponse& response) {
            return response.error_code == ErrorCode::kNotController ? response.error_code
                                                                    : ErrorCode::kNone;
          });
  if (!answer && answer.error().code == ErrorCode::kUnsupportedVersion) return Reassignments{};
  if (!answer) return answer.error();
  const auto& message = answer->message;
  if (message.error_code == ErrorCode::kClusterAuthorizationFailed) return Reassignments{};
  if (message.error_code != ErrorCode::kNone) {
    return broker_error(message.error_code, message.error_message);
  }
  Reassignments reassignments;
  for (const auto& topic : message.topics) {
    for (const auto& partition : topic.partitions) {
      reassignments[{std::string(topic.name), PartitionId(partition.partition_index)}] = {
          partition.replicas, partition.adding_replicas, partition.removing_replicas};
    }
  }
  return reassignments;
}

Result<void> AdminClient::create_topic(const NewTopic& topic) {
  TRY(const auto answer,
      (cluster_->call<CreateTopicsRequest, CreateTopicsResponse>(
          "createTopics", Target::kController,
          [&](std::int16_t, Duration left) {
            CreateTopicsRequest request;
            request.timeout_ms = in_ms(left);
            auto& out = request.topics.emplace_back();
            out.name = topic.name;
            out.num_partitions = topic.assignment.empty() ? topic.partitions.value_or(-1) : -1;
            out.replication_factor = topic.assignment.empty()
                                         ? topic.replication_factor.value_or(std::int16_t{-1})
                                         : std::int16_t{-1};
            for (std::size_t i = 0; i < topic.assignment.size(); ++i) {
              auto& assignment = out.assignments.emplace_back();
              assignment.partition_index = static_cast<std::int32_t>(i);
              assignment.broker_ids = topic.assignment[i];
            }
            for (const auto& [name, value] : topic.configs) {
              auto& config = out.configs.emplace_back();
              config.name = name;
              config.value = value;
            }
            return request;
          },
          [](const CreateTopicsResponse& response) {
            return not_controller_among(response.topics);
          })));
  for (const auto& result : answer.message.topics) {
    if (result.name != topic.name) continue;
    if (result.error_code == ErrorCode::kNone) return {};
    return broker_error(result.error_code, result.error_message);
  }
  return Error{
      ErrorCode::kUnknownServerError,
      fmt::format("The controller response did not contain a result for topic {}", topic.name)};
}

Result<void> AdminClient::delete_topics(const std::vector<std::string>& topics) {
  TRY(const auto answer, (cluster_->call<DeleteTopicsRequest, DeleteTopicsResponse>(
                             "deleteTopics", Target::kController,
                             [&](std::int16_t version, Duration left) {
                               DeleteTopicsRequest request;
                               request.timeout_ms = in_ms(left);
                               for (const std::string& topic : topics) {
                                 if (version >= 6) {
                                   request.topics.emplace_back().name = topic;
                                 } else {
                                   request.topic_names.push_back(topic);
                                 }
                               }
                               return request;
                             },
                             [](const DeleteTopicsResponse& response) {
                               return not_controller_among(response.responses);
                             })));
  for (const auto& result : answer.message.responses) {
    if (result.error_code != ErrorCode::kNone) {
      return broker_error(result.error_code, result.error_message);
    }
  }
  return {};
}

Result<std::vector<ElectionResult>> AdminClient::elect_leaders(
    ElectionType type, const std::optional<std::vector<TopicPartition>>& partitions) {
  std::map<std::string_view, std::vector<std::int32_t>> by_topic;
  if (partitions) {
    for (const TopicPartition& partition : *partitions) {
      by_topic[partition.topic].push_back(partition.partition.value());
    }
  }
  TRY(const auto answer, (cluster_->call<ElectLeadersRequest, ElectLeadersResponse>(
                             "electLeaders", Target::kController,
                             [&](std::int16_t version, Duration left) {
                               ElectLeadersRequest request;
                               if (version >= 1)
                                 request.election_type = static_cast<std::int8_t>(type);
                               request.timeout_ms = in_ms(left);
                               if (!partitions) request.topic_partitions.reset();
                               for (const auto& [topic, indexes] : by_topic) {
                                 auto& out = request.topic_partitions->emplace_back();
                                 out.topic = topic;
                                 out.partitions = indexes;
                               }
                               return request;
                             },
                             [](const ElectLeadersResponse& response) {
                               return response.error_code == ErrorCode::kNotController
                                          ? response.error_code
                                          : ErrorCode::kNone;
                             })));
  if (answer.message.error_code != ErrorCode::kNone) {
    return broker_error(answer.message.error_code, std::nullopt);
  }
  std::vector<ElectionResult> results;
  for (const auto& topic : answer.message.replica_election_results) {
    for (const auto& partition : topic.partition_result) {
      ElectionResult& result = results.emplace_back();
      result.partition = {std::string(topic.topic), PartitionId(partition.partition_id)};
      if (partition.error_code != ErrorCode::kNone) {
        result.error = broker_error(partition.error_code, partition.error_message);
      }
    }
  }
  return results;
}

}  // namespace barnabas::admin
