#include "broker/protocol/messages/create_partitions.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/named_once.h"
#include "broker/controller/controller.h"

namespace barnabas::api {
namespace {

using controller::NewPartitions;
using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;

struct GrowthResult {
  NewPartitions asked;
  std::optional<Error> answer;
};

struct PendingGrowth {
  protocol::Responder responder;
  std::int16_t version;
  std::vector<GrowthResult> results;
};

NewPartitions to_new_partitions(const CreatePartitionsRequest::CreatePartitionsTopic& topic) {
  NewPartitions asked;
  asked.topic = topic.name;
  asked.count = topic.count;
  if (topic.assignments) {
    asked.assignments.emplace();
    for (const auto& assignment : *topic.assignments) {
      asked.assignments->push_back(assignment.broker_ids);
    }
  }
  return asked;
}

std::vector<GrowthResult> read_growths(const CreatePartitionsRequest& request) {
  std::vector<GrowthResult> results;
  for_each_named_once(request.topics, [&](const auto& topic, bool is_repeated) {
    GrowthResult& result = results.emplace_back(GrowthResult{to_new_partitions(topic), {}});
    if (is_repeated) {
      result.answer = Error{ErrorCode::kInvalidRequest, "Duplicate topic in request."};
    }
  });
  return results;
}

void respond_growth(PendingGrowth& pending) {
  CreatePartitionsResponse response;
  for (const GrowthResult& result : pending.results) {
    auto& told = response.results.emplace_back();
    told.name = result.asked.topic;
    told.error_code = result.answer->code;
    if (!result.answer->detail.empty()) told.error_message = result.answer->detail;
  }
  pending.responder.respond(response.encode(pending.version));
}

}  // namespace

void handle_create_partitions(Context& context, protocol::Request request,
                              protocol::Responder responder) {
  const auto decoded = CreatePartitionsRequest::decode(request.body, request.version);
  if (!decoded) return responder.close_connection();
  auto pending = std::make_shared<PendingGrowth>(
      PendingGrowth{std::move(responder), request.version, read_growths(*decoded)});
  std::vector<NewPartitions> topics;
  std::vector<std::size_t> asked;  // index in the results
  for (std::size_t i = 0; i < pending->results.size(); ++i) {
    GrowthResult& result = pending->results[i];
    if (!context.controller.is_active()) result.answer = Error{ErrorCode::kNotController, {}};
    if (result.answer) continue;
    topics.push_back(result.asked);
    asked.push_back(i);
  }
  if (topics.empty()) return respond_growth(*pending);
  context.controller.create_partitions(
      std::move(topics), milliseconds(decoded->timeout_ms), decoded->validate_only,
      [pending, asked = std::move(asked)](std::vector<Error> answers) {
        for (std::size_t i = 0; i < answers.size(); ++i) {
          pending->results[asked[i]].answer = std::move(answers[i]);
        }
        respond_growth(*pending);
      });
}

}  // namespace barnabas::api
