#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/api/authorized_operations.h"
#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/topic_creation.h"
#include "broker/protocol/messages/metadata.h"
#include "broker/protocol/topic_name.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/operations.h"
#include "broker/replica/replica_manager.h"
#include "config/broker_config.h"

namespace barnabas::api {
namespace {

using protocol::MetadataRequest;
using protocol::MetadataResponse;
using replica::MetadataSnapshot;
using replica::TopicMetadata;
using TopicAnswer = MetadataResponse::MetadataResponseTopic;
using PartitionAnswer = MetadataResponse::MetadataResponsePartition;

constexpr std::int16_t kFirstVersionWithListenerNotFound = 6;
constexpr std::int16_t kFirstMetadataByTopicId = 12;

// Answers one request from one snapshot.
class Answer {
 public:
  Answer(const MetadataSnapshot& snapshot, std::string_view listener, std::int16_t version)
      : snapshot_(snapshot), listener_(listener), version_(version) {}

  TopicAnswer topic(const TopicMetadata& metadata) const {
    TopicAnswer answer;
    answer.name = metadata.name;
    answer.topic_id = metadata.topic_id;
    answer.is_internal = protocol::is_internal_topic(metadata.name);
    answer.partitions.reserve(metadata.partitions.size());
    for (const auto& [id, state] : metadata.partitions) {
      answer.partitions.push_back(partition(id, state));
    }
    return answer;
  }

  TopicAnswer topic_or_error(std::string_view name) const {
    if (const TopicMetadata* found = snapshot_.topic(name)) return topic(*found);
    TopicAnswer answer;
    answer.name = name;
    answer.is_internal = protocol::is_internal_topic(name);
    answer.error_code = protocol::is_valid_topic_name(name) ? ErrorCode::kUnknownTopicOrPartition
                                                            : ErrorCode::kInvalidTopicException;
    return answer;
  }

  TopicAnswer topic_or_error(const Uuid& id) const {
    if (const TopicMetadata* found = snapshot_.topic(id)) return topic(*found);
    TopicAnswer answer;
    answer.name = std::nullopt;
    answer.topic_id = id;
    answer.error_code = ErrorCode::kUnknownTopicId;
    return answer;
  }

 private:
  const Endpoint* endpoint(BrokerId id) const {
    const replica::BrokerMetadata* broker = snapshot_.broker(id);
    return broker ? broker->endpoint(listener_) : nullptr;
  }

  // Version 0 leaves out the replicas that are not there, and says so.
  std::vector<BrokerId> replicas(const std::vector<BrokerId>& all) const {
    std::vector<BrokerId> told = all;
    if (version_ == 0) std::erase_if(told, [this](BrokerId id) { return !endpoint(id); });
    return told;
  }

  PartitionAnswer partition(PartitionId id, const replica::PartitionMetadata& state) const {
    PartitionAnswer answer;
    answer.partition_index = id.value();
    answer.leader_epoch = state.leader_epoch.value();
    answer.replica_nodes = replicas(state.replicas);
    answer.isr_nodes = replicas(state.isr);
    answer.offline_replicas = state.offline_replicas;
    if (endpoint(state.leader)) {
      answer.leader_id = state.leader;
      if (answer.replica_nodes.size() < state.replicas.size() ||
          answer.isr_nodes.size() < state.isr.size()) {
        answer.error_code = ErrorCode::kReplicaNotAvailable;
      }
    } else {
      answer.leader_id = kNoBroker;
      const bool alive = snapshot_.has_alive_broker(state.leader);
      answer.error_code = alive && version_ >= kFirstVersionWithListenerNotFound
                              ? ErrorCode::kListenerNotFound
                              : ErrorCode::kLeaderNotAvailable;
    }
    return answer;
  }

  const MetadataSnapshot& snapshot_;
  const std::string_view listener_;
  const std::int16_t version_;
};

// Versions 10 and 11 have the fields for ids and null names, but not yet their meaning.
bool asks_by_id_too_early(const MetadataRequest& request, std::int16_t version) {
  return version < kFirstMetadataByTopicId && request.topics &&
         std::any_of(
             request.topics->begin(), request.topics->end(),
             [](const auto& topic) { return !topic.name || !topic.topic_id.is_zero(); });
}

// One id makes it a request by ids; names are then not looked at. Each topic is told once.
replica::MetadataQuery query_of(const MetadataRequest& request, std::int16_t version) {
  replica::MetadataQuery query;
  query.all_topics = !request.topics || (version == 0 && request.topics->empty());
  if (query.all_topics) return query;
  std::set<Uuid> ids;
  std::set<std::string_view> names;
  for (const auto& topic : *request.topics) {
    if (!topic.topic_id.is_zero()) ids.insert(topic.topic_id);
    if (topic.name) names.insert(*topic.name);
  }
  query.ids.assign(ids.begin(), ids.end());
  if (query.ids.empty()) query.names.assign(names.begin(), names.end());
  return query;
}

// The query of a connection, which is noted there.
replica::MetadataQuery noted(replica::MetadataQuery query, protocol::ConnectionNotes& connection) {
  if (query.all_topics) {
    query.asks_again = connection.asked_for_all.exchange(true);
  } else if (!query.names.empty() || !query.ids.empty()) {
    query.asks_again = connection.asked_for_topics.exchange(true);
  }
  return query;
}

// One request until it is answered.
class MetadataExchange {
 public:
  MetadataExchange(Context& context, protocol::Request request, protocol::Responder responder,
                   MetadataRequest message)
      : context_(context),
        request_(std::move(request)),
        responder_(std::move(responder)),
        message_(std::move(message)),
        query_(noted(query_of(message_, request_.version), *request_.connection)) {}

