#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/fetch_conversion.h"
#include "broker/api/handlers.h"
#include "broker/api/leader_hints.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/replica/fetch_session_cache.h"
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
using replica::FetchSessionAnswer;
using replica::FetchSessionRequest;
using replica::ForgottenPartition;

constexpr std::int16_t kLastFetchWithHardMaxBytes = 2;
constexpr std::int16_t kFirstFetchWithStorageError = 6;
constexpr std::int16_t kFirstFetchWithZstd = 10;
constexpr std::int16_t kFirstFetchFromFollowers = 11;
constexpr std::int16_t kFirstFetchByTopicId = 13;
constexpr std::int16_t kFirstFetchWithReplicaState = 15;
constexpr std::int16_t kFirstFetchWithLeaderHints = 16;

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
    params.replica_id = request_.version >= kFirstFetchWithReplicaState
                            ? message_.replica_state.replica_id
                            : message_.replica_id;
    params.max_wait = milliseconds(message_.max_wait_ms);
    params.max_bytes = std::min(message_.max_bytes, context_.config.fetch_max_bytes);
    params.hard_max_bytes = request_.version <= kLastFetchWithHardMaxBytes;
    params.min_bytes = std::min(message_.min_bytes, params.max_bytes);
    params.isolation = read_committed() ? replica::IsolationLevel::kReadCommitted
                                        : replica::IsolationLevel::kReadUncommitted;
    params.leader_only = params.is_from_follower() || request_.version < kFirstFetchFromFollowers;
    params.rack = message_.rack_id;
    params.listener = request_.listener;
    return params;
  }

  // Finds what is to be read: the request's partitions or its session's. Error: the session's.
  Result<std::vector<FetchEntry>> begin() {
    TRY(fetch_, context_.fetch_sessions.begin(
                    session_request(), wanted(), forgotten(),
                    [this](const Uuid& id) { return name_of(id); }, context_.clock.now()));
    find_errors(fetch_.fetch.entries);
    return fetch_.fetch.entries;
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
    const FetchSessionAnswer session = end_session(outcomes);
    response.error_code = session.error;
    response.session_id = session.session_id;
    FetchConversion conversion(request_.version, params().is_from_follower());
    const FetchEntry* last = nullptr;
    for (std::size_t i = 0; i < outcomes.size() && session.error == ErrorCode::kNone; ++i) {
      if (session.told && !(*session.told)[i]) continue;
      const FetchEntry& entry = fetch_.fetch.entries[i];
      if (last == nullptr || last->topic != entry.topic || last->topic_id != entry.topic_id) {
        auto& topic = response.responses.emplace_back();
        if (request_.version < kFirstFetchByTopicId) topic.topic = entry.topic;
        topic.topic_id = entry.topic_id;
      }
      last = &entry;
      auto& answer = response.responses.back().partitions.emplace_back();
      answer.partition_index = entry.partition.value();
      suit_version(entry, conversion, outcomes[i]);
      fill(answer, outcomes[i], entry.topic, hints);
    }
    hints.fill_endpoints(response.node_endpoints);
    responder_.respond(response.encode(request_.version));
  }

 private:
  bool read_committed() const { return message_.isolation_level == 1; }

  FetchSessionRequest session_request() const {
    return {.session_id = message_.session_id,
            .epoch = message_.session_epoch,
            .uses_topic_ids = request_.version >= kFirstFetchByTopicId,
            .from_follower = params().is_from_follower()};
  }

  std::string_view name_of(const Uuid& topic_id) const {
    const replica::TopicMetadata* topic = metadata_->topic(topic_id);
    return topic ? std::string_view(topic->name) : std::string_view();
  }
  template <typename Topic>  // of FetchTopic and ForgottenTopic
  std::string_view name_of(const Topic& topic) const {
    return request_.version < kFirstFetchByTopicId ? topic.topic : name_of(topic.topic_id);
  }

  std::vector<FetchEntry> wanted() const {
    std::size_t count = 0;
    for (const auto& topic : message_.topics) count += topic.partitions.size();
    std::vector<FetchEntry> entries;
    entries.reserve(count);
    for (const auto& topic : message_.topics) {
      FetchEntry entry;
      entry.topic = name_of(topic);
      entry.topic_id = topic.topic_id;
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
  std::vector<ForgottenPartition> forgotten() const {
    std::vector<ForgottenPartition> forgotten;
    for (const auto& topic : message_.forgotten_topics_data) {
      for (const std::int32_t partition : topic.partitions) {
        forgotten.push_back({name_of(topic), topic.topic_id, PartitionId{partition}});
      }
    }
    return forgotten;
  }

  // What need not be read to be refused.
  void find_errors(std::vector<FetchEntry>& entries) const {
    if (request_.version < kFirstFetchByTopicId) return;
    for (FetchEntry& entry : entries) {
      if (entry.topic.empty()) entry.error = ErrorCode::kUnknownTopicId;
    }
  }

  // Gives an old version what it can carry, or the error that says that it cannot.
  void suit_version(const FetchEntry& entry, FetchConversion& conversion,
                    FetchOutcome& outcome) const {
    if (request_.version >= kFirstFetchWithZstd || outcome.error != ErrorCode::kNone) return;
    const log::LogConfig topic = context_.topic_configs.get(entry.topic);
    if (topic.compression == protocol::Compression::kZstd) {
      outcome = FetchOutcome();
      outcome.error = ErrorCode::kUnsupportedCompressionType;
      outcome.records = protocol::Records::empty();
    } else if (conversion.is_needed()) {
      conversion.convert(topic, entry, outcome);
    }
  }

  FetchSessionAnswer end_session(const std::vector<FetchOutcome>& outcomes) {
    if (replica::FetchSessionCache::is_sessionless(fetch_)) return {};
    std::vector<replica::FetchedState> states;
    states.reserve(outcomes.size());
    for (const FetchOutcome& outcome : outcomes) {
      states.push_back({.error = outcome.error,
                        .high_watermark = outcome.high_watermark,
                        .log_start_offset = outcome.log_start_offset,
                        .has_records = outcome.size_bytes > 0,
                        .must_tell = outcome.diverging_epoch.has_value() ||
                                     outcome.preferred_read_replica.has_value()});
    }
    return context_.fetch_sessions.end(fetch_, states, context_.clock.now());
  }

  void fill(FetchResponse::PartitionData& answer, FetchOutcome& outcome, std::string_view topic,
            LeaderHints& hints) const {
    answer.error_code = outcome.error;
    if (outcome.error == ErrorCode::kKafkaStorageError &&
        request_.version < kFirstFetchWithStorageError) {
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
    if (outcome.preferred_read_replica) {
      answer.preferred_read_replica = *outcome.preferred_read_replica;
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
  replica::FetchContext fetch_;
};

}  // namespace

void handle_fetch(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = FetchRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  auto fetch = std::make_unique<Fetch>(context, std::move(request), std::move(responder),
                                       std::move(*message));
  auto entries = fetch->begin();
  if (!entries) return fetch->refuse(entries.error().code);
  const FetchParams params = fetch->params();
  context.replicas.fetch(params, *std::move(entries), std::move(fetch));
}

}  // namespace barnabas::api
