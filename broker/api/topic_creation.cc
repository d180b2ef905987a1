#include "broker/api/topic_creation.h"

#include <fmt/format.h>

#include "broker/base/logging.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/error_code.h"
#include "config/broker_config.h"

namespace barnabas::api {

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

void AutoTopicCreation::create(controller::NewTopic topic) {
  const std::string name = topic.name;
  {
    MutexLock lock(mu_);
    if (!in_flight_.insert(name).second) return;
  }
  log_info("Sent auto-creation request for Set({}) to the active controller.", name);
  ask_controller_(std::move(topic), [this, name](const Error& error) { on_answer(name, error); });
}

void AutoTopicCreation::on_answer(const std::string& topic, const Error& error) {
  {
    MutexLock lock(mu_);
    in_flight_.erase(topic);
  }
  // Another broker may have asked for it too.
  if (error.code == ErrorCode::kNone || error.code == ErrorCode::kTopicAlreadyExists) return;
  log_warn("Auto topic creation failed for {} with error '{}': {}", topic, error_name(error.code),
           error.detail);
}

}  // namespace barnabas::api
