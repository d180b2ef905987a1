// Where Kafka keeps what in ZooKeeper: every path of ZooKeeper mode, relative to the chroot.
//
// Names of entities arrive as they stand in the path: users, clients and ips already sanitised
// (URL-encoded), topics as they are.
// Source  Kafka 3.9, kafka/zk/ZkData.scala
#pragma once

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/protocol/ids.h"

namespace barnabas::zk::paths {

inline constexpr std::string_view kController = "/controller";
inline constexpr std::string_view kControllerEpoch = "/controller_epoch";
inline constexpr std::string_view kBrokerIds = "/brokers/ids";
inline constexpr std::string_view kTopics = "/brokers/topics";
inline constexpr std::string_view kBrokerSequenceId = "/brokers/seqid";
inline constexpr std::string_view kConfig = "/config";
inline constexpr std::string_view kTopicConfigs = "/config/topics";
inline constexpr std::string_view kClientConfigs = "/config/clients";
inline constexpr std::string_view kUserConfigs = "/config/users";
inline constexpr std::string_view kBrokerConfigs = "/config/brokers";
inline constexpr std::string_view kIpConfigs = "/config/ips";
inline constexpr std::string_view kConfigChanges = "/config/changes";
inline constexpr std::string_view kDeleteTopics = "/admin/delete_topics";
inline constexpr std::string_view kReassignPartitions = "/admin/reassign_partitions";
inline constexpr std::string_view kPreferredReplicaElection = "/admin/preferred_replica_election";
inline constexpr std::string_view kIsrChangeNotification = "/isr_change_notification";
inline constexpr std::string_view kLogDirEventNotification = "/log_dir_event_notification";
inline constexpr std::string_view kClusterId = "/cluster/id";
inline constexpr std::string_view kLatestProducerIdBlock = "/latest_producer_id_block";
inline constexpr std::string_view kFeature = "/feature";
inline constexpr std::string_view kConsumers = "/consumers";
inline constexpr std::string_view kAcls = "/kafka-acl";
inline constexpr std::string_view kAclChanges = "/kafka-acl-changes";
inline constexpr std::string_view kExtendedAcls = "/kafka-acl-extended";
inline constexpr std::string_view kExtendedAclChanges = "/kafka-acl-extended-changes";
inline constexpr std::string_view kDelegationTokens = "/delegation_token/tokens";
inline constexpr std::string_view kDelegationTokenChanges = "/delegation_token/token_changes";
inline constexpr std::string_view kMigration = "/migration";

// The name under which /config/<type> keeps what holds for every entity of the type.
inline constexpr std::string_view kDefaultEntity = "<default>";

// Every broker makes sure of these at its start; they hold no data.
inline constexpr std::array kPersistentPaths = {
    kConsumers,
    kBrokerIds,
    kTopics,
    kConfigChanges,
    kDeleteTopics,
    kBrokerSequenceId,
    kIsrChangeNotification,
    kLatestProducerIdBlock,
    kLogDirEventNotification,
    kTopicConfigs,
    kClientConfigs,
    kUserConfigs,
    kBrokerConfigs,
    kIpConfigs,
};

// Sequence nodes: ZooKeeper appends ten digits to these.
inline constexpr std::string_view kConfigChangePrefix = "config_change_";
inline constexpr std::string_view kIsrChangePrefix = "isr_change_";
inline constexpr std::string_view kLogDirEventPrefix = "log_dir_event_";
inline constexpr std::string_view kAclChangePrefix = "acl_changes_";
inline constexpr std::string_view kTokenChangePrefix = "token_change_";

inline std::string join(std::string_view parent, std::string_view child) {
  return fmt::format("{}/{}", parent, child);
}

inline std::string broker_id(BrokerId broker) {
  return fmt::format("{}/{}", kBrokerIds, broker);
}
inline std::string topic(std::string_view topic) {
  return join(kTopics, topic);
}
inline std::string topic_partitions(std::string_view topic) {
  return fmt::format("{}/{}/partitions", kTopics, topic);
}
inline std::string topic_partition(std::string_view topic, PartitionId partition) {
  return fmt::format("{}/{}/partitions/{}", kTopics, topic, partition);
}
inline std::string topic_partition_state(std::string_view topic, PartitionId partition) {
  return fmt::format("{}/{}/partitions/{}/state", kTopics, topic, partition);
}
inline std::string topic_partition_state(const TopicPartition& tp) {
  return topic_partition_state(tp.topic, tp.partition);
}

// `entity` as a config change names it: topics/T, users/U/clients/C, brokers/<default>...
inline std::string config_entity(std::string_view entity) {
  return join(kConfig, entity);
}
inline std::string topic_config(std::string_view topic) {
  return join(kTopicConfigs, topic);
}
inline std::string client_config(std::string_view client) {
  return join(kClientConfigs, client);
}
inline std::string user_config(std::string_view user) {
  return join(kUserConfigs, user);
}
inline std::string user_client_config(std::string_view user, std::string_view client) {
  return fmt::format("{}/{}/clients/{}", kUserConfigs, user, client);
}
inline std::string broker_config(BrokerId broker) {
  return fmt::format("{}/{}", kBrokerConfigs, broker);
}
inline std::string default_broker_config() {
  return join(kBrokerConfigs, kDefaultEntity);
}
inline std::string ip_config(std::string_view ip) {
  return join(kIpConfigs, ip);
}

inline std::string delete_topic(std::string_view topic) {
  return join(kDeleteTopics, topic);
}

// To be created with CreateMode::kPersistentSequential.
inline std::string new_config_change() {
  return join(kConfigChanges, kConfigChangePrefix);
}
inline std::string new_isr_change() {
  return join(kIsrChangeNotification, kIsrChangePrefix);
}
inline std::string new_log_dir_event() {
  return join(kLogDirEventNotification, kLogDirEventPrefix);
}

// `type`: Topic, Group, Cluster, TransactionalId, DelegationToken, User.
inline std::string acl(std::string_view type, std::string_view name) {
  return fmt::format("{}/{}/{}", kAcls, type, name);
}
inline std::string prefixed_acl(std::string_view type, std::string_view name) {
  return fmt::format("{}/prefixed/{}/{}", kExtendedAcls, type, name);
}
inline std::string delegation_token(std::string_view id) {
  return join(kDelegationTokens, id);
}
inline std::string consumer_offset(std::string_view group, std::string_view topic,
                                   PartitionId partition) {
  return fmt::format("{}/{}/offsets/{}/{}", kConsumers, group, topic, partition);
}

// The path above `path`; "/" for a path of one component.
inline std::string_view parent(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? std::string_view("/")
                                                       : path.substr(0, slash);
}
inline std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The number of a child such as a broker id, a partition or, with its prefix, a sequence node;
// nullopt when the child is not named so.
inline std::optional<std::int32_t> number_of(std::string_view child, std::string_view prefix = {}) {
  if (!child.starts_with(prefix)) return std::nullopt;
  child.remove_prefix(prefix.size());
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(child.data(), child.data() + child.size(), number);
  if (error != std::errc{} || end != child.data() + child.size()) return std::nullopt;
  return number;
}

}  // namespace barnabas::zk::paths
