// Hears of changed configs: watches /config/changes, to which whoever has changed the config of an
// entity adds a node, and clears nodes away after 15 minutes.
//
// What has changed is read from the entity's own node, so a change that is told twice does no harm.
// The nodes found at the first look are told too: a config read shortly before it may be older than
// they are.
// Threads  bound to the executor of the ZooKeeper session.
// Life     Observes the ZooKeeper session, which has ended before the listener is destroyed.
// Failure  A node that is no notification is logged and passed over.
// Source   Kafka 3.9, kafka/common/ZkNodeChangeNotificationListener.scala,
//          kafka/server/ZkConfigManager.scala
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/clock.h"
#include "zkclient/zookeeper.h"

namespace barnabas::replica {

class ConfigChangeListener final : public zk::ZooKeeper::Observer {
 public:
  static constexpr Duration kExpiration = std::chrono::minutes(15);

  // `entity_path`: topics/T, brokers/1, users/U/clients/C.
  using OnChange = std::function<void(const std::string& entity_path)>;

  // Adds itself to the observers of `zookeeper`.
  ConfigChangeListener(zk::ZooKeeper& zookeeper, const Clock& clock, OnChange on_change);
  ~ConfigChangeListener() override;
  ConfigChangeListener(const ConfigChangeListener&) = delete;
  ConfigChangeListener& operator=(const ConfigChangeListener&) = delete;

  // Begins to watch. Called once for each session, when /config/changes is there.
  void listen();

  void on_watch_event(zk::WatchEvent event, const std::string& path) override;
  void on_session_established() override {}
  void on_session_expired() override {}

 private:
  void on_children(const std::vector<std::string>& children);
  void read(const std::string& child);
  void on_notification(const std::string& child, const zk::DataAnswer& answer);
  void remove_if_expired(const std::string& child, std::int64_t created_ms);

  // Fixed at construction
  zk::ZooKeeper& zookeeper_;
  const Clock& clock_;
  const OnChange on_change_;
  // Emptied by the destructor: callbacks that ZooKeeper still holds then do nothing.
  std::shared_ptr<ConfigChangeListener*> alive_;

  std::int32_t last_change_ = -1;                // the highest number that was told
  std::map<std::string, std::int64_t> created_;  // ctime of those that stand there, ms
};

}  // namespace barnabas::replica
