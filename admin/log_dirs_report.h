// What kafka-log-dirs prints: one line of JSON, its parts in the order of Java's hash maps.
//
// Threads  free functions.
// Source   Kafka 3.9, LogDirsCommand.java
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "admin/log_client.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

using BrokerLogDirs = std::pair<BrokerId, std::vector<LogDirReport>>;

// `topics` empty: all of them. Without a line end.
std::string log_dirs_json(const std::vector<BrokerLogDirs>& brokers,
                          const std::set<std::string>& topics);

// "1,2,3", as Java prints a set of them.
std::string broker_list(const std::set<BrokerId>& brokers);

}  // namespace barnabas::admin
