#include "config/topic_config.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "config/config_key.h"
#include "config/config_value.h"

namespace barnabas::config {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

using Values = std::map<std::string_view, ConfigValue>;

std::int64_t number(const Values& values, std::string_view key) {
  return std::get<std::int64_t>(values.at(key));
}

std::int64_t log_retention_ms(const BrokerConfig& broker) {
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto set = [&](std::string_view key) {
    return std::get_if<std::int64_t>(&broker.values.find(key)->second);
  };
  std::int64_t retention_ms;
  if (const auto* ms = set("log.retention.ms")) {
    retention_ms = *ms;
  } else if (const auto* minutes = set("log.retention.minutes")) {
    retention_ms = *minutes * kMinuteMs;
  } else {
    retention_ms = *set("log.retention.hours") * 60 * kMinuteMs;
  }
  return retention_ms < 0 ? -1 : retention_ms;
}

// What a topic without configs of its own has on this broker.
Values broker_defaults(const BrokerConfig& broker) {
  Values values;
  for (const ConfigKey& key : topic_keys()) {
    const auto found = broker.values.find(key.synonym);
    values[key.name] =
        found != broker.values.end() ? found->second : parse_value(key, *key.default_value);
  }
  // Where several broker keys make one value.
  values["segment.ms"] = broker.log_roll_ms;
  values["segment.jitter.ms"] = broker.log_roll_jitter_ms;
  values["flush.ms"] = broker.log_flush_interval_ms;
  values["message.timestamp.before.max.ms"] = broker.log_message_timestamp_before_max_ms;
  values["message.timestamp.after.max.ms"] = broker.log_message_timestamp_after_max_ms;
  values["retention.ms"] = log_retention_ms(broker);
  return values;
}

Values kafka_defaults() {
  Values values;
  for (const ConfigKey& key : topic_keys()) {
    values[key.name] = parse_value(key, *key.default_value);
  }
  return values;
}

// The rules between values that Kafka has, in its words.
std::optional<TopicConfigProblem> check_together(const Values& values, bool on_broker) {
  const std::int64_t min_lag = number(values, "min.compaction.lag.ms");
  const std::int64_t max_lag = number(values, "max.compaction.lag.ms");
  if (min_lag > max_lag) {
    return TopicConfigProblem{fmt::format(
        "conflict topic config setting min.compaction.lag.ms ({}) > max.compaction.lag.ms ({})",
        min_lag, max_lag)};
  }
  if (!on_broker) return std::nullopt;
  if (std::get<bool>(values.at("remote.log.delete.on.disable")) ||
      std::get<bool>(values.at("remote.log.copy.disable"))) {
    return TopicConfigProblem{
        "It is invalid to set `remote.log.delete.on.disable` or `remote.log.copy.disable` under "
        "Zookeeper's mode."};
  }
  if (std::get<bool>(values.at("remote.storage.enable"))) {
    return TopicConfigProblem{
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with "
        "remote log storage.",
        true};
  }
  return std::nullopt;
}

std::optional<TopicConfigProblem> validate(Values values, const Properties& overrides,
                                           bool on_broker) {
  for (const auto& [name, value] : overrides) {
    if (find_topic_key(name) == nullptr) {
      return TopicConfigProblem{*validate_topic_config(name, value)};
    }
  }
  for (const auto& [name, text] : overrides) {
    if (auto problem = validate_topic_config(name, text)) {
      return TopicConfigProblem{std::move(*problem), true};
    }
    const ConfigKey& key = *find_topic_key(name);
    values[key.name] = parse_value(key, text);
  }
  return check_together(values, on_broker);
}

std::optional<std::string> message_of(std::optional<TopicConfigProblem> problem) {
  if (!problem) return std::nullopt;
  return std::move(problem->message);
}

}  // namespace

std::optional<std::string> validate_topic_config(std::string_view name, std::string_view value) {
  const ConfigKey* key = find_topic_key(name);
  if (key == nullptr) return fmt::format("Unknown topic config name: {}", name);
  try {
    parse_value(*key, value);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return std::nullopt;
}

std::optional<TopicConfigProblem> check_topic_configs(const BrokerConfig& broker,
                                                      const Properties& overrides) {
  return validate(broker_defaults(broker), overrides, true);
}

std::optional<std::string> validate_topic_configs(const BrokerConfig& broker,
                                                  const Properties& overrides) {
  return message_of(check_topic_configs(broker, overrides));
}

std::optional<std::string> validate_topic_configs(const Properties& overrides) {
  return message_of(validate(kafka_defaults(), overrides, false));
}

std::map<std::string_view, ConfigValue> topic_values(const BrokerConfig& broker,
                                                     const Properties& overrides) {
  Values values = broker_defaults(broker);
  for (const auto& [name, text] : overrides) {
    if (validate_topic_config(name, text)) continue;
    const ConfigKey& key = *find_topic_key(name);
    values[key.name] = parse_value(key, text);
  }
  return values;
}

std::vector<const ConfigKey*> topic_configs_without_effect(const Properties& overrides) {
  std::vector<const ConfigKey*> found;
  for (const auto& [name, text] : overrides) {
    const ConfigKey* key = find_topic_key(name);
    if (key == nullptr || key->support != Support::kNotYet || validate_topic_config(name, text))
      continue;
    const bool is_default =
        key->default_value && parse_value(*key, text) == parse_value(*key, *key->default_value);
    if (!is_default) found.push_back(key);
  }
  return found;
}

TopicConfig make_topic_config(const BrokerConfig& broker, const Properties& overrides) {
  const Values values = topic_values(broker, overrides);
  const auto int32 = [&](std::string_view key) {
    return static_cast<std::int32_t>(number(values, key));
  };
  TopicConfig config;
  config.segment_bytes = int32("segment.bytes");
  config.segment_ms = number(values, "segment.ms");
  config.segment_jitter_ms = number(values, "segment.jitter.ms");
  config.retention_ms = number(values, "retention.ms");
  config.retention_bytes = number(values, "retention.bytes");
  config.segment_index_bytes = int32("segment.index.bytes");
  config.index_interval_bytes = int32("index.interval.bytes");
  config.max_message_bytes = int32("max.message.bytes");
  config.message_timestamp_type = std::get<std::string>(values.at("message.timestamp.type"));
  config.message_timestamp_before_max_ms = number(values, "message.timestamp.before.max.ms");
  config.message_timestamp_after_max_ms = number(values, "message.timestamp.after.max.ms");
  // The deprecated two-sided limit stands in where a one-sided one is at its default.
  for (std::int64_t* limit :
       {&config.message_timestamp_before_max_ms, &config.message_timestamp_after_max_ms}) {
    if (*limit == kUnlimited) *limit = number(values, "message.timestamp.difference.max.ms");
  }
  config.flush_messages = number(values, "flush.messages");
  config.flush_ms = number(values, "flush.ms");
  config.file_delete_delay_ms = number(values, "file.delete.delay.ms");
  config.min_insync_replicas = int32("min.insync.replicas");
  config.compression_type = std::get<std::string>(values.at("compression.type"));
  config.compression_gzip_level = int32("compression.gzip.level");
  config.compression_lz4_level = int32("compression.lz4.level");
  config.compression_zstd_level = int32("compression.zstd.level");
  config.message_downconversion_enable = std::get<bool>(values.at("message.downconversion.enable"));
  config.unclean_leader_election_enable =
      std::get<bool>(values.at("unclean.leader.election.enable"));
  config.cleanup_policy = std::get<std::vector<std::string>>(values.at("cleanup.policy"));
  return config;
}

}  // namespace barnabas::config
