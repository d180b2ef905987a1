// What takes more than one operation, or more than a look at the answer, on any zk::ZooKeeper.
//
// Echo     A re-sent write may find its own first try: NODE_EXISTS, BAD_VERSION or NO_NODE with
//          `resent`. The functions here read the node and answer as the first try would have been
//          answered; `data` must then tell our write from another's.
// Threads  bound to the executor of the ZooKeeper session; callbacks are called once, later.
// Failure  the answer's error; SESSION_EXPIRED ends any of them.
// Source   Kafka 3.9, kafka/zk/KafkaZkClient.scala (createRecursive, retryRequestUntilConnected)
#pragma once

#include <functional>
#include <string>

#include "zkclient/zookeeper.h"

namespace barnabas::zk {

// A persistent node, and the nodes above it, without data, where they are missing.
void create_recursive(ZooKeeper& zookeeper, std::string path, std::string data,
                      ZooKeeper::Callback<CreateAnswer> done);

// Writes the node whatever its version, or creates it with the nodes above it.
void set_or_create(ZooKeeper& zookeeper, std::string path, std::string data,
                   ZooKeeper::Callback<Answer> done);

// A conditional write: `version` is not kAnyVersion.
void set_data_settled(ZooKeeper& zookeeper, std::string path, std::string data,
                      std::int32_t version, ZooKeeper::Callback<StatAnswer> done);

}  // namespace barnabas::zk
