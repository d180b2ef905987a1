#include "admin/group_client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "admin/error_text.h"
#include "admin/log_client.h"
#include "admin/partition_request.h"
#include "broker/protocol/messages/consumer_protocol_assignment.h"
#include "broker/protocol/messages/delete_groups.h"
#include "broker/protocol/messages/describe_groups.h"
#include "broker/protocol/messages/list_groups.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/protocol/messages/offset_commit.h"
#include "broker/protocol/messages/offset_delete.h"
#include "broker/protocol/messages/offset_fetch.h"
#include "broker/protocol/reader.h"

namespace barnabas::admin {
namespace {

using namespace protocol;
using Target = ClusterClient::Target;
using Terms = ClusterClient::Terms;

constexpr std::string_view kConsumerProtocol = "consumer";

// What of a coordinator's codes passes by waiting; the rest is its answer.
ErrorCode coordinator_trouble(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
      return code;
    default:
      return ErrorCode::kNone;
  }
}

// The name in Kafka's own spelling, whatever the broker's capitals; Unknown: none of them.
template <std::size_t N>
std::string canonical(std::string_view name, const std::array<std::string_view, N>& known) {
  const auto same = [&](std::string_view other) {
    return std::ranges::equal(name, other, [](unsigned char a, unsigned char b) {
      return std::tolower(a) == std::tolower(b);
    });
  };
  const auto found = std::ranges::find_if(known, same);
  return std::string(found == known.end() ? "Unknown" : *found);
}

std::string state_name(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kStates{
      "PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty",
      "Assigning",          "Reconciling"};
  return canonical(name, kStates);
}

std::string type_name(std::string_view name) {
  static constexpr std::array<std::string_view, 2> kTypes{"Consumer", "Classic"};
  return canonical(name, kTypes);
}

// An assignment begins with its version, of which any newer one reads as the newest known.
Result<std::vector<TopicPartition>> assigned_partitions(BytesView bytes) {
  std::vector<TopicPartition> partitions;
  if (bytes.empty()) return partitions;
  if (bytes.size() < 2) return Error{ErrorCode::kCorruptMessage, "An assignment without a version"};
  const auto version = static_cast<std::int16_t>((bytes[0] << 8) | bytes[1]);
  if (version < 0) {
    return Error{ErrorCode::kCorruptMessage, fmt::format("Unsupported version: {}", version)};
  }
  TRY(const auto assignment,
      ConsumerProtocolAssignment::decode(
          bytes.subspan(2), std::min(version, ConsumerProtocolAssignment::kMaxVersion)));
  for (const auto& topic : assignment.assigned_partitions) {
    for (const std::int32_t partition : topic.partitions) {
      partitions.push_back({std::string(topic.topic), PartitionId(partition)});
    }
  }
  return partitions;
}

template <typename Topics>
CommittedOffsets committed_in(const Topics& topics) {
  CommittedOffsets offsets;
  for (const auto& topic : topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != ErrorCode::kNone) continue;
      offsets.emplace_back(
          TopicPartition{std::string(topic.name), PartitionId(partition.partition_index)},
          partition.committed_offset < 0 ? std::nullopt
                                         : std::optional(partition.committed_offset));
    }
  }
  return offsets;
}

}  // namespace

Result<std::vector<BrokerEndpoint>> GroupClient::brokers() {
  TRY(const auto answer, (cluster_.call<MetadataRequest, MetadataResponse>(
                             "findAllBrokers", Target::kAnyBroker,
                             [](std::int16_t, Duration) {
                               MetadataRequest request;
                               request.topics.emplace();
                               return request;
                             },
                             [](const MetadataResponse&) { return ErrorCode::kNone; }, terms())));
  std::vector<BrokerEndpoint> brokers;
  for (const auto& broker : answer.message.brokers) {
    brokers.push_back({broker.node_id.value(), std::string(broker.host), broker.port});
  }
  return brokers;
}

Result<std::vector<GroupListing>> GroupClient::list_groups(
    const std::vector<BrokerEndpoint>& brokers, const std::vector<std::string>& states,
    const std::vector<std::string>& types) {
  Terms terms = this->terms();
  // Older brokers do not know the filters and would answer with every group.
  if (!states.empty()) terms.min_version = 4;
  if (!types.empty()) terms.min_version = 5;
  std::vector<GroupListing> groups;
  for (const BrokerEndpoint& broker : brokers) {
    const auto answer = (cluster_.call<ListGroupsRequest, ListGroupsResponse>(
        "listConsumerGroups", Target::of_broker(BrokerId(broker.id)),
        [&](std::int16_t, Duration) {
          ListGroupsRequest request;
          request.states_filter.assign(states.begin(), states.end());
          request.types_filter.assign(types.begin(), types.end());
          return request;
        },
        [](const ListGroupsResponse& response) { return coordinator_trouble(response.error_code); },
        terms));
    const Error error = answer ? broker_error(answer->message.error_code, {}) : answer.error();
    if (error.code != ErrorCode::kNone) {
      return Error{error.code, fmt::format("Error listing groups on {}:{} (id: {} rack: null): {}",
                                           broker.host, broker.port, broker.id, error.detail)};
    }
    for (const auto& group : answer->message.groups) {
      if (!group.protocol_type.empty() && group.protocol_type != kConsumerProtocol) continue;
      groups.push_back({std::string(group.group_id), type_name(group.group_type),
                        state_name(group.group_state)});
    }
  }
  return groups;
}

