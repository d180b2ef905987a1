#include "config/broker_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "config/config_key.h"
#include "config/inter_broker_version.h"

namespace barnabas::config {
namespace {

// Scala's require: the message has this in front.
void require(bool condition, std::string_view message) {
  if (!condition) throw ConfigError(fmt::format("requirement failed: {}", message));
}

std::int64_t number(const BrokerConfig& config, std::string_view key) {
  return std::get<std::int64_t>(config.values.find(key)->second);
}

void check_identity(const BrokerConfig& config) {
  if (config.broker_id_generation_enable) {
    require(config.broker_id >= -1 && config.broker_id <= config.reserved_broker_max_id,
            "broker.id must be greater than or equal to -1 and not greater than "
            "reserved.broker.max.id");
  } else {
    require(config.broker_id >= 0, "broker.id must be greater than or equal to 0");
  }
}

void check_logs(const BrokerConfig& config) {
  require(config.log_roll_ms >= 1, "log.roll.ms must be greater than or equal to 1");
  require(config.log_roll_jitter_ms >= 0, "log.roll.jitter.ms must be greater than or equal to 0");
  for (const std::string_view key :
       {"log.retention.ms", "log.retention.minutes", "log.retention.hours"}) {
    const auto* retention = std::get_if<std::int64_t>(&config.values.find(key)->second);
    if (retention == nullptr) continue;
    // The first one that is set counts; every negative value means unlimited.
    require(*retention != 0,
            "log.retention.ms must be unlimited (-1) or, greater than or equal to 1");
    break;
  }
  require(!config.log_dirs.empty(),
          "At least one log directory must be defined via log.dirs or log.dir.");
  const std::int64_t cleaners = std::max<std::int64_t>(number(config, "log.cleaner.threads"), 1);
  require(number(config, "log.cleaner.dedupe.buffer.size") / cleaners > 1024 * 1024,
          "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.");
}

void check_replication(const BrokerConfig& config) {
  if (const auto& selector = config.replica_selector_class;
      selector && *selector != kLeaderSelector && *selector != kRackAwareReplicaSelector) {
    throw ConfigError(fmt::format(
        "Invalid value {} for configuration replica.selector.class: it must be {} or {}", *selector,
        kLeaderSelector, kRackAwareReplicaSelector));
  }
  require(
      config.replica_fetch_wait_max_ms <= config.replica_socket_timeout_ms,
      "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent "
      "unnecessary socket timeouts");
  require(config.replica_fetch_wait_max_ms <= config.replica_lag_time_max_ms,
          "replica.fetch.wait.max.ms should always be less than or equal to "
          "replica.lag.time.max.ms to prevent frequent changes in ISR");
}

void check_groups(const BrokerConfig& config) {
  constexpr std::int32_t kZstd = 4;  // the last one that Kafka knows
  if (config.offsets_topic_compression_codec < 0 ||
      config.offsets_topic_compression_codec > kZstd) {
    throw ConfigError(
        fmt::format("Unknown compression type id: {}", config.offsets_topic_compression_codec));
  }
  if (config.offsets_commit_required_acks < -1 ||
      config.offsets_commit_required_acks > config.offsets_topic_replication_factor) {
    throw ConfigError(
        "offsets.commit.required.acks must be greater or equal to -1 and less or equal to "
        "offsets.topic.replication.factor");
  }
}

void check_group_protocols(const BrokerConfig& config) {
  const auto& protocols = std::get<std::vector<std::string>>(
      config.values.find("group.coordinator.rebalance.protocols")->second);
  const auto has = [&protocols](std::string_view protocol) {
    return std::ranges::find(protocols, protocol) != protocols.end();
  };
  if (!has("classic")) throw ConfigError("Disabling the 'classic' protocol is not supported.");
  for (const std::string_view newer : {"consumer", "share"}) {
    if (has(newer)) {
      throw ConfigError(fmt::format(
          "The new '{}' rebalance protocol is only supported in KRaft cluster.", newer));
    }
  }
}

void check_inter_broker_protocol(const BrokerConfig& config) {
  const std::string& version = config.inter_broker_protocol_version;
  if (const auto problem = inter_broker_version_problem(version)) {
    throw ConfigError(fmt::format(
        "Invalid value {} for configuration inter.broker.protocol.version: {}", version, *problem));
  }
}

std::set<std::string> names_of(const std::vector<Listener>& listeners) {
  std::set<std::string> names;
  for (const Listener& listener : listeners) names.insert(listener.name);
  return names;
}

void check_listeners(const BrokerConfig& config) {
  const auto names = names_of(config.listeners);
  const auto advertised = names_of(config.advertised_listeners);
  require(!advertised.empty(), "There must be at least one broker advertised listener.");
  require(advertised.contains(config.inter_broker_listener_name),
          fmt::format("inter.broker.listener.name must be a listener name defined in "
                      "advertised.listeners. The valid options based on currently configured "
                      "listeners are {}",
                      fmt::join(advertised, ",")));
  require(
      std::ranges::includes(names, advertised),
      fmt::format("advertised.listeners listener names must be equal to or a subset of the ones "
                  "defined in listeners. Found {}. The valid options based on the current "
                  "configuration are {}",
                  fmt::join(advertised, ","), fmt::join(names, ",")));
  for (const Listener& listener : config.advertised_listeners) {
    require(listener.host != "0.0.0.0",
            "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable "
            "IP address.");
  }
  if (const auto& control_plane = config.control_plane_listener_name) {
    require(advertised.contains(*control_plane),
            fmt::format("control.plane.listener.name must be a listener name defined in "
                        "advertised.listeners. The valid options based on currently configured "
                        "listeners are {}",
                        fmt::join(advertised, ",")));
    require(*control_plane != config.inter_broker_listener_name,
            fmt::format("control.plane.listener.name, when defined, should have a different value "
                        "from the inter broker listener name. Currently they both have the value "
                        "{}",
                        *control_plane));
  }
  // Serving plain text where somebody asked for TLS would be worse than not serving.
  for (const Listener& listener : config.listeners) {
    if (listener.security_protocol != "PLAINTEXT") {
      throw ConfigError(
          fmt::format("Invalid value {} for configuration listener.security.protocol.map: listener "
                      "{} must be PLAINTEXT, the only security protocol supported yet",
                      listener.security_protocol, listener.name));
    }
  }
}

void check_sockets(const BrokerConfig& config) {
  const std::int64_t queued_bytes = number(config, "queued.max.request.bytes");
  require(queued_bytes <= 0 || queued_bytes >= config.socket_request_max_bytes,
          "queued.max.request.bytes must be larger or equal to socket.request.max.bytes");
  const auto overrides =
      value_to_string(config.values.find("max.connections.per.ip.overrides")->second);
  require(number(config, "max.connections.per.ip") != 0 || !overrides.value_or("").empty(),
          "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides "
          "property is set.");
  const std::int64_t delay = number(config, "connection.failed.authentication.delay.ms");
  if (config.connections_max_idle_ms >= 0) {
    require(delay < config.connections_max_idle_ms,
            fmt::format("connection.failed.authentication.delay.ms={} should always be less than "
                        "connections.max.idle.ms={} to prevent failed authentication responses "
                        "from timing out",
                        delay, config.connections_max_idle_ms));
  }
}

// What the C client for ZooKeeper cannot do is refused, not passed over: a cluster that believes
// itself encrypted or closed must not run open.
void check_zookeeper(const BrokerConfig& config) {
  if (std::get<bool>(config.values.find("zookeeper.ssl.client.enable")->second)) {
    throw ConfigError(
        "Invalid value true for configuration zookeeper.ssl.client.enable: TLS to ZooKeeper is not "
        "supported; set it to false and connect to ZooKeeper's plain port");
  }
  if (config.zookeeper_set_acl && !config.zookeeper_digest_auth) {
    throw ConfigError(
        fmt::format("Invalid value true for configuration zookeeper.set.acl: SASL to ZooKeeper is "
                    "not supported; to own the znodes set {} to user:password, the same on all "
                    "brokers",
                    kZooKeeperDigestAuth));
  }
  if (const auto& auth = config.zookeeper_digest_auth) {
    const auto colon = auth->find(':');
    if (colon == 0 || colon == std::string::npos || colon + 1 == auth->size()) {
      throw ConfigError(fmt::format(
          "Invalid value [hidden] for configuration {}: must have the form user:password",
          kZooKeeperDigestAuth));
    }
  }
}

}  // namespace

void refuse_other_modes(const Properties& properties) {
  if (const auto roles = properties.find("process.roles");
      roles != properties.end() && !roles->second.empty()) {
    throw ConfigError(
        fmt::format("Invalid value {} for configuration process.roles: must be empty, brokers run "
                    "in ZooKeeper mode",
                    roles->second));
  }
  if (const auto names = properties.find("controller.listener.names");
      names != properties.end() && !names->second.empty()) {
    throw ConfigError(
        fmt::format("requirement failed: controller.listener.names must be empty when not running "
                    "in KRaft mode: [{}]",
                    names->second));
  }
  if (const auto migration = properties.find("zookeeper.metadata.migration.enable");
      migration != properties.end() &&
      parse_value(*find_broker_key(migration->first), migration->second) == ConfigValue(true)) {
    throw ConfigError(
        "Invalid value true for configuration zookeeper.metadata.migration.enable: moving a "
        "cluster to KRaft is not supported");
  }
}

void check_broker_config(const BrokerConfig& config) {
  check_groups(config);
  check_group_protocols(config);
  check_inter_broker_protocol(config);
  check_identity(config);
  check_logs(config);
  check_replication(config);
  check_listeners(config);
  check_sockets(config);
  check_zookeeper(config);
}

}  // namespace barnabas::config
