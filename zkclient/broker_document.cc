// /brokers/ids/N, the one document whose fields are texts to be taken apart.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "zkclient/documents.h"
#include "zkclient/json.h"
#include "zkclient/znodes.pb.h"

namespace barnabas::zk {
namespace {

constexpr std::string_view kRegistration = "broker registration";
constexpr std::string_view kPlaintext = "PLAINTEXT";

// Of a registration without listener_security_protocol_map the listeners are named by protocol.
bool is_security_protocol(std::string_view name) {
  return name == kPlaintext || name == "SSL" || name == "SASL_PLAINTEXT" || name == "SASL_SSL";
}

// "LISTENER://host:port"; the security protocol is left empty.
std::optional<Endpoint> parse_connection_string(std::string_view text) {
  const auto scheme = text.find("://");
  const auto colon = text.rfind(':');
  if (scheme == std::string_view::npos || scheme == 0 || colon < scheme + 3) return std::nullopt;
  std::string_view host = text.substr(scheme + 3, colon - scheme - 3);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view port_text = text.substr(colon + 1);
  Endpoint endpoint;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), endpoint.port);
  if (error != std::errc{} || end != port_text.data() + port_text.size()) return std::nullopt;
  endpoint.listener = text.substr(0, scheme);
  endpoint.host = host;
  return endpoint;
}

Result<std::vector<Endpoint>> read_endpoints(const json::Broker& document, std::string_view text) {
  if (document.version() == 1) {
    if (!document.host().has_string_value() || !document.has_port()) {
      return malformed(kRegistration, "host or port is missing", text);
    }
    return std::vector<Endpoint>{{std::string(kPlaintext), std::string(kPlaintext),
                                  document.host().string_value(), document.port()}};
  }
  std::vector<Endpoint> endpoints;
  const auto& protocols = document.listener_security_protocol_map();
  for (const std::string& connection_string : document.endpoints()) {
    auto endpoint = parse_connection_string(connection_string);
    if (!endpoint) return malformed(kRegistration, "an endpoint is not LISTENER://host:port", text);
    if (const auto protocol = protocols.find(endpoint->listener); protocol != protocols.end()) {
      endpoint->security_protocol = protocol->second;
    } else if (protocols.empty()) {
      endpoint->security_protocol = endpoint->listener;
    }
    if (!is_security_protocol(endpoint->security_protocol)) {
      return malformed(kRegistration,
                       fmt::format("no security protocol for listener {}", endpoint->listener),
                       text);
    }
    endpoints.push_back(*std::move(endpoint));
  }
  return endpoints;
}

}  // namespace

std::string to_connection_string(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", endpoint.listener, ipv6 ? "[" : "", endpoint.host,
                     ipv6 ? "]" : "", endpoint.port);
}

std::string BrokerZnode::encode() const {
  json::Broker document;
  document.set_version(5);
  // Host and port of the document are for clients that know PLAINTEXT only.
  const auto plaintext = std::ranges::find(endpoints, kPlaintext, &Endpoint::security_protocol);
  if (plaintext != endpoints.end()) {
    document.mutable_host()->set_string_value(plaintext->host);
    document.set_port(plaintext->port);
  } else {
    document.mutable_host()->set_null_value(google::protobuf::NULL_VALUE);
    document.set_port(-1);
  }
  document.set_jmx_port(jmx_port);
  document.set_timestamp(timestamp);
  for (const Endpoint& endpoint : endpoints) {
    document.add_endpoints(to_connection_string(endpoint));
    (*document.mutable_listener_security_protocol_map())[endpoint.listener] =
        endpoint.security_protocol;
  }
  if (rack) document.set_rack(*rack);
  for (const auto& [name, range] : features) {
    auto& versions = (*document.mutable_features())[name];
    versions.set_min_version(range.min_version);
    versions.set_max_version(range.max_version);
  }
  return to_json(document);
}

Result<BrokerZnode> BrokerZnode::decode(std::string_view text) {
  json::Broker document;
  TRY_VOID(from_json(kRegistration, text, document));
  if (document.version() < 1) return malformed(kRegistration, "unsupported version", text);
  BrokerZnode broker;
  TRY(broker.endpoints, read_endpoints(document, text));
  if (document.has_rack()) broker.rack = document.rack();
  if (document.has_jmx_port()) broker.jmx_port = document.jmx_port();
  if (document.has_timestamp()) broker.timestamp = document.timestamp();
  for (const auto& [name, range] : document.features()) {
    if (!range.has_min_version() || !range.has_max_version()) {
      return malformed(kRegistration, fmt::format("feature {} has no version range", name), text);
    }
    broker.features[name] = {range.min_version(), range.max_version()};
  }
  return broker;
}

}  // namespace barnabas::zk
