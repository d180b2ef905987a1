#include "broker/replica/topic_configs.h"

#include <utility>

#include "broker/base/logging.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::replica {

namespace {

// nullopt: ZooKeeper did not say.
std::optional<TopicConfigs::Overrides> overrides_of(const std::string& topic,
                                                    const zk::DataAnswer& answer) {
  if (answer.error == zk::ZkError::kNoNode) return TopicConfigs::Overrides{};
  if (!answer.ok()) return std::nullopt;
  auto document = zk::ConfigZnode::decode(answer.data);
  if (document) return std::move(document->config);
  log_error("[Topic config] Ignoring the overrides of {}: {}", topic, document.error().detail);
  return TopicConfigs::Overrides{};
}

}  // namespace

// One read on its way.
struct TopicConfigs::Reading {
  std::size_t waiting = 0;
  bool complete = true;
  OverridesOfTopics found;
  std::function<void(std::optional<OverridesOfTopics>)> done;
};

TopicConfigs::TopicConfigs(zk::ZooKeeper& zookeeper, Resolve resolve)
    : zookeeper_(zookeeper),
      resolve_(std::move(resolve)),
      defaults_(resolve_({})),
      alive_(std::make_shared<TopicConfigs*>(this)) {}

TopicConfigs::~TopicConfigs() {
  *alive_ = nullptr;
}

bool TopicConfigs::is_known(const std::string& topic) const {
  MutexLock lock(mu_);
  return topics_.contains(topic);
}

void TopicConfigs::store(const std::string& topic, Overrides overrides) {
  log::LogConfig config = resolve_(overrides);
  MutexLock lock(mu_);
  topics_[topic] = {std::move(overrides), config};
}

void TopicConfigs::read(const std::vector<std::string>& topics,
                        std::function<void(std::optional<OverridesOfTopics>)> done) {
  if (topics.empty()) return done(OverridesOfTopics{});
  auto reading = std::make_shared<Reading>();
  reading->waiting = topics.size();
  reading->done = std::move(done);
  for (const std::string& topic : topics) {
    zookeeper_.get_data(zk::paths::topic_config(topic), false,
                        [alive = alive_, reading, topic](const zk::DataAnswer& answer) {
                          TopicConfigs* self = *alive;
                          if (!self) return;
                          if (auto overrides = overrides_of(topic, answer)) {
                            if (self->is_known(topic)) self->store(topic, *overrides);
                            reading->found[topic] = std::move(*overrides);
                          } else {
                            reading->complete = false;
                          }
                          if (--reading->waiting > 0) return;
                          reading->done(reading->complete ? std::optional(std::move(reading->found))
                                                          : std::nullopt);
                        });
  }
}

void TopicConfigs::ensure_loaded(const std::vector<std::string>& topics,
                                 std::function<void(bool)> done) {
  std::vector<std::string> unknown;
  for (const std::string& topic : topics) {
    if (!is_known(topic)) unknown.push_back(topic);
  }
  read(unknown, [this, done = std::move(done)](std::optional<OverridesOfTopics> found) {
    if (!found) return done(false);
    for (auto& [topic, overrides] : *found) store(topic, std::move(overrides));
    done(true);
  });
}

log::LogConfig TopicConfigs::get(std::string_view topic) const {
  MutexLock lock(mu_);
  const auto found = topics_.find(topic);
  return found == topics_.end() ? defaults_ : found->second.config;
}

TopicConfigs::Overrides TopicConfigs::overrides(std::string_view topic) const {
  MutexLock lock(mu_);
  const auto found = topics_.find(topic);
  return found == topics_.end() ? Overrides{} : found->second.overrides;
}

std::vector<std::string> TopicConfigs::known_topics() const {
  MutexLock lock(mu_);
  std::vector<std::string> topics;
  for (const auto& [topic, known] : topics_) topics.push_back(topic);
  return topics;
}

void TopicConfigs::forget(std::string_view topic) {
  MutexLock lock(mu_);
  if (const auto found = topics_.find(topic); found != topics_.end()) topics_.erase(found);
}

}  // namespace barnabas::replica
