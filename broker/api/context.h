// Everything a handler may use, handed to it as one argument. `server` fills it once, before the
// first request.
//
// Threads  The references are immutable; what they refer to says its own rule.
#pragma once

#include <string>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/ids.h"

namespace barnabas::config {
struct BrokerConfig;
}
namespace barnabas::controller {
class Controller;
}
namespace barnabas::group {
class GroupCoordinator;
}
namespace barnabas::replica {
class FetchSessionCache;
class MetadataCache;
class ReplicaManager;
class TopicConfigs;
}  // namespace barnabas::replica
namespace barnabas::zk {
class ZooKeeper;
}

namespace barnabas::api {

class AutoTopicCreation;
class ProducerIdManager;

struct Context {
  BrokerId broker_id;
  std::string cluster_id;  // as in /cluster/id: 22 characters

  const config::BrokerConfig& config;
  const Clock& clock;
  Executor& coordination;
  zk::ZooKeeper& zookeeper;

  replica::ReplicaManager& replicas;
  replica::FetchSessionCache& fetch_sessions;
  replica::MetadataCache& metadata;
  replica::TopicConfigs& topic_configs;
  controller::Controller& controller;
  group::GroupCoordinator& groups;
  ProducerIdManager& producer_ids;
  AutoTopicCreation& topic_creation;
};

}  // namespace barnabas::api
