#include "broker/server/node_config.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/error_code.h"
#include "config/config_key.h"
#include "config/inter_broker_version.h"
#include "config/topic_config.h"

namespace barnabas::server {
namespace {

using protocol::Compression;

// As compression.type names it; nullopt: the producer's.
std::optional<Compression> codec_of(std::string_view name) {
  constexpr std::pair<std::string_view, Compression> kCodecs[] = {
      {"uncompressed", Compression::kNone},
      {"gzip", Compression::kGzip},
      {"snappy", Compression::kSnappy},
      {"lz4", Compression::kLz4},
      {"zstd", Compression::kZstd}};
  for (const auto& [known, codec] : kCodecs) {
    if (name == known) return codec;
  }
  return std::nullopt;
}

}  // namespace

protocol::InterBrokerVersions versions_of(const config::BrokerConfig& config) {
  const auto name = config::inter_broker_version(config.inter_broker_protocol_version);
  CHECK(name.has_value(), "inter.broker.protocol.version was checked at the start");
  return protocol::inter_broker_versions(*name);
}

log::LogConfig log_config(const config::BrokerConfig& config, const config::Properties& overrides) {
  const config::TopicConfig topic = config::make_topic_config(config, overrides);
  log::LogConfig log;
  log.segment_bytes = topic.segment_bytes;
  log.segment_ms = topic.segment_ms;
  log.segment_jitter_ms = topic.segment_jitter_ms;
  log.retention_ms = topic.retention_ms;
  log.retention_bytes = topic.retention_bytes;
  log.segment_index_bytes = topic.segment_index_bytes;
  log.index_interval_bytes = topic.index_interval_bytes;
  log.max_message_bytes = topic.max_message_bytes;
  log.max_decompressed_bytes = static_cast<std::size_t>(config.socket_request_max_bytes);
  log.message_timestamp_type = topic.message_timestamp_type == "LogAppendTime"
                                   ? log::TimestampType::kLogAppendTime
                                   : log::TimestampType::kCreateTime;
  log.message_timestamp_before_max_ms = topic.message_timestamp_before_max_ms;
  log.message_timestamp_after_max_ms = topic.message_timestamp_after_max_ms;
  log.flush_messages = topic.flush_messages;
  log.flush_ms = topic.flush_ms;
  log.file_delete_delay_ms = topic.file_delete_delay_ms;
  log.min_insync_replicas = topic.min_insync_replicas;
  log.unclean_leader_election_enable = topic.unclean_leader_election_enable;
  const auto cleanup_has = [&topic](std::string_view policy) {
    return std::ranges::find(topic.cleanup_policy, policy) != topic.cleanup_policy.end();
  };
  log.deletes = cleanup_has("delete");
  log.compacted = cleanup_has("compact");
  log.message_downconversion_enable = topic.message_downconversion_enable;
  log.compression = codec_of(topic.compression_type);
  log.compression_levels = {.gzip = topic.compression_gzip_level,
                            .lz4 = topic.compression_lz4_level,
                            .zstd = topic.compression_zstd_level};
  return log;
}

bool allows_unclean_election(const config::BrokerConfig& config,
                             const replica::TopicConfigs::Overrides& overrides) {
  const auto own = overrides.find("unclean.leader.election.enable");
  if (own != overrides.end() && config::validate_topic_config(own->first, own->second)) {
    return false;
  }
  return log_config(config, config::Properties(overrides.begin(), overrides.end()))
      .unclean_leader_election_enable;
}

replica::TopicConfigs::Resolve topic_config_resolver(const config::BrokerConfig& config) {
  return [&config, told = std::set<std::string_view>()](
             const replica::TopicConfigs::Overrides& overrides) mutable {
    const config::Properties own(overrides.begin(), overrides.end());
    for (const config::ConfigKey* key : config::topic_configs_without_effect(own)) {
      if (!told.insert(key->name).second) continue;
      log_warn("The topic configuration '{}' is not supported yet and has no effect. {}", key->name,
               key->doc);
    }
    return log_config(config, own);
  };
}

replica::ReplicaManagerConfig replica_manager_config(const config::BrokerConfig& config,
                                                     BrokerId broker_id) {
  replica::ReplicaManagerConfig replica;
  replica.broker_id = broker_id;
  replica.inter_broker_listener = config.inter_broker_listener_name;
  replica.controller_listener = config.controller_listener_name();
  replica.replica_lag_time_max = duration_of_ms(config.replica_lag_time_max_ms);
  replica.high_watermark_checkpoint_interval =
      duration_of_ms(config.replica_high_watermark_checkpoint_interval_ms);
  replica.initial_task_delay = duration_of_ms(config.log_initial_task_delay_ms);
  replica.retention_check_interval = duration_of_ms(config.log_retention_check_interval_ms);
  replica.select_replica_by_rack =
      config.replica_selector_class == config::kRackAwareReplicaSelector;
  replica.fetcher.versions = versions_of(config);
  replica.fetcher.num_fetchers = config.num_replica_fetchers;
  replica.fetcher.wait_max = milliseconds(config.replica_fetch_wait_max_ms);
  replica.fetcher.min_bytes = config.replica_fetch_min_bytes;
  replica.fetcher.response_max_bytes = config.replica_fetch_response_max_bytes;
  replica.fetcher.partition_max_bytes = config.replica_fetch_max_bytes;
  replica.fetcher.back_off_max = milliseconds(config.replica_fetch_backoff_ms);
  replica.fetcher.socket_timeout = milliseconds(config.replica_socket_timeout_ms);
  return replica;
}

group::GroupCoordinatorOptions group_coordinator_options(const config::BrokerConfig& config,
                                                         BrokerId broker_id) {
  group::GroupCoordinatorOptions options;
  options.broker_id = broker_id;
  options.groups.min_session_timeout = milliseconds(config.group_min_session_timeout_ms);
  options.groups.max_session_timeout = milliseconds(config.group_max_session_timeout_ms);
  options.groups.max_size = static_cast<std::size_t>(config.group_max_size);
  options.groups.initial_rebalance_delay = milliseconds(config.group_initial_rebalance_delay_ms);
  // A negative one would refuse even a commit without metadata.
  options.groups.max_metadata_length =
      static_cast<std::size_t>(std::max(config.offset_metadata_max_bytes, 0));
  options.groups.offsets_retention = milliseconds(config.offsets_retention_ms);
  options.store.commit_timeout = milliseconds(config.offsets_commit_timeout_ms);
  // Kafka lets a start with 2 or 3 pass and then refuses every commit; here they mean all.
  const bool acks_all =
      config.offsets_commit_required_acks < 0 || config.offsets_commit_required_acks > 1;
  options.store.required_acks =
      acks_all ? replica::Acks::kAll
               : static_cast<replica::Acks>(config.offsets_commit_required_acks);
  options.store.codec = static_cast<protocol::Compression>(config.offsets_topic_compression_codec);
  options.store.load_buffer_bytes = config.offsets_load_buffer_size;
  options.expiration_check_interval = milliseconds(config.offsets_retention_check_interval_ms);
  return options;
}

controller::ControllerOptions controller_options(const config::BrokerConfig& config,
                                                 BrokerId broker_id) {
  controller::ControllerOptions options;
  options.broker_id = broker_id;
  options.inter_broker_listener = config.inter_broker_listener_name;
  options.control_plane_listener = config.controller_listener_name();
  options.versions = versions_of(config);
  options.request_timeout = milliseconds(config.controller_socket_timeout_ms);
  options.auto_leader_rebalance = config.auto_leader_rebalance_enable;
  options.leader_imbalance_check_interval = seconds(config.leader_imbalance_check_interval_seconds);
  options.leader_imbalance_per_broker_percentage = config.leader_imbalance_per_broker_percentage;
  options.delete_topic_enable = config.delete_topic_enable;
  options.default_num_partitions = config.num_partitions;
  options.default_replication_factor = static_cast<std::int16_t>(config.default_replication_factor);
  options.allows_unclean_election = [&config](const std::map<std::string, std::string>& overrides) {
    return allows_unclean_election(config, overrides);
  };
  options.validate_topic_configs =
      [&config](const std::map<std::string, std::string>& configs) -> Result<void> {
    auto problem =
        config::validate_topic_configs(config, config::Properties(configs.begin(), configs.end()));
    if (problem) return {ErrorCode::kInvalidConfig, std::move(*problem)};
    return {};
  };
  return options;
}

}  // namespace barnabas::server
