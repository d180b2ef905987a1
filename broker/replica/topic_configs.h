// The configuration of topics: the broker's defaults, overridden by /config/topics/<topic>.
//
// Threads  ensure_loaded, read and their callbacks: the executor of the ZooKeeper session. The
// others: any
//          thread.
// Source   Kafka 3.9, kafka/server/ConfigHandler.scala
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/mutex.h"
#include "broker/log/log_config.h"
#include "zkclient/zookeeper.h"

namespace barnabas::replica {

class TopicConfigs {
 public:
  using Overrides = std::map<std::string, std::string>;
  using OverridesOfTopics = std::map<std::string, Overrides>;
  // What the broker's configuration and a topic's overrides make together; `config` knows.
  using Resolve = std::function<log::LogConfig(const Overrides&)>;

  TopicConfigs(zk::ZooKeeper& zookeeper, Resolve resolve);
  ~TopicConfigs();
  TopicConfigs(const TopicConfigs&) = delete;
  TopicConfigs& operator=(const TopicConfigs&) = delete;

  // Reads the overrides of the topics that are not known yet, then calls `done`: true when all
  // topics are known. A topic without a node has the defaults. False: ZooKeeper did not say (its
  // session expired); the caller leaves the matter to a retry. `done` may be called at once.
  void ensure_loaded(const std::vector<std::string>& topics, std::function<void(bool)> done);

  // Reads what ZooKeeper holds now of the topics, and where a topic is known already, goes by it
  // from now on. A topic without a node has no overrides. nullopt: ZooKeeper did not say. `done`
  // may be called at once.
  void read(const std::vector<std::string>& topics,
            std::function<void(std::optional<OverridesOfTopics>)> done);

  // What is known of a topic; the defaults when nothing is.
  log::LogConfig get(std::string_view topic) const;
  // The overrides as the document has them; empty when none are known.
  Overrides overrides(std::string_view topic) const;
  std::vector<std::string> known_topics() const;
  // Forgets a deleted topic, so that a new one of its name is read again.
  void forget(std::string_view topic);

 private:
  struct Known {
    Overrides overrides;
    log::LogConfig config;
  };
  struct Reading;
  bool is_known(const std::string& topic) const;
  void store(const std::string& topic, Overrides overrides);

  // Fixed at construction
  zk::ZooKeeper& zookeeper_;
  const Resolve resolve_;
  const log::LogConfig defaults_;
  // Emptied by the destructor: callbacks that ZooKeeper still holds then do nothing.
  std::shared_ptr<TopicConfigs*> alive_;

  mutable Mutex mu_;
  std::map<std::string, Known, std::less<>> topics_ GUARDED_BY(mu_);
};

}  // namespace barnabas::replica
