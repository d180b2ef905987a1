// The configuration of one broker: server.properties and overrides, parsed, checked and typed.
//
// Every key that Barnabas honours is a member, named as the key with underscores; synonyms are
// already resolved (log_roll_ms holds log.roll.ms, else log.roll.hours).
// Invariants  All start-up checks of Kafka have passed.
// Threads     immutable after load().
// Failure     load() throws ConfigError; for start-up only.
// Source      Kafka 3.9, KafkaConfig.scala
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config_value.h"
#include "config/connection_limits.h"
#include "config/listeners.h"
#include "config/properties.h"

namespace barnabas::config {

// What replica.selector.class may name.
inline constexpr std::string_view kLeaderSelector =
    "org.apache.kafka.common.replica.LeaderSelector";
inline constexpr std::string_view kRackAwareReplicaSelector =
    "org.apache.kafka.common.replica.RackAwareReplicaSelector";

// A key of our own: what the C client for ZooKeeper can do in place of SASL.
inline constexpr std::string_view kZooKeeperDigestAuth = "barnabas.zookeeper.digest.auth";

struct BrokerConfig {
  // Reads and checks. `properties` is what the user set: the file with the overrides applied.
  static BrokerConfig load(const Properties& properties);

  // One line for each key the user set that is unknown, or known and not honoured yet.
  std::vector<std::string> warnings() const;

  // What the user set, with broker.id and node.id completing one another.
  Properties originals;
  // Every known key, defaults included; synonyms as they stand.
  std::map<std::string, ConfigValue, std::less<>> values;

  // Identity
  std::int32_t broker_id = -1;  // -1: to be generated (broker.id.generation.enable)
  bool broker_id_generation_enable = true;
  std::int32_t reserved_broker_max_id = 1000;
  std::optional<std::string> broker_rack;
  std::optional<std::string> replica_selector_class;  // one of two, checked
  std::string inter_broker_protocol_version = "3.9-IV0";

  // Listeners
  std::vector<Listener> listeners;
  std::vector<Listener> advertised_listeners;  // empty host: whatever this machine is called
  std::string inter_broker_listener_name;
  std::string inter_broker_security_protocol;
  std::optional<std::string> control_plane_listener_name;  // not set: the inter-broker listener

  // Where the controller reaches the brokers, and they the controller.
  const std::string& controller_listener_name() const {
    return control_plane_listener_name ? *control_plane_listener_name : inter_broker_listener_name;
  }

  // Sockets
  std::int32_t num_network_threads = 3;
  std::int32_t socket_send_buffer_bytes = 102400;     // -1: leave it to the system
  std::int32_t socket_receive_buffer_bytes = 102400;  // -1: leave it to the system
  std::int32_t socket_request_max_bytes = 104857600;
  std::int32_t socket_listen_backlog_size = 50;
  std::int64_t socket_connection_setup_timeout_ms = 10000;
  std::int64_t socket_connection_setup_timeout_max_ms = 30000;
  std::int64_t connections_max_idle_ms = 600000;  // negative: never
  std::int32_t queued_max_requests = 500;
  std::int64_t queued_max_request_bytes = -1;  // not above 0: no limit
  std::int32_t max_connections = 2147483647;
  std::int32_t max_connections_per_ip = 2147483647;
  std::map<std::string, std::int32_t> max_connections_per_ip_overrides;  // by host
  std::int32_t max_connection_creation_rate = 2147483647;
  std::map<std::string, ListenerLimits> listener_limits;  // of every listener
  std::int32_t quota_window_num = 11;
  std::int32_t quota_window_size_seconds = 1;
  std::int32_t request_timeout_ms = 30000;

  // ZooKeeper
  std::string zookeeper_connect;
  std::int32_t zookeeper_session_timeout_ms = 18000;
  std::int32_t zookeeper_connection_timeout_ms = 18000;  // not set: the session timeout
  std::int32_t zookeeper_max_in_flight_requests = 10;
  bool zookeeper_set_acl = false;
  std::optional<std::string> zookeeper_digest_auth;  // user:password

