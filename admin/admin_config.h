// What a user says about the connection to a cluster: --bootstrap-server and --command-config.
//
// Threads  a value type.
// Failure  ConfigError, in Kafka's words.
// Source   Kafka 3.9, AdminClientConfig.java, ClientUtils.java
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "config/properties.h"

namespace barnabas::admin {

struct HostPort {
  std::string host;  // IPv6 without brackets
  std::int32_t port = 0;
  bool operator==(const HostPort&) const = default;
};

// `host:port,...`, as bootstrap.servers.
std::vector<HostPort> parse_bootstrap_servers(std::string_view text);

// Throws for a security.protocol that is not there yet, instead of a connection that nobody
// answers.
void require_plaintext(const config::Properties& properties);

struct AdminConfig {
  // `properties` are the lines of the user's file; `bootstrap_servers` ranks above theirs.
  static AdminConfig from(config::Properties properties, std::string_view bootstrap_servers);

  std::vector<HostPort> bootstrap_servers;
  std::string client_id = "adminclient-1";
  Duration request_timeout = seconds(30);
  Duration default_api_timeout = seconds(60);
  Duration retry_backoff = milliseconds(100);
  Duration retry_backoff_max = seconds(1);
  Duration reconnect_backoff = milliseconds(50);
  Duration reconnect_backoff_max = seconds(1);
};

}  // namespace barnabas::admin