Result<GroupDescription> GroupClient::describe_group(const std::string& group) {
  Terms terms = this->terms();
  terms.lookup_name = "describeConsumerGroups(api=FIND_COORDINATOR)";
  TRY(const auto answer,
      (cluster_.call<DescribeGroupsRequest, DescribeGroupsResponse>(
          "describeConsumerGroups(api=DESCRIBE_GROUPS)", Target::coordinator_of(group),
          [&](std::int16_t, Duration) {
            DescribeGroupsRequest request;
            request.groups.emplace_back(group);
            return request;
          },
          [](const DescribeGroupsResponse& response) {
            return response.groups.empty() ? ErrorCode::kNone
                                           : coordinator_trouble(response.groups[0].error_code);
          },
          terms)));
  if (answer.message.groups.empty()) return broker_error(ErrorCode::kUnknownServerError, {});
  const auto& described = answer.message.groups.front();
  if (described.error_code != ErrorCode::kNone) return broker_error(described.error_code, {});
  GroupDescription description{.group = group,
                               .state = state_name(described.group_state),
                               .protocol_type = std::string(described.protocol_type),
                               .protocol = std::string(described.protocol_data),
                               .members = {},
                               .coordinator = answer.from};
  const bool is_consumer =
      described.protocol_type.empty() || described.protocol_type == kConsumerProtocol;
  for (const auto& member : described.members) {
    GroupMember& out = description.members.emplace_back();
    out.member_id = member.member_id;
    out.instance_id = member.group_instance_id.value_or("");
    out.client_id = member.client_id;
    out.host = member.client_host;
    // What other protocols assign is theirs to read.
    if (is_consumer) {
      TRY(out.partitions, assigned_partitions(member.member_assignment));
    }
  }
  return description;
}

Result<CommittedOffsets> GroupClient::committed_offsets(const std::string& group) {
  Terms terms = this->terms();
  terms.lookup_name = "offsetFetch(api=FIND_COORDINATOR)";
  terms.min_version = 2;  // before, nobody could ask for all partitions
  const auto error_of = [](const OffsetFetchResponse& response) {
    return response.groups.empty() ? response.error_code : response.groups[0].error_code;
  };
  TRY(const auto answer, (cluster_.call<OffsetFetchRequest, OffsetFetchResponse>(
                             "offsetFetch(api=OFFSET_FETCH)", Target::coordinator_of(group),
                             [&](std::int16_t version, Duration) {
                               OffsetFetchRequest request;
                               if (version >= 8) {
                                 auto& asked = request.groups.emplace_back();
                                 asked.group_id = group;
                                 asked.topics.reset();
                               } else {
                                 request.group_id = group;
                                 request.topics.reset();
                               }
                               return request;
                             },
                             [&](const OffsetFetchResponse& response) {
                               return coordinator_trouble(error_of(response));
                             },
                             terms)));
  const OffsetFetchResponse& response = answer.message;
  if (const ErrorCode error = error_of(response); error != ErrorCode::kNone) {
    return broker_error(error, {});
  }
  return response.groups.empty() ? committed_in(response.topics)
                                 : committed_in(response.groups[0].topics);
}

Result<void> GroupClient::commit_offsets(
    const std::string& group, const std::vector<std::pair<TopicPartition, std::int64_t>>& offsets) {
  if (offsets.empty()) return {};
  Terms terms = this->terms();
  terms.lookup_name = "offsetCommit(api=FIND_COORDINATOR)";
  TRY(const auto answer, (cluster_.call<OffsetCommitRequest, OffsetCommitResponse>(
                             "offsetCommit(api=OFFSET_COMMIT)", Target::coordinator_of(group),
                             [&](std::int16_t, Duration) {
                               OffsetCommitRequest request;
                               request.group_id = group;
                               using Committed = std::pair<TopicPartition, std::int64_t>;
                               add_partitions(request, offsets, &Committed::first,
                                              [](const Committed& committed, auto& out) {
                                                out.committed_offset = committed.second;
                                                out.committed_metadata = "";
                                              });
                               return request;
                             },
                             [](const OffsetCommitResponse& response) {
                               for (const auto& topic : response.topics) {
                                 for (const auto& partition : topic.partitions) {
                                   // A group that came to life meanwhile may be inactive again
                                   // soon.
                                   if (partition.error_code == ErrorCode::kRebalanceInProgress) {
                                     return ErrorCode::kCoordinatorLoadInProgress;
                                   }
                                   const ErrorCode trouble =
                                       coordinator_trouble(partition.error_code);
                                   if (trouble != ErrorCode::kNone) return trouble;
                                 }
                               }
                               return ErrorCode::kNone;
                             },
                             terms)));
  std::optional<ErrorCode> first;
  std::vector<std::string> failed;
  for (const auto& topic : answer.message.topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code == ErrorCode::kNone) continue;
      if (!first) first = partition.error_code;
      failed.push_back(fmt::format("{}-{}", topic.name, partition.partition_index));
    }
  }
  if (!first) return {};
  return Error{*first, fmt::format("Failed altering consumer group offsets for the following "
                                   "partitions: [{}]",
                                   fmt::join(failed, ", "))};
}

