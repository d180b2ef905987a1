// The listeners of a broker: where it binds, and what it tells others to connect to.
//
// Threads  immutable.
// Failure  ConfigError, in Kafka's words.
// Source   Kafka 3.9, CoreUtils.listenerListToEndPoints, KafkaConfig.validateValues
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::config {

struct Listener {
  std::string name;               // upper case
  std::string security_protocol;  // PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL
  std::string host;               // empty: all addresses; IPv6 without brackets
  std::int32_t port = 0;
  bool operator==(const Listener&) const = default;
};

// Listener name -> security protocol.
using SecurityProtocolMap = std::map<std::string, std::string>;

// Upper case. Error: blank.
std::string normalised_listener_name(std::string_view name);

// `INTERNAL:PLAINTEXT,EXTERNAL:SSL`; names become upper case.
SecurityProtocolMap parse_security_protocol_map(std::string_view text);

// `NAME://host:port,...`. Names are distinct; so are ports when `distinct_ports` (port 0 apart),
// but for one IPv4 and one IPv6 address that may share one.
std::vector<Listener> parse_listeners(std::string_view text, const SecurityProtocolMap& protocols,
                                      bool distinct_ports);

}  // namespace barnabas::config
