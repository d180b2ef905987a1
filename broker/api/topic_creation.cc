#include "broker/api/topic_creation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>
#include <variant>

#include "broker/base/logging.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/topic_name.h"
#include "config/broker_config.h"

namespace barnabas::api {
namespace {

constexpr std::string_view kTransactionTopic = "__transaction_state";

controller::NewTopic transaction_topic(const config::BrokerConfig& config) {
  const auto number = [&](std::string_view key) {
    return std::get<std::int64_t>(config.values.find(key)->second);
  };
  controller::NewTopic topic;
  topic.name = kTransactionTopic;
  topic.num_partitions = static_cast<std::int32_t>(number("transaction.state.log.num.partitions"));
  topic.replication_factor =
      static_cast<std::int16_t>(number("transaction.state.log.replication.factor"));
  topic.configs = {
      {"unclean.leader.election.enable", "false"},
      {"compression.type", "uncompressed"},
      {"cleanup.policy", "compact"},
      {"min.insync.replicas", fmt::to_string(number("transaction.state.log.min.isr"))},
      {"segment.bytes", fmt::to_string(number("transaction.state.log.segment.bytes"))}};
  return topic;
}

// Of what the controller answered, what a client is told.
ErrorCode told_of_creation(ErrorCode answer) {
  switch (answer) {
    // Nobody waited for its leaders.
    case ErrorCode::kNone:
    case ErrorCode::kRequestTimedOut:
    case ErrorCode::kTopicAlreadyExists:
      return ErrorCode::kLeaderNotAvailable;
    // The next one will do it.
    case ErrorCode::kNotController:
    case ErrorCode::kStaleControllerEpoch:
      return ErrorCode::kUnknownTopicOrPartition;
    default:
      return answer;
  }
}

}  // namespace

controller::NewTopic offsets_topic(const config::BrokerConfig& config) {
  controller::NewTopic topic;
  topic.name = group::kOffsetsTopic;
  topic.num_partitions = config.offsets_topic_num_partitions;
  topic.replication_factor = static_cast<std::int16_t>(config.offsets_topic_replication_factor);
  topic.configs = {{"cleanup.policy", "compact"},
                   {"segment.bytes", fmt::to_string(config.offsets_topic_segment_bytes)},
                   {"compression.type", "producer"}};
  return topic;
}

controller::NewTopic automatic_topic(const config::BrokerConfig& config, std::string_view name) {
  if (name == group::kOffsetsTopic) return offsets_topic(config);
  if (name == kTransactionTopic) return transaction_topic(config);
  controller::NewTopic topic;
  topic.name = name;
  topic.num_partitions = config.num_partitions;
  topic.replication_factor = static_cast<std::int16_t>(config.default_replication_factor);
  return topic;
}

// One create() on its way.
struct AutoTopicCreation::Call {
  std::vector<std::string> asked;
  Told told;
  std::function<void(Told)> tell;  // emptied when it was called

  void tell_once() {
    if (const auto call = std::exchange(tell, nullptr)) call(std::move(told));
  }
};

void AutoTopicCreation::create(std::vector<controller::NewTopic> topics,
                               std::function<void(Told)> told) {
  auto call = std::make_shared<Call>();
  call->tell = std::move(told);
  Asking asking;
  for (controller::NewTopic& topic : topics) {
    if (!protocol::is_valid_topic_name(topic.name)) {
      call->told[topic.name] = ErrorCode::kInvalidTopicException;
      continue;
    }
    call->told[topic.name] = ErrorCode::kUnknownTopicOrPartition;
    MutexLock lock(mu_);
    if (!in_flight_.insert(topic.name).second) continue;
    call->asked.push_back(topic.name);
    asking.topics.push_back(std::move(topic));
  }
  if (asking.topics.empty()) return call->tell_once();
  asking.sent = [call] {
    log_info("Sent auto-creation request for Set({}) to the active controller.",
             fmt::join(call->asked, ", "));
    call->tell_once();
  };
  asking.answered = [this, call](const std::vector<Error>& answers) {
    on_answered(*call, answers);
  };
  ask_controller_(std::move(asking));
}

void AutoTopicCreation::on_answered(Call& call, const std::vector<Error>& answers) {
  {
    MutexLock lock(mu_);
    for (const std::string& topic : call.asked) in_flight_.erase(topic);
  }
  for (std::size_t i = 0; i < call.asked.size(); ++i) {
    const std::string& topic = call.asked[i];
    const Error& answer = answers.at(i);
    const ErrorCode code = told_of_creation(answer.code);
    call.told[topic] = code;
    if (code == ErrorCode::kLeaderNotAvailable) continue;
    log_warn("Auto topic creation failed for {} with error '{}': {}", topic,
             error_name(answer.code), answer.detail);
  }
  call.tell_once();
}

}  // namespace barnabas::api
