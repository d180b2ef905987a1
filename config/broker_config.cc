#include "config/broker_config.h"

#include <fmt/format.h>

#include <limits>

#include "broker/base/check.h"
#include "config/broker_checks.h"
#include "config/broker_values.h"
#include "config/config_key.h"

namespace barnabas::config {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kMinuteMs = 60'000;

// Typed access to the parsed values.
class Reader {
 public:
  explicit Reader(const BrokerConfig& config) : config_(config) {}

  void read(std::string_view key, bool& out) const { out = std::get<bool>(at(key)); }
  void read(std::string_view key, std::int32_t& out) const {
    out = static_cast<std::int32_t>(std::get<std::int64_t>(at(key)));
  }
  void read(std::string_view key, std::int64_t& out) const {
    out = std::get<std::int64_t>(at(key));
  }
  void read(std::string_view key, std::string& out) const { out = std::get<std::string>(at(key)); }
  void read(std::string_view key, std::optional<std::string>& out) const { out = text(key); }

  std::optional<std::string> text(std::string_view key) const { return value_to_string(at(key)); }
  // nullopt: null.
  std::optional<std::int64_t> number(std::string_view key) const {
    const auto* number = std::get_if<std::int64_t>(&at(key));
    return number == nullptr ? std::nullopt : std::optional(*number);
  }

 private:
  const ConfigValue& at(std::string_view key) const {
    const auto found = config_.values.find(key);
    CHECK(found != config_.values.end(), "no such key: {}", key);
    return found->second;
  }