Result<PartitionErrors> GroupClient::delete_offsets(const std::string& group,
                                                    const std::vector<TopicPartition>& partitions) {
  Terms terms = this->terms();
  terms.lookup_name = "offsetDelete(api=FIND_COORDINATOR)";
  TRY(const auto answer, (cluster_.call<OffsetDeleteRequest, OffsetDeleteResponse>(
                             "offsetDelete(api=OFFSET_DELETE)", Target::coordinator_of(group),
                             [&](std::int16_t, Duration) {
                               OffsetDeleteRequest request;
                               request.group_id = group;
                               add_partitions(request, partitions, std::identity{},
                                              [](const TopicPartition&, const auto&) {});
                               return request;
                             },
                             [](const OffsetDeleteResponse& response) {
                               return coordinator_trouble(response.error_code);
                             },
                             terms)));
  if (answer.message.error_code != ErrorCode::kNone) {
    return broker_error(answer.message.error_code, {});
  }
  std::map<TopicPartition, ErrorCode> codes;
  for (const auto& topic : answer.message.topics) {
    for (const auto& partition : topic.partitions) {
      codes[{std::string(topic.name), PartitionId(partition.partition_index)}] =
          partition.error_code;
    }
  }
  PartitionErrors errors;
  for (const TopicPartition& partition : partitions) {
    const auto code = codes.find(partition);
    errors.emplace_back(
        partition,
        code == codes.end()
            ? Error{ErrorCode::kUnknownServerError,
                    fmt::format("Offset deletion result for partition \"{}\" was not included in "
                                "the response",
                                partition)}
            : broker_error(code->second, {}));
  }
  return errors;
}

Result<void> GroupClient::delete_group(const std::string& group) {
  Terms terms = this->terms();
  terms.lookup_name = "deleteConsumerGroups(api=FIND_COORDINATOR)";
  TRY(const auto answer,
      (cluster_.call<DeleteGroupsRequest, DeleteGroupsResponse>(
          "deleteConsumerGroups(api=DELETE_GROUPS)", Target::coordinator_of(group),
          [&](std::int16_t, Duration) {
            DeleteGroupsRequest request;
            request.groups_names.emplace_back(group);
            return request;
          },
          [](const DeleteGroupsResponse& response) {
            return response.results.empty() ? ErrorCode::kNone
                                            : coordinator_trouble(response.results[0].error_code);
          },
          terms)));
  for (const auto& result : answer.message.results) {
    if (result.error_code != ErrorCode::kNone) return broker_error(result.error_code, {});
  }
  return {};
}

Result<std::vector<TopicPartition>> GroupClient::partitions_of(const std::string& topic) {
  TRY(const auto answer, (cluster_.call<MetadataRequest, MetadataResponse>(
                             "listNodes", Target::kAnyBroker,
                             [&](std::int16_t version, Duration) {
                               MetadataRequest request;
                               request.allow_auto_topic_creation = version < 4;
                               request.topics.emplace().emplace_back().name = topic;
                               return request;
                             },
                             [](const MetadataResponse&) { return ErrorCode::kNone; }, terms())));
  std::vector<TopicPartition> partitions;
  for (const auto& found : answer.message.topics) {
    if (found.error_code != ErrorCode::kNone) return broker_error(found.error_code, {});
    for (const auto& partition : found.partitions) {
      partitions.push_back({topic, PartitionId(partition.partition_index)});
    }
  }
  std::ranges::sort(partitions);
  return partitions;
}

Result<std::map<TopicPartition, std::int64_t>> GroupClient::list_offsets(
    const std::vector<TopicPartition>& partitions, std::int64_t timestamp) {
  std::map<TopicPartition, std::int64_t> offsets;
  for (const auto& [partition, offset] :
       LogClient(cluster_).list_offsets(partitions, timestamp, *terms().until)) {
    if (!offset) return offset.error();
    offsets.emplace(partition, *offset);
  }
  return offsets;
}

}  // namespace barnabas::admin