  // Logs
  std::vector<std::string> log_dirs;
  std::int32_t log_segment_bytes = 1073741824;
  std::int64_t log_roll_ms = 604800000;
  std::int64_t log_roll_jitter_ms = 0;
  std::int32_t log_index_size_max_bytes = 10485760;
  std::int32_t log_index_interval_bytes = 4096;
  std::int64_t log_flush_interval_messages = 9223372036854775807;
  std::int64_t log_flush_interval_ms = 9223372036854775807;
  std::int64_t log_flush_scheduler_interval_ms = 9223372036854775807;
  std::int32_t log_flush_offset_checkpoint_interval_ms = 60000;
  std::int32_t log_flush_start_offset_checkpoint_interval_ms = 60000;
  std::int64_t log_segment_delete_delay_ms = 60000;
  std::int64_t log_retention_check_interval_ms = 300000;
  std::int64_t log_initial_task_delay_ms = 30000;
  std::int32_t message_max_bytes = 1048588;
  std::string log_message_timestamp_type = "CreateTime";
  std::int64_t log_message_timestamp_before_max_ms = 9223372036854775807;
  std::int64_t log_message_timestamp_after_max_ms = 9223372036854775807;
  std::int32_t producer_id_expiration_ms = 86400000;
  std::int32_t producer_id_expiration_check_interval_ms = 600000;

  // Topics
  std::int32_t num_partitions = 1;
  std::int32_t default_replication_factor = 1;
  bool auto_create_topics_enable = true;
  bool delete_topic_enable = true;
  std::int32_t min_insync_replicas = 1;
  bool unclean_leader_election_enable = false;

  // Replication
  std::int64_t replica_lag_time_max_ms = 30000;
  std::int32_t replica_socket_timeout_ms = 30000;
  std::int32_t replica_socket_receive_buffer_bytes = 65536;
  std::int32_t replica_fetch_max_bytes = 1048576;
  std::int32_t replica_fetch_min_bytes = 1;
  std::int32_t replica_fetch_response_max_bytes = 10485760;
  std::int32_t replica_fetch_wait_max_ms = 500;
  std::int32_t replica_fetch_backoff_ms = 1000;
  std::int64_t replica_high_watermark_checkpoint_interval_ms = 5000;
  std::int32_t num_replica_fetchers = 1;
  std::int32_t fetch_max_bytes = 57671680;
  std::int32_t max_incremental_fetch_session_cache_slots = 1000;

  // Groups and their offsets
  std::int32_t group_min_session_timeout_ms = 6000;
  std::int32_t group_max_session_timeout_ms = 1800000;
  std::int32_t group_initial_rebalance_delay_ms = 3000;
  std::int32_t group_max_size = 2147483647;
  std::int32_t offset_metadata_max_bytes = 4096;
  std::int32_t offsets_load_buffer_size = 5242880;
  std::int64_t offsets_retention_ms = 604800000;  // offsets.retention.minutes
  std::int64_t offsets_retention_check_interval_ms = 600000;
  std::int32_t offsets_commit_timeout_ms = 5000;
  std::int32_t offsets_commit_required_acks = -1;
  std::int32_t offsets_topic_compression_codec = 0;  // as in a record batch: 0 none, 1 gzip, ...
  std::int32_t offsets_topic_num_partitions = 50;
  std::int32_t offsets_topic_replication_factor = 3;
  std::int32_t offsets_topic_segment_bytes = 104857600;

  // Controller
  std::int32_t controller_socket_timeout_ms = 30000;
  bool auto_leader_rebalance_enable = true;
  std::int64_t leader_imbalance_check_interval_seconds = 300;
  std::int32_t leader_imbalance_per_broker_percentage = 10;
  bool controlled_shutdown_enable = true;
  std::int32_t controlled_shutdown_max_retries = 3;
  std::int64_t controlled_shutdown_retry_backoff_ms = 5000;
};

}  // namespace barnabas::config
