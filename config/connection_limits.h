// How many connections a broker takes, and how fast: in all, by client address and by listener.
//
// Threads  immutable values, free functions.
// Failure  ConfigError, in Kafka's words.
// Source   Kafka 3.9, KafkaConfig.scala, ConnectionQuotas in SocketServer.scala
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "config/listeners.h"
#include "config/properties.h"

namespace barnabas::config {

struct ListenerLimits {
  std::int32_t max_connections = 0;
  std::int32_t max_connection_creation_rate = 0;  // a second
};

// `host:count,...` of max.connections.per.ip.overrides.
std::map<std::string, std::int32_t> parse_per_ip_overrides(std::string_view text);

// A listener's own `listener.name.<name>.<key>`, else the broker's `key`.
std::map<std::string, ListenerLimits> limits_by_listener(const Properties& properties,
                                                         const std::vector<Listener>& listeners);

// True for `listener.name.<name>.<key>` of a key that a listener may have for itself.
bool is_listener_limit(std::string_view name);

}  // namespace barnabas::config
