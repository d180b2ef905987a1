#include "broker/protocol/messages/offset_commit.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/zookeeper_offsets.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/java_string.h"
#include "broker/replica/metadata_cache.h"
#include "config/broker_config.h"

namespace barnabas::api {
namespace {

using protocol::OffsetCommitRequest;
using protocol::OffsetCommitResponse;
using Partition = group::OffsetCommitRequest::Partition;

constexpr std::int16_t kCommitVersionOfZooKeeper = 0;
constexpr std::int64_t kRetentionOfTheBroker = -1;
constexpr std::int64_t kNow = -1;

// One request until it is answered.
class OffsetCommit {
 public:
  OffsetCommit(protocol::Request request, protocol::Responder responder,
               OffsetCommitRequest message)
      : request_(std::move(request)),
        responder_(std::move(responder)),
        message_(std::move(message)) {}

  std::int16_t version() const { return request_.version; }
  const OffsetCommitRequest& message() const { return message_; }

  // What is to be committed: each partition that exists, once; the last of several counts.
  std::vector<Partition> partitions(const replica::MetadataSnapshot& metadata) {
    std::vector<Partition> partitions;
    std::map<std::pair<std::string_view, std::int32_t>, std::size_t> known;
    for (const auto& topic : message_.topics) {
      for (const auto& asked : topic.partitions) {
        if (!metadata.partition(topic.name, PartitionId(asked.partition_index))) {
          places_.push_back(kUnknown);
          continue;
        }
        const auto [place, is_new] =
            known.try_emplace({topic.name, asked.partition_index}, partitions.size());
        if (is_new) partitions.emplace_back();
        places_.push_back(place->second);
        fill(partitions[place->second], topic.name, asked);
      }
    }
    return partitions;
  }

  // `errors`: one per partition that partitions() gave.
  void respond(const std::vector<ErrorCode>& errors) {
    OffsetCommitResponse response;
    std::size_t next = 0;
    response.topics.reserve(message_.topics.size());
    for (const auto& topic : message_.topics) {
      auto& told = response.topics.emplace_back();
      told.name = topic.name;
      told.partitions.reserve(topic.partitions.size());
      for (const auto& asked : topic.partitions) {
        const std::size_t place = places_[next++];
        told.partitions.push_back({asked.partition_index, place == kUnknown
                                                              ? ErrorCode::kUnknownTopicOrPartition
                                                              : errors[place]});
      }
    }
    responder_.respond(response.encode(request_.version));
  }

 private:
  static constexpr auto kUnknown = static_cast<std::size_t>(-1);

  static void fill(Partition& partition, std::string_view topic,
                   const OffsetCommitRequest::OffsetCommitRequestPartition& asked) {
    partition.tp = {std::string(topic), PartitionId(asked.partition_index)};
    partition.offset = Offset(asked.committed_offset);
    partition.leader_epoch = LeaderEpoch(asked.committed_leader_epoch);
    partition.metadata = asked.committed_metadata.value_or("");
    partition.commit_timestamp = std::nullopt;
    if (asked.commit_timestamp != kNow) partition.commit_timestamp = asked.commit_timestamp;
  }

  const protocol::Request request_;
  protocol::Responder responder_;
  const OffsetCommitRequest message_;
  std::vector<std::size_t> places_;  // of every partition of the request, in what is committed
};

void commit_to_coordinator(Context& context, const std::shared_ptr<OffsetCommit>& commit,
                           std::vector<Partition> partitions) {
  const OffsetCommitRequest& message = commit->message();
  group::OffsetCommitRequest asked;
  asked.group = message.group_id;
  asked.member = {message.member_id, message.group_instance_id};
  asked.generation = group::GenerationId(message.generation_id_or_member_epoch);
  asked.partitions = std::move(partitions);
  if (message.retention_time_ms != kRetentionOfTheBroker) {
    asked.retention = milliseconds(message.retention_time_ms);
  }
  context.groups.commit_offsets(std::move(asked), [commit](const std::vector<ErrorCode>& errors) {
    commit->respond(errors);
  });
}

void commit_to_zookeeper(Context& context, const std::shared_ptr<OffsetCommit>& commit,
                         const std::vector<Partition>& partitions) {
  std::vector<ErrorCode> errors(partitions.size(), ErrorCode::kNone);
  ZooKeeperOffsets offsets;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (static_cast<std::int64_t>(protocol::utf16_length(partitions[i].metadata)) >
        context.config.offset_metadata_max_bytes) {
      errors[i] = ErrorCode::kOffsetMetadataTooLarge;
      continue;
    }
    places.push_back(i);
    offsets.emplace_back(partitions[i].tp, partitions[i].offset);
  }
  commit_to_zookeeper(context, std::string(commit->message().group_id), std::move(offsets),
                      [commit, errors = std::move(errors),
                       places = std::move(places)](const std::vector<ErrorCode>& stored) {
                        std::vector<ErrorCode> all = errors;
                        for (std::size_t i = 0; i < places.size(); ++i) all[places[i]] = stored[i];
                        commit->respond(all);
                      });
}

}  // namespace

void handle_offset_commit(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  auto message = OffsetCommitRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const auto commit =
      std::make_shared<OffsetCommit>(std::move(request), std::move(responder), std::move(*message));
  auto partitions = commit->partitions(*context.metadata.snapshot());
  if (partitions.empty()) return commit->respond({});
  if (commit->version() == kCommitVersionOfZooKeeper) {
    commit_to_zookeeper(context, commit, partitions);
  } else {
    commit_to_coordinator(context, commit, std::move(partitions));
  }
}

}  // namespace barnabas::api
