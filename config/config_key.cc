#include "config/config_key.h"

#include <algorithm>

namespace barnabas::config {
namespace {

const ConfigKey* find_key(std::span<const ConfigKey> keys, std::string_view name) {
  const auto at = std::ranges::lower_bound(keys, name, {}, &ConfigKey::name);
  return at != keys.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

std::string_view type_name(ConfigType type) {
  switch (type) {
    case ConfigType::kUnknown:
      return "UNKNOWN";
    case ConfigType::kBoolean:
      return "BOOLEAN";
    case ConfigType::kString:
      return "STRING";
    case ConfigType::kInt:
      return "INT";
    case ConfigType::kShort:
      return "SHORT";
    case ConfigType::kLong:
      return "LONG";
    case ConfigType::kDouble:
      return "DOUBLE";
    case ConfigType::kList:
      return "LIST";
    case ConfigType::kClass:
      return "CLASS";
    case ConfigType::kPassword:
      return "PASSWORD";
  }
  return "UNKNOWN";
}

const ConfigKey* find_broker_key(std::string_view name) {
  return find_key(broker_keys(), name);
}

const ConfigKey* find_topic_key(std::string_view name) {
  return find_key(topic_keys(), name);
}

std::string_view listener_override_base(std::string_view name) {
  constexpr std::string_view kPrefix = "listener.name.";
  // Behind the listener's name these have that of a SASL mechanism.
  constexpr std::string_view kOfMechanisms[] = {
      "sasl.jaas.config", "sasl.login.callback.handler.class", "sasl.login.class",
      "sasl.server.callback.handler.class", "connections.max.reauth.ms"};
  if (!name.starts_with(kPrefix)) return {};
  const auto dot = name.find('.', kPrefix.size());
  if (dot == std::string_view::npos) return {};
  const std::string_view base = name.substr(dot + 1);
  for (const std::string_view key : kOfMechanisms) {
    if (base.ends_with(key)) return key;
  }
  return base;
}

std::vector<std::string_view> broker_synonyms(std::string_view name) {
  static const std::vector<std::vector<std::string_view>> kGroups{
      {"log.roll.ms", "log.roll.hours"},
      {"log.roll.jitter.ms", "log.roll.jitter.hours"},
      {"log.retention.ms", "log.retention.minutes", "log.retention.hours"},
  };
  for (const auto& group : kGroups) {
    if (std::ranges::find(group, name) != group.end()) return group;
  }
  // Not the other way round: the scheduler's period is a setting of its own.
  if (name == "log.flush.interval.ms") return {name, "log.flush.scheduler.interval.ms"};
  if (const auto base = listener_override_base(name); !base.empty()) return {name, base};
  return {name};
}

}  // namespace barnabas::config
