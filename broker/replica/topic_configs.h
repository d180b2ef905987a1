// The configuration of topics: the broker's defaults, overridden by /config/topics/<topic>.
//
// Threads  ensure_loaded and its callback: the coordination executor (that of the ZooKeeper
//          session). get and overrides: any thread.
// Source   Kafka 3.9, kafka/server/ConfigHandler.scala; key names: LogConfig.java
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/mutex.h"
#include "broker/log/log_config.h"
#include "zkclient/zookeeper.h"

namespace barnabas::replica {

// Sets the fields that `overrides` names; keys that no log uses are ignored, as is a value that does
// not parse (it was validated when it was written).
log::LogConfig apply_overrides(log::LogConfig config,
                               const std::map<std::string, std::string>& overrides);

class TopicConfigs {
 public:
  TopicConfigs(zk::ZooKeeper& zookeeper, log::LogConfig broker_defaults);
  ~TopicConfigs();
  TopicConfigs(const TopicConfigs&) = delete;
  TopicConfigs& operator=(const TopicConfigs&) = delete;

  // Reads the overrides of the topics that are not known yet, then calls `done`: true when all
  // topics are known. A topic without a node has the defaults. False: the session has expired;
  // the caller leaves the matter to a retry. When nothing is to be read, `done` is called at once.
  void ensure_loaded(const std::vector<std::string>& topics, std::function<void(bool)> done);

  // What is known of a topic; the defaults when nothing is.
  log::LogConfig get(std::string_view topic) const;
  // The overrides as the document has them; empty when none are known.
  std::map<std::string, std::string> overrides(std::string_view topic) const;
  // Forgets a deleted topic, so that a new one of its name is read again.
  void forget(std::string_view topic);

 private:
  struct Known {
    std::map<std::string, std::string> overrides;
    log::LogConfig config;
  };
  void store(const std::string& topic, std::map<std::string, std::string> overrides);

  // Fixed at construction
  zk::ZooKeeper& zookeeper_;
  const log::LogConfig defaults_;
  // Outlives us in the callbacks that ZooKeeper still holds, which then do nothing.
  std::shared_ptr<TopicConfigs*> alive_;

  mutable Mutex mu_;
  std::map<std::string, Known, std::less<>> topics_ GUARDED_BY(mu_);
};

}  // namespace barnabas::replica
