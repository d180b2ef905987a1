#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/leader_hints.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/replica/operations.h"
#include "broker/replica/replica_manager.h"
#include "broker/replica/topic_configs.h"
#include "config/broker_config.h"

namespace barnabas::api {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using replica::FetchEntry;
using replica::FetchOutcome;
using replica::FetchParams;

constexpr std::int16_t kFirstVersionWithStorageError = 6;
constexpr std::int16_t kFirstFetchWithZstd = 10;
constexpr std::int16_t kFirstVersionWithFollowerFetching = 11;
constexpr std::int16_t kFirstFetchByTopicId = 13;
constexpr std::int16_t kFirstVersionWithReplicaState = 15;
constexpr std::int16_t kFirstFetchWithLeaderHints = 16;

// No sessions are granted: an epoch above 0 continues one that does not exist.
bool continues_a_session(const FetchRequest& message) {
  return message.session_epoch > 0;
}

// Owns one request until it is answered.
class Fetch final : public replica::FetchSink {
 public:
  Fetch(Context& context, protocol::Request request, protocol::Responder responder,
        FetchRequest message)
      : context_(context),
        request_(std::move(request)),
        responder_(std::move(responder)),
        message_(std::move(message)),
        metadata_(context.metadata.snapshot()) {}

  FetchParams params() const {
    FetchParams params;
    params.replica_id = request_.version >= kFirstVersionWithReplicaState
                            ? message_.replica_state.replica_id
                            : message_.replica_id;
    params.max_wait = milliseconds(message_.max_wait_ms);
    params.max_bytes = std::min(message_.max_bytes, context_.config.fetch_max_bytes);
    params.min_bytes = std::min(message_.min_bytes, params.max_bytes);
    params.isolation = read_committed() ? replica::IsolationLevel::kReadCommitted
                                        : replica::IsolationLevel::kReadUncommitted;
    params.leader_only =
        params.is_from_follower() || request_.version < kFirstVersionWithFollowerFetching;
    return params;
  }

  std::vector<FetchEntry> entries() const {
    std::size_t count = 0;
    for (const auto& topic : message_.topics) count += topic.partitions.size();
    std::vector<FetchEntry> entries;
    entries.reserve(count);
    for (const auto& topic : message_.topics) {
      FetchEntry entry;
      entry.topic = topic.topic;
      entry.topic_id = topic.topic_id;
      entry.error = resolve(entry);
      for (const auto& partition : topic.partitions) {
        entry.partition = PartitionId{partition.partition};
        entry.current_leader_epoch = LeaderEpoch{partition.current_leader_epoch};
        entry.fetch_offset = Offset{partition.fetch_offset};
        entry.last_fetched_epoch = LeaderEpoch{partition.last_fetched_epoch};
        entry.log_start_offset = Offset{partition.log_start_offset};
        entry.max_bytes = partition.partition_max_bytes;
        entries.push_back(entry);
      }
    }
    return entries;
  }

  void refuse(ErrorCode error) {
    FetchResponse response;
    response.error_code = error;
    responder_.respond(response.encode(request_.version));
  }

  void parked() override { responder_.work_done(); }

  void done(std::vector<FetchOutcome> outcomes) override {
    FetchResponse response;
    LeaderHints hints(context_.replicas, context_.metadata, request_.listener);
    std::size_t next = 0;
    response.responses.reserve(message_.topics.size());
    for (const auto& topic : message_.topics) {
      auto& topic_response = response.responses.emplace_back();
      topic_response.topic = topic.topic;
      topic_response.topic_id = topic.topic_id;
      topic_response.partitions.reserve(topic.partitions.size());
      for (const auto& partition : topic.partitions) {
        auto& answer = topic_response.partitions.emplace_back();
        answer.partition_index = partition.partition;
        fill(answer, outcomes[next++], name_of(topic), hints);
      }
    }
    hints.fill_endpoints(response.node_endpoints);
    responder_.respond(response.encode(request_.version));
  }

 private:
  bool read_committed() const { return message_.isolation_level == 1; }

  // Names the topic of an id, and finds what the version cannot be given.
  ErrorCode resolve(FetchEntry& entry) const {
    if (request_.version >= kFirstFetchByTopicId) {
      const replica::TopicMetadata* topic = metadata_->topic(entry.topic_id);
      if (!topic) return ErrorCode::kUnknownTopicId;
      entry.topic = topic->name;
    }
    if (request_.version < kFirstFetchWithZstd) {
      const auto overrides = context_.topic_configs.overrides(entry.topic);
      const auto compression = overrides.find("compression.type");
      if (compression != overrides.end() && compression->second == "zstd") {
        return ErrorCode::kUnsupportedCompressionType;
      }
    }
    return ErrorCode::kNone;
  }
  std::string_view name_of(const FetchRequest::FetchTopic& topic) const {
    if (request_.version < kFirstFetchByTopicId) return topic.topic;
    const replica::TopicMetadata* known = metadata_->topic(topic.topic_id);
    return known ? std::string_view(known->name) : std::string_view();
  }

  void fill(FetchResponse::PartitionData& answer, FetchOutcome& outcome, std::string_view topic,
            LeaderHints& hints) const {
    answer.error_code = outcome.error;
    if (outcome.error == ErrorCode::kKafkaStorageError &&
        request_.version < kFirstVersionWithStorageError) {
      answer.error_code = ErrorCode::kNotLeaderOrFollower;
    }
    answer.high_watermark = outcome.high_watermark.value();
    answer.last_stable_offset = outcome.last_stable_offset.value();
    answer.log_start_offset = outcome.log_start_offset.value();
    // Null where the isolation level does not ask; without transactions, none were aborted.
    if (!read_committed() || outcome.error != ErrorCode::kNone) answer.aborted_transactions.reset();
    if (outcome.diverging_epoch) {
      answer.diverging_epoch.epoch = outcome.diverging_epoch->epoch.value();
      answer.diverging_epoch.end_offset = outcome.diverging_epoch->end_offset.value();
    }
    answer.records = std::move(outcome.records);
    if ((outcome.error == ErrorCode::kNotLeaderOrFollower ||
         outcome.error == ErrorCode::kFencedLeaderEpoch) &&
        request_.version >= kFirstFetchWithLeaderHints) {
      const auto leader = hints.leader_of(topic, PartitionId{answer.partition_index});
      answer.current_leader.leader_id = leader.leader;
      answer.current_leader.leader_epoch = leader.epoch.value();
    }
  }

  Context& context_;
  const protocol::Request request_;
  protocol::Responder responder_;
  const FetchRequest message_;
  const std::shared_ptr<const replica::MetadataSnapshot> metadata_;  // holds the topics' names
};

}  // namespace

void handle_fetch(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = FetchRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const bool in_session = continues_a_session(*message);
  auto fetch = std::make_unique<Fetch>(context, std::move(request), std::move(responder),
                                       std::move(*message));
  if (in_session) return fetch->refuse(ErrorCode::kFetchSessionIdNotFound);
  const FetchParams params = fetch->params();
  auto entries = fetch->entries();
  context.replicas.fetch(params, std::move(entries), std::move(fetch));
}

}  // namespace barnabas::api
