#include "broker/protocol/messages/elect_leaders.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::api {
namespace {

using controller::ElectionType;
using controller::ElectLeadersAnswer;
using protocol::ElectLeadersRequest;
using protocol::ElectLeadersResponse;

void respond(protocol::Responder& responder, std::int16_t version, ErrorCode error_of_all,
             bool all_partitions, const ElectLeadersAnswer& answer) {
  ElectLeadersResponse response;
  response.error_code = error_of_all;
  for (const auto& [tp, error] : answer) {
    // Who asks for all partitions is told of those where there was something to do.
    if (all_partitions && error.code == ErrorCode::kElectionNotNeeded) continue;
    auto& results = response.replica_election_results;
    if (results.empty() || results.back().topic != tp.topic) {
      results.emplace_back().topic = tp.topic;
    }
    auto& partition = results.back().partition_result.emplace_back();
    partition.partition_id = tp.partition.value();
    partition.error_code = error.code;
    partition.error_message =
        error.detail.empty() ? std::nullopt : std::optional<std::string_view>(error.detail);
  }
  responder.respond(response.encode(version));
}

std::vector<TopicPartition> named_partitions(const ElectLeadersRequest& request) {
  std::vector<TopicPartition> partitions;
  if (!request.topic_partitions) return partitions;
  for (const auto& topic : *request.topic_partitions) {
    for (std::int32_t partition : topic.partitions) {
      partitions.push_back({std::string(topic.topic), PartitionId(partition)});
    }
  }
  return partitions;
}

// All partitions are those that clients are told of: none that is being deleted, or that never had
// a leader.
std::vector<TopicPartition> known_partitions(const replica::MetadataSnapshot& metadata) {
  std::vector<TopicPartition> partitions;
  for (const auto& [name, topic] : metadata.topics) {
    for (const auto& [id, partition] : topic->partitions) partitions.push_back({name, id});
  }
  return partitions;
}

}  // namespace

void handle_elect_leaders(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  const auto decoded = ElectLeadersRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  // Version 0 has no type and means the preferred one. Kafka fails over one that it does not know.
  if (decoded->election_type < 0 || decoded->election_type > 1) {
    ElectLeadersAnswer failed;
    for (const TopicPartition& tp : named_partitions(*decoded)) {
      failed[tp].code = ErrorCode::kUnknownServerError;
    }
    return respond(responder, request.version, ErrorCode::kUnknownServerError, false, failed);
  }
  const bool all_partitions = !decoded->topic_partitions;
  std::vector<TopicPartition> partitions =
      all_partitions ? known_partitions(*context.metadata.snapshot()) : named_partitions(*decoded);
  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  context.controller.elect_leaders(
      static_cast<ElectionType>(decoded->election_type), std::move(partitions),
      milliseconds(decoded->timeout_ms),
      [waiting, version = request.version, all_partitions](const ElectLeadersAnswer& answer) {
        respond(*waiting, version, ErrorCode::kNone, all_partitions, answer);
      });
}

}  // namespace barnabas::api
