#include "admin/admin_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <regex>

#include "admin/client_properties.h"

namespace barnabas::admin {
std::vector<HostPort> parse_bootstrap_servers(std::string_view text) {
  static const std::regex kShape(R"((?:[A-Za-z_]+://)?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+))");
  std::vector<HostPort> servers;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view url = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (url.starts_with(' ')) url.remove_prefix(1);
    while (url.ends_with(' ')) url.remove_suffix(1);
    if (url.empty()) continue;
    std::match_results<std::string_view::const_iterator> match;
    HostPort server;
    bool valid = std::regex_match(url.begin(), url.end(), match, kShape) && match[1].length() > 0;
    if (valid) {
      server.host = match[1].str();
      const std::string port = match[2].str();
      valid =
          std::from_chars(port.data(), port.data() + port.size(), server.port).ec == std::errc{} &&
          server.port <= 65535;
    }
    if (!valid) {
      throw config::ConfigError(fmt::format("Invalid url in bootstrap.servers: {}", url));
    }
    servers.push_back(std::move(server));
  }
  if (servers.empty()) {
    throw config::ConfigError("No resolvable bootstrap urls given in bootstrap.servers");
  }
  return servers;
}

void require_plaintext(const config::Properties& properties) {
  const auto protocol = properties.find("security.protocol");
  if (protocol == properties.end()) return;
  std::string name = protocol->second;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  if (name != "PLAINTEXT") {
    throw config::ConfigError(
        fmt::format("Invalid value {} for configuration security.protocol: PLAINTEXT is the only "
                    "one supported yet",
                    protocol->second));
  }
}

AdminConfig AdminConfig::from(config::Properties properties, std::string_view bootstrap_servers) {
  properties["bootstrap.servers"] = bootstrap_servers;
  AdminConfig config;
  config.bootstrap_servers = parse_bootstrap_servers(properties["bootstrap.servers"]);
  if (const auto id = properties.find("client.id"); id != properties.end()) {
    config.client_id = id->second;
  }
  require_plaintext(properties);
  config.request_timeout =
      java_duration<std::int32_t>(properties, "request.timeout.ms", config.request_timeout);
  config.default_api_timeout =
      java_duration<std::int32_t>(properties, "default.api.timeout.ms", config.default_api_timeout);
  config.retry_backoff =
      java_duration<std::int64_t>(properties, "retry.backoff.ms", config.retry_backoff);
  config.retry_backoff_max =
      java_duration<std::int64_t>(properties, "retry.backoff.max.ms", config.retry_backoff_max);
  config.reconnect_backoff =
      java_duration<std::int64_t>(properties, "reconnect.backoff.ms", config.reconnect_backoff);
  config.reconnect_backoff_max = java_duration<std::int64_t>(properties, "reconnect.backoff.max.ms",
                                                             config.reconnect_backoff_max);
  return config;
}

}  // namespace barnabas::admin
