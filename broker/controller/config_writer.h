// Writes the config node of a topic, and tells the brokers that it has changed.
//
// Invariants  A write is fenced by /controller staying who it is. Of two writers the last one wins,
//             as in Kafka.
// Threads     bound to the executor of the ZooKeeper session; a callback is called once, later.
// Failure     STALE_CONTROLLER_EPOCH: there is no controller, or another one meanwhile;
//             NOT_CONTROLLER: the session has expired; UNKNOWN_SERVER_ERROR.
// Source      Kafka 3.9, KafkaZkClient.setOrCreateEntityConfigs, AdminZkClient.changeEntityConfig
#pragma once

#include <functional>
#include <map>
#include <string>

#include "broker/base/result.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

using ConfigOverrides = std::map<std::string, std::string>;
using ConfigWritten = std::function<void(Result<void>)>;

// Without a notification: for a topic that nobody knows yet.
void write_topic_config(zk::ZooKeeper& zookeeper, const std::string& topic,
                        const ConfigOverrides& configs, ConfigWritten done);

// `done` is called when the notification stands as well.
void change_topic_config(zk::ZooKeeper& zookeeper, const std::string& topic,
                         const ConfigOverrides& configs, ConfigWritten done);

}  // namespace barnabas::controller
