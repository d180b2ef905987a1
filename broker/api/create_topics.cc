#include "broker/protocol/messages/create_topics.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/named_once.h"
#include "broker/controller/controller.h"
#include "config/describe.h"

namespace barnabas::api {
namespace {

using controller::NewTopic;
using controller::NewTopicAnswer;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;

constexpr std::string_view kClusterMetadataTopic = "__cluster_metadata";

// What a request is answered about one topic. Owns what the response shows.
struct TopicResult {
  NewTopic topic;
  std::optional<Error> refused;  // before the controller was asked
  NewTopicAnswer answer;
  std::vector<config::ConfigEntry> configs;
};

struct Pending {
  protocol::Responder responder;
  std::int16_t version;
  std::vector<TopicResult> results;
};

NewTopic to_new_topic(const CreateTopicsRequest::CreatableTopic& asked) {
  NewTopic topic;
  topic.name = asked.name;
  topic.num_partitions = asked.num_partitions;
  topic.replication_factor = asked.replication_factor;
  for (const auto& assignment : asked.assignments) {
    topic.assignments.emplace_back(PartitionId(assignment.partition_index), assignment.broker_ids);
  }
  for (const auto& entry : asked.configs) {
    std::optional<std::string> value;
    if (entry.value) value = std::string(*entry.value);
    topic.configs.emplace_back(std::string(entry.name), std::move(value));
  }
  return topic;
}

std::vector<TopicResult> read_topics(const CreateTopicsRequest& request) {
  std::vector<TopicResult> results;
  for_each_named_once(request.topics, [&](const auto& asked, bool is_repeated) {
    TopicResult& result = results.emplace_back();
    result.topic = to_new_topic(asked);
    if (asked.name == kClusterMetadataTopic) {
      result.refused = {ErrorCode::kInvalidRequest,
                        "Creation of internal topic __cluster_metadata is prohibited."};
    } else if (is_repeated) {
      result.refused = {ErrorCode::kInvalidRequest, "Found multiple entries for this topic."};
    }
  });
  return results;
}

void describe_configs(const Context& context, TopicResult& result) {
  config::Properties overrides;
  for (const auto& [name, value] : result.topic.configs) {
    if (value) overrides[name] = *value;
  }
  result.configs = config::describe_topic(context.config, overrides);
}

void respond(Pending& pending) {
  CreateTopicsResponse response;
  for (const TopicResult& result : pending.results) {
    const Error& error = result.refused ? *result.refused : result.answer.error;
    auto& told = response.topics.emplace_back();
    told.name = result.topic.name;
    told.error_code = error.code;
    told.error_message =
        error.detail.empty() ? std::nullopt : std::optional<std::string_view>(error.detail);
    told.topic_id = result.answer.topic_id;  // also with REQUEST_TIMED_OUT: it is created
    if (error.code != ErrorCode::kNone) continue;
    told.num_partitions = result.answer.num_partitions;
    told.replication_factor = result.answer.replication_factor;
    for (const config::ConfigEntry& entry : result.configs) {
      told.configs->push_back({entry.name, entry.value, entry.read_only,
                               static_cast<std::int8_t>(entry.source), entry.sensitive});
    }
  }
  pending.responder.respond(response.encode(pending.version));
}

}  // namespace

void handle_create_topics(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  const auto decoded = CreateTopicsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  auto pending = std::make_shared<Pending>(
      Pending{std::move(responder), request.version, read_topics(*decoded)});
  if (!context.controller.is_active()) {
    for (TopicResult& result : pending->results) {
      result.refused = Error{ErrorCode::kNotController, {}};
    }
    return respond(*pending);
  }

  std::vector<NewTopic> topics;
  std::vector<std::size_t> asked;  // index in the results
  for (std::size_t i = 0; i < pending->results.size(); ++i) {
    if (pending->results[i].refused) continue;
    topics.push_back(pending->results[i].topic);
    asked.push_back(i);
  }
  context.controller.create_topics(
      std::move(topics), milliseconds(decoded->timeout_ms), decoded->validate_only,
      [&context, pending, asked = std::move(asked)](std::vector<NewTopicAnswer> answers) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
          TopicResult& result = pending->results[asked[i]];
          result.answer = std::move(answers[i]);
          if (result.answer.error.code == ErrorCode::kNone) describe_configs(context, result);
        }
        respond(*pending);
      });
}

}  // namespace barnabas::api
