#include "broker/replica/topic_configs.h"

#include <utility>

#include "broker/base/logging.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::replica {

// One ensure_loaded on its way.
struct TopicConfigs::Load {
  std::size_t waiting = 0;
  bool complete = true;
  std::function<void(bool)> done;
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

void TopicConfigs::ensure_loaded(const std::vector<std::string>& topics,
                                 std::function<void(bool)> done) {
  std::vector<std::string> unknown;
  for (const std::string& topic : topics) {
    if (!is_known(topic)) unknown.push_back(topic);
  }
  if (unknown.empty()) {
    done(true);
    return;
  }
  auto load = std::make_shared<Load>();
  load->waiting = unknown.size();
  load->done = std::move(done);
  for (const std::string& topic : unknown) {
    zookeeper_.get_data(zk::paths::topic_config(topic), false,
                        [alive = alive_, load, topic](const zk::DataAnswer& answer) {
                          TopicConfigs* self = *alive;
                          if (!self) return;
                          if (answer.error == zk::ZkError::kNoNode) {
                            self->store(topic, {});
                          } else if (!answer.ok()) {
                            load->complete = false;
                          } else if (auto document = zk::ConfigZnode::decode(answer.data)) {
                            self->store(topic, std::move(document->config));
                          } else {
                            log_error("[Topic config] Ignoring the overrides of {}: {}", topic,
                                      document.error().detail);
                            self->store(topic, {});
                          }
                          if (--load->waiting == 0) load->done(load->complete);
                        });
  }
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

void TopicConfigs::forget(std::string_view topic) {
  MutexLock lock(mu_);
  if (const auto found = topics_.find(topic); found != topics_.end()) topics_.erase(found);
}

}  // namespace barnabas::replica
