#include "config/listeners.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <regex>
#include <set>

#include "config/blanks.h"
#include "config/properties.h"

namespace barnabas::config {
namespace {

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
  return result;
}

std::vector<std::string_view> split_csv(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (const auto part = trim_blanks(text.substr(0, comma)); !part.empty()) parts.push_back(part);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

enum class HostKind { kName, kIpv4, kIpv6 };

HostKind host_kind(const std::string& host) {
  in6_addr address;
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return HostKind::kIpv4;
  if (inet_pton(AF_INET6, host.c_str(), &address) == 1) return HostKind::kIpv6;
  return HostKind::kName;
}

Listener parse_listener(std::string_view entry, const SecurityProtocolMap& protocols) {
  // The name is greedy, as in Kafka: all before the last "://".
  static const std::regex kShape(R"((.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+))");
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_match(entry.begin(), entry.end(), match, kShape)) {
    throw ConfigError(fmt::format("Unable to parse {} to a broker endpoint", entry));
  }
  Listener listener;
  listener.name = normalised_listener_name(match[1].str());
  listener.host = match[2].str();
  if (listener.host.ends_with(']')) listener.host.pop_back();
  const std::string port = match[3].str();
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), listener.port);
  if (parsed.ec != std::errc{}) {
    throw ConfigError(fmt::format("For input string: \"{}\"", port));
  }
  if (listener.port < 0 || listener.port > 65535) {
    throw ConfigError(fmt::format("port {} of {} must be between 0 and 65535", port, entry));
  }
  const auto protocol = protocols.find(listener.name);
  if (protocol == protocols.end()) {
    throw ConfigError(fmt::format("No security protocol defined for listener {}", listener.name));
  }
  listener.security_protocol = protocol->second;
  return listener;
}

void check_distinct_ports(const std::vector<Listener>& listeners, std::string_view text) {
  std::map<std::int32_t, std::vector<const Listener*>> by_port;
  for (const Listener& listener : listeners) {
    if (listener.port != 0) by_port[listener.port].push_back(&listener);
  }
  for (const auto& [port, same] : by_port) {
    if (same.size() == 1) continue;
    std::size_t ipv4 = 0;
    std::size_t ipv6 = 0;
    for (const Listener* listener : same) {
      ipv4 += host_kind(listener->host) == HostKind::kIpv4;
      ipv6 += host_kind(listener->host) == HostKind::kIpv6;
    }
    if (same.size() == 2 && ipv4 == 1 && ipv6 == 1) continue;
    if (same.size() - ipv4 - ipv6 > 1) {
      throw ConfigError(
          fmt::format("Each listener must have a different port, listeners: {}", text));
    }
    if (ipv4 + ipv6 > 2) {
      throw ConfigError(
          fmt::format("Each listener must have a different port unless exactly one listener has an "
                      "IPv4 address and the other IPv6 address, listeners: {}, port: {}",
                      text, port));
    }
    throw ConfigError(
        fmt::format("If you have two listeners on the same port then one needs to be IPv4 and the "
                    "other IPv6, listeners: {}, port: {}",
                    text, port));
  }
}

}  // namespace

std::string normalised_listener_name(std::string_view name) {
  if (trim_blanks(name).empty()) {
    throw ConfigError("The provided listener name is null or empty string");
  }
  return upper(name);
}

SecurityProtocolMap parse_security_protocol_map(std::string_view text) {
  static const std::set<std::string> kKnown{"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  SecurityProtocolMap protocols;
  for (const std::string_view entry : split_csv(text)) {
    const std::size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos) {
      throw ConfigError(
          fmt::format("Error parsing configuration property 'listener.security.protocol.map': '{}' "
                      "must have the form listener_name:security_protocol",
                      entry));
    }
    const std::string_view protocol = trim_blanks(entry.substr(colon + 1));
    if (!kKnown.contains(upper(protocol))) {
      throw ConfigError(fmt::format(
          "Invalid security protocol `{}` defined in listener.security.protocol.map", protocol));
    }
    protocols[normalised_listener_name(trim_blanks(entry.substr(0, colon)))] = upper(protocol);
  }
  return protocols;
}

std::vector<Listener> parse_listeners(std::string_view text, const SecurityProtocolMap& protocols,
                                      bool distinct_ports) {
  std::vector<Listener> listeners;
  try {
    for (const std::string_view entry : split_csv(text)) {
      listeners.push_back(parse_listener(entry, protocols));
    }
  } catch (const ConfigError& error) {
    throw ConfigError(
        fmt::format("Error creating broker listeners from '{}': {}", text, error.what()));
  }
  std::set<std::string> names;
  for (const Listener& listener : listeners) names.insert(listener.name);
  if (names.size() != listeners.size()) {
    throw ConfigError(fmt::format("Each listener must have a different name, listeners: {}", text));
  }
  if (distinct_ports) check_distinct_ports(listeners, text);
  return listeners;
}

}  // namespace barnabas::config