  const replica::MetadataQuery& query() const { return query_; }
  void work_done() { responder_.work_done(); }
  void close_connection() { responder_.close_connection(); }

  // The topics that are missing and may be created by being asked for.
  std::vector<controller::NewTopic> to_create(const MetadataSnapshot& snapshot) const {
    std::vector<controller::NewTopic> topics;
    if (!context_.config.auto_create_topics_enable || !message_.allow_auto_topic_creation) {
      return topics;
    }
    for (const std::string_view name : query_.names) {
      if (snapshot.topic(name) == nullptr) {
        topics.push_back(automatic_topic(context_.config, name));
      }
    }
    return topics;
  }

  // `creation`: of those topics, what became of them.
  void answer(const MetadataSnapshot& snapshot, const AutoTopicCreation::Told& creation) {
    MetadataResponse response;
    response.cluster_id = context_.cluster_id;
    response.controller_id = snapshot.controller_id;
    for (const auto& [id, broker] : snapshot.brokers) {
      const Endpoint* endpoint = broker.endpoint(request_.listener);
      if (endpoint == nullptr) continue;
      auto& told = response.brokers.emplace_back();
      told.node_id = id;
      told.host = endpoint->host;
      told.port = endpoint->port;
      told.rack = broker.rack;
    }
    fill_topics(snapshot, creation, response.topics);
    if (message_.include_cluster_authorized_operations) {
      response.cluster_authorized_operations = kClusterOperations;
    }
    if (message_.include_topic_authorized_operations) {
      for (TopicAnswer& topic : response.topics) {
        if (topic.name) topic.topic_authorized_operations = kTopicOperations;
      }
    }
    responder_.respond(response.encode(request_.version));
  }

  void refuse_early_ids() {
    MetadataResponse response;
    for (const auto& topic : *message_.topics) {
      TopicAnswer& refused = response.topics.emplace_back();
      refused.name = topic.name.value_or("");
      refused.topic_id = topic.topic_id;
      refused.error_code = ErrorCode::kInvalidRequest;
    }
    responder_.respond(response.encode(request_.version));
  }

 private:
  void fill_topics(const MetadataSnapshot& snapshot, const AutoTopicCreation::Told& creation,
                   std::vector<TopicAnswer>& topics) const {
    const Answer answer(snapshot, request_.listener, request_.version);
    if (query_.all_topics) {
      topics.reserve(snapshot.topics.size());
      for (const auto& entry : snapshot.topics) topics.push_back(answer.topic(*entry.second));
    }
    for (const Uuid& id : query_.ids) topics.push_back(answer.topic_or_error(id));
    for (const std::string_view name : query_.names) {
      topics.push_back(answer.topic_or_error(name));
      const auto created = creation.find(std::string(name));
      if (created != creation.end()) topics.back().error_code = created->second;
    }
  }

  Context& context_;
  const protocol::Request request_;
  protocol::Responder responder_;
  const MetadataRequest message_;
  const replica::MetadataQuery query_;
};

class Metadata final : public replica::MetadataSink {
 public:
  Metadata(Context& context, std::shared_ptr<MetadataExchange> exchange)
      : context_(context), exchange_(std::move(exchange)) {}

  void parked() override { exchange_->work_done(); }

  void done(std::shared_ptr<const MetadataSnapshot> snapshot) override {
    // A broker that starts knows no topic until the controller's first update, milliseconds later.
    // A client that is told so may take its topics for deleted: librdkafka fails every record that
    // waits for them. So it is as though nobody listened yet, and the client asks another broker,
    // or again.
    if (snapshot->brokers.empty()) return exchange_->close_connection();
    auto missing = exchange_->to_create(*snapshot);
    if (missing.empty()) return exchange_->answer(*snapshot, {});
    context_.topic_creation.create(
        std::move(missing), [exchange = exchange_, snapshot](const AutoTopicCreation::Told& told) {
          exchange->answer(*snapshot, told);
        });
  }

 private:
  Context& context_;
  const std::shared_ptr<MetadataExchange> exchange_;
};

}  // namespace

void handle_metadata(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = MetadataRequest::decode(BytesView(request.body), request.version);
  if (!message) return responder.close_connection();
  const bool refused = asks_by_id_too_early(*message, request.version);
  const auto exchange = std::make_shared<MetadataExchange>(
      context, std::move(request), std::move(responder), std::move(*message));
  if (refused) return exchange->refuse_early_ids();
  context.replicas.tell_metadata(exchange->query(), std::make_unique<Metadata>(context, exchange));
}

}  // namespace barnabas::api
