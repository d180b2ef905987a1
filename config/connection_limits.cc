#include "config/connection_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "broker/base/check.h"
#include "config/blanks.h"
#include "config/config_key.h"
#include "config/config_value.h"

namespace barnabas::config {
namespace {

constexpr std::string_view kListenerPrefix = "listener.name.";
constexpr std::string_view kMaxConnections = "max.connections";
constexpr std::string_view kMaxCreationRate = "max.connection.creation.rate";
constexpr std::string_view kPerIpOverrides = "max.connections.per.ip.overrides";

[[noreturn]] void refuse_overrides(const std::string& reason) {
  throw ConfigError(
      fmt::format("Error parsing configuration property '{}': {}", kPerIpOverrides, reason));
}

bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) -> bool {
    return std::isalnum(c) ||
           std::string_view("-._%:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::int32_t limit_of(const Properties& properties, const Listener& listener,
                      std::string_view name) {
  const ConfigKey* key = find_broker_key(name);
  CHECK(key != nullptr);
  std::string lower = listener.name;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto found = properties.find(fmt::format("{}{}.{}", kListenerPrefix, lower, name));
  if (found == properties.end()) found = properties.find(std::string(name));
  const ConfigValue value =
      parse_value(*key, found == properties.end() ? *key->default_value : found->second);
  return static_cast<std::int32_t>(std::get<std::int64_t>(value));
}

}  // namespace

std::map<std::string, std::int32_t> parse_per_ip_overrides(std::string_view text) {
  std::map<std::string, std::int32_t> overrides;
  text = trim_blanks(text);
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view entry = trim_blanks(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos) refuse_overrides(fmt::format("no ':' in '{}'", entry));
    const std::string host(trim_blanks(entry.substr(0, colon)));
    const std::string_view count = trim_blanks(entry.substr(colon + 1));
    std::int32_t number = 0;
    const auto parsed = std::from_chars(count.data(), count.data() + count.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != count.data() + count.size()) {
      throw ConfigError(fmt::format("For input string: \"{}\"", count));
    }
    if (!is_host(host)) {
      throw ConfigError(fmt::format("{} contains invalid addresses : {}", kPerIpOverrides, host));
    }
    overrides[host] = number;
  }
  return overrides;
}

std::map<std::string, ListenerLimits> limits_by_listener(const Properties& properties,
                                                         const std::vector<Listener>& listeners) {
  std::map<std::string, ListenerLimits> limits;
  for (const Listener& listener : listeners) {
    limits[listener.name] = {
        .max_connections = limit_of(properties, listener, kMaxConnections),
        .max_connection_creation_rate = limit_of(properties, listener, kMaxCreationRate)};
  }
  return limits;
}

bool is_listener_limit(std::string_view name) {
  const std::string_view key = listener_override_base(name);
  return key == kMaxConnections || key == kMaxCreationRate;
}

}  // namespace barnabas::config
