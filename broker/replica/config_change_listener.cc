#include "broker/replica/config_change_listener.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "broker/base/logging.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::replica {

ConfigChangeListener::ConfigChangeListener(zk::ZooKeeper& zookeeper, const Clock& clock,
                                           OnChange on_change)
    : zookeeper_(zookeeper),
      clock_(clock),
      on_change_(std::move(on_change)),
      alive_(std::make_shared<ConfigChangeListener*>(this)) {
  zookeeper_.add_observer(this);
}

ConfigChangeListener::~ConfigChangeListener() {
  *alive_ = nullptr;
}

void ConfigChangeListener::listen() {
  zookeeper_.get_children(std::string(zk::paths::kConfigChanges), /*watch=*/true,
                          [alive = alive_](const zk::ChildrenAnswer& answer) {
                            if (*alive && answer.ok()) (*alive)->on_children(answer.children);
                          });
}

void ConfigChangeListener::on_watch_event(zk::WatchEvent event, const std::string& path) {
  if (path == zk::paths::kConfigChanges && event == zk::WatchEvent::kChildrenChanged) listen();
}

void ConfigChangeListener::on_children(const std::vector<std::string>& children) {
  std::erase_if(created_, [&](const auto& entry) {
    return !std::binary_search(children.begin(), children.end(), entry.first);
  });
  for (const auto& [child, created_ms] : created_) remove_if_expired(child, created_ms);
  // Sorted, and their numbers have ten digits: the oldest comes first.
  for (const std::string& child : children) {
    const auto number = zk::paths::number_of(child, zk::paths::kConfigChangePrefix);
    if (!number || *number <= last_change_) continue;
    last_change_ = *number;
    read(child);
  }
}

void ConfigChangeListener::read(const std::string& child) {
  zookeeper_.get_data(zk::paths::join(zk::paths::kConfigChanges, child), /*watch=*/false,
                      [alive = alive_, child](const zk::DataAnswer& answer) {
                        if (*alive && answer.ok()) (*alive)->on_notification(child, answer);
                      });
}

void ConfigChangeListener::on_notification(const std::string& child, const zk::DataAnswer& answer) {
  created_[child] = answer.stat.ctime_ms;
  if (const auto change = zk::ConfigChangeZnode::decode(answer.data)) {
    on_change_(change->entity_path);
  } else {
    log_error("[Config changes] Ignoring {}: {}", child, change.error().detail);
  }
  remove_if_expired(child, answer.stat.ctime_ms);
}

void ConfigChangeListener::remove_if_expired(const std::string& child, std::int64_t created_ms) {
  if (milliseconds(clock_.wall_clock_ms() - created_ms) <= kExpiration) return;
  // Every broker does it; whoever comes later finds it gone.
  zookeeper_.remove(zk::paths::join(zk::paths::kConfigChanges, child), zk::kAnyVersion,
                    [](const zk::Answer&) {});
}

}  // namespace barnabas::replica