  const BrokerConfig& config_;
};

// broker.id and node.id complete one another.
void complete_broker_id(Properties& properties) {
  const auto broker_id = properties.find("broker.id");
  const auto node_id = properties.find("node.id");
  if (broker_id != properties.end() && node_id == properties.end()) {
    properties["node.id"] = broker_id->second;
  } else if (broker_id == properties.end() && node_id != properties.end()) {
    properties["broker.id"] = node_id->second;
  }
}

std::vector<std::string> split_dirs(std::string_view text) {
  std::vector<std::string> dirs;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view dir = text.substr(0, comma);
    while (dir.starts_with(' ')) dir.remove_prefix(1);
    while (dir.ends_with(' ')) dir.remove_suffix(1);
    if (!dir.empty()) dirs.emplace_back(dir);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return dirs;
}

void read_identity(const Reader& from, BrokerConfig& config) {
  from.read("broker.id", config.broker_id);
  from.read("broker.id.generation.enable", config.broker_id_generation_enable);
  from.read("reserved.broker.max.id", config.reserved_broker_max_id);
  from.read("broker.rack", config.broker_rack);
  from.read("replica.selector.class", config.replica_selector_class);
  from.read("inter.broker.protocol.version", config.inter_broker_protocol_version);
}

std::string protocol_of(const SecurityProtocolMap& protocols, const std::string& listener,
                        std::string_view key) {
  const auto protocol = protocols.find(listener);
  if (protocol == protocols.end()) {
    throw ConfigError(fmt::format(
        "Listener with name {} defined in {} not found in listener.security.protocol.map.",
        listener, key));
  }
  return protocol->second;
}

void read_listeners(const Reader& from, BrokerConfig& config) {
  const SecurityProtocolMap protocols =
      parse_security_protocol_map(*from.text("listener.security.protocol.map"));
  config.listeners = parse_listeners(*from.text("listeners"), protocols, true);
  const auto advertised = from.text("advertised.listeners");
  config.advertised_listeners =
      advertised ? parse_listeners(*advertised, protocols, false) : config.listeners;

  constexpr std::string_view kInterBroker = "inter.broker.listener.name";
  if (const auto name = from.text(kInterBroker)) {
    if (config.originals.contains("security.inter.broker.protocol")) {
      throw ConfigError(
          "Only one of inter.broker.listener.name and security.inter.broker.protocol should be "
          "set.");
    }
    config.inter_broker_listener_name = normalised_listener_name(*name);
    config.inter_broker_security_protocol =
        protocol_of(protocols, config.inter_broker_listener_name, kInterBroker);
  } else {
    // The listener that is named as its protocol.
    config.inter_broker_security_protocol = *from.text("security.inter.broker.protocol");
    config.inter_broker_listener_name = config.inter_broker_security_protocol;
  }

  constexpr std::string_view kControlPlane = "control.plane.listener.name";
  if (const auto name = from.text(kControlPlane)) {
    config.control_plane_listener_name = normalised_listener_name(*name);
    protocol_of(protocols, *config.control_plane_listener_name, kControlPlane);
  }
}

void read_sockets(const Reader& from, BrokerConfig& config) {
  from.read("num.network.threads", config.num_network_threads);
  from.read("socket.send.buffer.bytes", config.socket_send_buffer_bytes);
  from.read("socket.receive.buffer.bytes", config.socket_receive_buffer_bytes);
  from.read("socket.request.max.bytes", config.socket_request_max_bytes);
  from.read("socket.listen.backlog.size", config.socket_listen_backlog_size);
  from.read("socket.connection.setup.timeout.ms", config.socket_connection_setup_timeout_ms);
  from.read("socket.connection.setup.timeout.max.ms",
            config.socket_connection_setup_timeout_max_ms);
  from.read("connections.max.idle.ms", config.connections_max_idle_ms);
  from.read("queued.max.requests", config.queued_max_requests);
  from.read("queued.max.request.bytes", config.queued_max_request_bytes);
  from.read("max.connections", config.max_connections);
  from.read("max.connections.per.ip", config.max_connections_per_ip);
  config.max_connections_per_ip_overrides =
      parse_per_ip_overrides(from.text("max.connections.per.ip.overrides").value_or(""));
  from.read("max.connection.creation.rate", config.max_connection_creation_rate);
  config.listener_limits = limits_by_listener(config.originals, config.listeners);
  from.read("quota.window.num", config.quota_window_num);
  from.read("quota.window.size.seconds", config.quota_window_size_seconds);
  from.read("request.timeout.ms", config.request_timeout_ms);
}

void read_zookeeper(const Reader& from, BrokerConfig& config) {
  const auto connect = from.text("zookeeper.connect");
  if (!connect) {
    throw ConfigError(
        "Missing required configuration `zookeeper.connect` which has no default value.");
  }
  config.zookeeper_connect = *connect;
  from.read("zookeeper.session.timeout.ms", config.zookeeper_session_timeout_ms);
  config.zookeeper_connection_timeout_ms = static_cast<std::int32_t>(
      from.number("zookeeper.connection.timeout.ms").value_or(config.zookeeper_session_timeout_ms));
  from.read("zookeeper.max.in.flight.requests", config.zookeeper_max_in_flight_requests);
  from.read("zookeeper.set.acl", config.zookeeper_set_acl);
  from.read(kZooKeeperDigestAuth, config.zookeeper_digest_auth);
}

void read_logs(const Reader& from, BrokerConfig& config) {
  const auto dirs = from.text("log.dirs");
  config.log_dirs = split_dirs(dirs ? *dirs : *from.text("log.dir"));
  from.read("log.segment.bytes", config.log_segment_bytes);
  config.log_roll_ms =
      from.number("log.roll.ms").value_or(*from.number("log.roll.hours") * kHourMs);
  config.log_roll_jitter_ms =
      from.number("log.roll.jitter.ms").value_or(*from.number("log.roll.jitter.hours") * kHourMs);
  from.read("log.index.size.max.bytes", config.log_index_size_max_bytes);
  from.read("log.index.interval.bytes", config.log_index_interval_bytes);
  from.read("log.flush.interval.messages", config.log_flush_interval_messages);
  from.read("log.flush.scheduler.interval.ms", config.log_flush_scheduler_interval_ms);
  config.log_flush_interval_ms =
      from.number("log.flush.interval.ms").value_or(config.log_flush_scheduler_interval_ms);
  from.read("log.flush.offset.checkpoint.interval.ms",
            config.log_flush_offset_checkpoint_interval_ms);
  from.read("log.flush.start.offset.checkpoint.interval.ms",
            config.log_flush_start_offset_checkpoint_interval_ms);
  from.read("log.segment.delete.delay.ms", config.log_segment_delete_delay_ms);
  from.read("log.retention.check.interval.ms", config.log_retention_check_interval_ms);
  from.read("log.initial.task.delay.ms", config.log_initial_task_delay_ms);
  from.read("message.max.bytes", config.message_max_bytes);
  from.read("log.message.timestamp.type", config.log_message_timestamp_type);

  // The deprecated two-sided limit stands in where a one-sided one is at its default.
  const std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();
  const std::int64_t both = *from.number("log.message.timestamp.difference.max.ms");
  from.read("log.message.timestamp.before.max.ms", config.log_message_timestamp_before_max_ms);
  from.read("log.message.timestamp.after.max.ms", config.log_message_timestamp_after_max_ms);
  for (std::int64_t* limit :
       {&config.log_message_timestamp_before_max_ms, &config.log_message_timestamp_after_max_ms}) {
    if (*limit == unlimited) *limit = both;
  }

  from.read("producer.id.expiration.ms", config.producer_id_expiration_ms);
  from.read("producer.id.expiration.check.interval.ms",
            config.producer_id_expiration_check_interval_ms);
}

void read_topics_and_replication(const Reader& from, BrokerConfig& config) {
  from.read("num.partitions", config.num_partitions);
  from.read("default.replication.factor", config.default_replication_factor);
  from.read("auto.create.topics.enable", config.auto_create_topics_enable);
  from.read("delete.topic.enable", config.delete_topic_enable);
  from.read("min.insync.replicas", config.min_insync_replicas);
  from.read("unclean.leader.election.enable", config.unclean_leader_election_enable);

  from.read("replica.lag.time.max.ms", config.replica_lag_time_max_ms);
  from.read("replica.socket.timeout.ms", config.replica_socket_timeout_ms);
  from.read("replica.socket.receive.buffer.bytes", config.replica_socket_receive_buffer_bytes);
  from.read("replica.fetch.max.bytes", config.replica_fetch_max_bytes);
  from.read("replica.fetch.min.bytes", config.replica_fetch_min_bytes);
  from.read("replica.fetch.response.max.bytes", config.replica_fetch_response_max_bytes);
  from.read("replica.fetch.wait.max.ms", config.replica_fetch_wait_max_ms);
  from.read("replica.fetch.backoff.ms", config.replica_fetch_backoff_ms);
  from.read("replica.high.watermark.checkpoint.interval.ms",
            config.replica_high_watermark_checkpoint_interval_ms);
  from.read("num.replica.fetchers", config.num_replica_fetchers);
  from.read("fetch.max.bytes", config.fetch_max_bytes);
  from.read("max.incremental.fetch.session.cache.slots",
            config.max_incremental_fetch_session_cache_slots);

  from.read("controller.socket.timeout.ms", config.controller_socket_timeout_ms);
  from.read("auto.leader.rebalance.enable", config.auto_leader_rebalance_enable);
  from.read("leader.imbalance.check.interval.seconds",
            config.leader_imbalance_check_interval_seconds);
  from.read("leader.imbalance.per.broker.percentage",
            config.leader_imbalance_per_broker_percentage);
  from.read("controlled.shutdown.enable", config.controlled_shutdown_enable);
  from.read("controlled.shutdown.max.retries", config.controlled_shutdown_max_retries);
  from.read("controlled.shutdown.retry.backoff.ms", config.controlled_shutdown_retry_backoff_ms);
}

void read_groups(const Reader& from, BrokerConfig& config) {
  from.read("group.min.session.timeout.ms", config.group_min_session_timeout_ms);
  from.read("group.max.session.timeout.ms", config.group_max_session_timeout_ms);
  from.read("group.initial.rebalance.delay.ms", config.group_initial_rebalance_delay_ms);
  from.read("group.max.size", config.group_max_size);
  from.read("offset.metadata.max.bytes", config.offset_metadata_max_bytes);
  from.read("offsets.load.buffer.size", config.offsets_load_buffer_size);
  config.offsets_retention_ms = *from.number("offsets.retention.minutes") * kMinuteMs;
  from.read("offsets.retention.check.interval.ms", config.offsets_retention_check_interval_ms);
  from.read("offsets.commit.timeout.ms", config.offsets_commit_timeout_ms);
  from.read("offsets.commit.required.acks", config.offsets_commit_required_acks);
  from.read("offsets.topic.compression.codec", config.offsets_topic_compression_codec);
  from.read("offsets.topic.num.partitions", config.offsets_topic_num_partitions);
  from.read("offsets.topic.replication.factor", config.offsets_topic_replication_factor);
  from.read("offsets.topic.segment.bytes", config.offsets_topic_segment_bytes);
}

}  // namespace

