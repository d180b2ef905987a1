#include "broker/protocol/messages/delete_topics.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/controller/controller.h"
#include "config/broker_config.h"

namespace barnabas::api {
namespace {

using controller::DeleteTopicAnswer;
using controller::TopicReference;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;

// Up to version 5 topics are named apart from their ids.
std::vector<TopicReference> read_topics(const DeleteTopicsRequest& request) {
  std::vector<TopicReference> topics;
  std::set<std::pair<std::string_view, Uuid>> seen;
  for (std::string_view name : request.topic_names) {
    if (seen.insert({name, Uuid{}}).second) topics.push_back({std::string(name), {}});
  }
  for (const auto& state : request.topics) {
    if (!seen.insert({state.name.value_or(""), state.topic_id}).second) continue;
    TopicReference& topic = topics.emplace_back();
    topic.topic_id = state.topic_id;
    if (state.name) topic.name = std::string(*state.name);
  }
  return topics;
}

void respond(protocol::Responder& responder, std::int16_t version,
             const std::vector<DeleteTopicAnswer>& answers) {
  DeleteTopicsResponse response;
  for (const DeleteTopicAnswer& answer : answers) {
    auto& told = response.responses.emplace_back();
    told.name = std::nullopt;
    if (answer.name) told.name = *answer.name;
    told.topic_id = answer.topic_id;
    told.error_code = answer.error;
  }
  responder.respond(response.encode(version));
}

std::vector<DeleteTopicAnswer> refuse_all(const std::vector<TopicReference>& topics,
                                          ErrorCode error) {
  std::vector<DeleteTopicAnswer> answers;
  for (const TopicReference& topic : topics) answers.push_back({topic.name, topic.topic_id, error});
  return answers;
}

}  // namespace

void handle_delete_topics(Context& context, protocol::Request request,
                          protocol::Responder responder) {
  const auto decoded = DeleteTopicsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  std::vector<TopicReference> topics = read_topics(*decoded);
  const std::int16_t version = request.version;

  std::optional<ErrorCode> refused;
  if (!context.controller.is_active()) {
    refused = ErrorCode::kNotController;
  } else if (!context.config.delete_topic_enable) {
    refused = version < 3 ? ErrorCode::kInvalidRequest : ErrorCode::kTopicDeletionDisabled;
  } else {
    // Kafka refuses the whole request then.
    for (const TopicReference& topic : topics) {
      if (topic.name && !topic.topic_id.is_zero()) refused = ErrorCode::kInvalidRequest;
    }
  }
  if (refused) return respond(responder, version, refuse_all(topics, *refused));

  auto waiting = std::make_shared<protocol::Responder>(std::move(responder));
  context.controller.delete_topics(
      std::move(topics), milliseconds(decoded->timeout_ms),
      [waiting, version](const std::vector<DeleteTopicAnswer>& answers) {
        respond(*waiting, version, answers);
      });
}

}  // namespace barnabas::api
