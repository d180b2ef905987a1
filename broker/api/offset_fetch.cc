#include "broker/protocol/messages/offset_fetch.h"

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
#include "broker/api/named_once.h"
#include "broker/api/zookeeper_offsets.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::api {
namespace {

using group::FetchedOffset;
using protocol::OffsetFetchRequest;
using protocol::OffsetFetchResponse;
using Fetched = Result<std::vector<FetchedOffset>>;

constexpr std::int16_t kFetchVersionOfZooKeeper = 0;
constexpr std::int16_t kFirstVersionWithErrorOfGroup = 2;
constexpr std::int16_t kFirstVersionWithSeveralGroups = 8;

// Each once; nullopt: all that have an offset.
template <typename Topic>
std::optional<std::vector<TopicPartition>> partitions_of(
    const std::optional<std::vector<Topic>>& topics) {
  if (!topics) return std::nullopt;
  std::vector<TopicPartition> partitions;
  std::set<std::pair<std::string_view, std::int32_t>> seen;
  for (const Topic& topic : *topics) {
    for (const std::int32_t partition : topic.partition_indexes) {
      if (!seen.emplace(topic.name, partition).second) continue;
      partitions.push_back({std::string(topic.name), PartitionId(partition)});
    }
  }
  return partitions;
}

// The response shows what is in `offsets`.
template <typename Topic>
void fill_topics(std::vector<Topic>& topics, const std::vector<FetchedOffset>& offsets) {
  std::map<std::string_view, std::size_t> places;
  for (const FetchedOffset& offset : offsets) {
    const auto [place, is_new] = places.try_emplace(offset.tp.topic, topics.size());
    if (is_new) topics.emplace_back().name = offset.tp.topic;
    auto& told = topics[place->second].partitions.emplace_back();
    told.partition_index = offset.tp.partition.value();
    told.committed_offset = offset.offset.value();
    told.committed_leader_epoch = offset.leader_epoch.value();
    told.metadata = offset.metadata;
    told.error_code = offset.error;
  }
}

// Old clients look for what is wrong with a group at every partition that they asked for.
std::vector<FetchedOffset> with_error(const std::vector<TopicPartition>& partitions,
                                      ErrorCode error) {
  std::vector<FetchedOffset> offsets;
  offsets.reserve(partitions.size());
  for (const TopicPartition& tp : partitions) offsets.push_back({.tp = tp, .error = error});
  return offsets;
}

protocol::Payload fetch_of_one_group(const Context& context, const OffsetFetchRequest& request,
                                     std::int16_t version) {
  const auto partitions = partitions_of(request.topics);
  Fetched fetched =
      context.groups.fetch_offsets(request.group_id, partitions, request.require_stable);
  OffsetFetchResponse response;
  if (!fetched && version < kFirstVersionWithErrorOfGroup) {
    fetched = with_error(*partitions, fetched.error().code);
  }
  response.error_code = fetched.code_or(ErrorCode::kNone);
  if (fetched) fill_topics(response.topics, *fetched);
  return response.encode(version);
}

protocol::Payload fetch_of_groups(const Context& context, const OffsetFetchRequest& request,
                                  std::int16_t version) {
  std::vector<Fetched> all;  // the response shows what is in here
  all.reserve(request.groups.size());
  OffsetFetchResponse response;
  response.groups.reserve(request.groups.size());
  for (const auto* group :
       first_of_each(request.groups, [](const auto& g) { return g.group_id; })) {
    const Fetched& fetched = all.emplace_back(context.groups.fetch_offsets(
        group->group_id, partitions_of(group->topics), request.require_stable));
    auto& told = response.groups.emplace_back();
    told.group_id = group->group_id;
    told.error_code = fetched.code_or(ErrorCode::kNone);
    if (fetched) fill_topics(told.topics, *fetched);
  }
  return response.encode(version);
}

void fetch_version_0(Context& context, protocol::Responder responder,
                     const OffsetFetchRequest& request) {
  const auto metadata = context.metadata.snapshot();
  std::vector<FetchedOffset> offsets;
  std::vector<TopicPartition> known;
  std::vector<std::size_t> places;  // of the known ones
  auto partitions = *partitions_of(request.topics);
  for (TopicPartition& tp : partitions) {
    const bool exists = metadata->partition(tp.topic, tp.partition) != nullptr;
    if (exists) {
      places.push_back(offsets.size());
      known.push_back(tp);
    }
    offsets.push_back({.tp = std::move(tp),
                       .error = exists ? ErrorCode::kNone : ErrorCode::kUnknownTopicOrPartition});
  }
  const auto answer = std::make_shared<protocol::Responder>(std::move(responder));
  fetch_from_zookeeper(context, std::string(request.group_id), std::move(known),
                       [answer, offsets = std::move(offsets), places = std::move(places)](
                           const std::vector<ZooKeeperOffset>& stored) mutable {
                         for (std::size_t i = 0; i < places.size(); ++i) {
                           FetchedOffset& offset = offsets[places[i]];
                           offset.error = stored[i].code_or(ErrorCode::kNone);
                           if (stored[i]) offset.offset = stored[i]->value_or(kUnknownOffset);
                           // Kafka says so of a partition without an offset.
                           if (stored[i] && !*stored[i])
                             offset.error = ErrorCode::kUnknownTopicOrPartition;
                         }
                         OffsetFetchResponse response;
                         fill_topics(response.topics, offsets);
                         answer->respond(response.encode(kFetchVersionOfZooKeeper));
                       });
}

}  // namespace

void handle_offset_fetch(Context& context, protocol::Request request,
                         protocol::Responder responder) {
  const auto decoded = OffsetFetchRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  if (request.version == kFetchVersionOfZooKeeper) {
    fetch_version_0(context, std::move(responder), *decoded);
  } else if (request.version < kFirstVersionWithSeveralGroups) {
    responder.respond(fetch_of_one_group(context, *decoded, request.version));
  } else {
    responder.respond(fetch_of_groups(context, *decoded, request.version));
  }
}

}  // namespace barnabas::api