BrokerConfig BrokerConfig::load(const Properties& properties) {
  refuse_other_modes(properties);
  BrokerConfig config;
  config.originals = properties;
  complete_broker_id(config.originals);
  config.values = parse_broker_values(config.originals);

  const Reader from(config);
  if (from.number("broker.id") != from.number("node.id")) {
    throw ConfigError("You must set `node.id` to the same value as `broker.id`.");
  }
  read_identity(from, config);
  read_zookeeper(from, config);
  read_listeners(from, config);
  read_sockets(from, config);
  read_logs(from, config);
  read_topics_and_replication(from, config);
  read_groups(from, config);
  check_broker_config(config);
  return config;
}

std::vector<std::string> BrokerConfig::warnings() const {
  std::vector<std::string> lines;
  for (const auto& [name, value] : originals) {
    if (is_listener_limit(name)) continue;
    const ConfigKey* key = find_broker_key(name);
    if (key == nullptr && find_broker_key(listener_override_base(name)) != nullptr) {
      lines.push_back(fmt::format(
          "The configuration '{}' is not supported yet and has no effect: all listeners share one "
          "setting.",
          name));
    } else if (key == nullptr || key->visibility == Visibility::kDynamicOnly) {
      lines.push_back(fmt::format("The configuration '{}' is not known and has no effect.", name));
    } else if (key->support == Support::kKraft) {
      lines.push_back(
          fmt::format("The configuration '{}' is of KRaft mode and has no effect.", name));
    } else if (key->support == Support::kNotYet) {
      lines.push_back(fmt::format(
          "The configuration '{}' is not supported yet and has no effect. {}", name, key->doc));
    }
  }
  return lines;
}

}  // namespace barnabas::config
