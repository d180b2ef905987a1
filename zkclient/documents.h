// The documents that Kafka keeps in its znodes, as plain structs.
//
// encode() gives the bytes of the znode: Kafka's JSON, compact, zero values written, map keys in
// ascending order, so that the same state gives the same bytes. decode() takes every version that
// Kafka 3.9 reads, in any key order, and ignores fields it does not know.
//
// What the path or the znode's Stat says (broker id of a registration, topic, PartitionEpoch) is
// not in the structs.
// Threads  value types; the functions are thread-safe.
// Failure  a text that is not the document: an error whose detail names the document and the fault.
// Source   Kafka 3.9, kafka/zk/ZkData.scala
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/protocol/ids.h"

namespace barnabas::zk {

// /controller: who the controller is.
struct ControllerZnode {
  BrokerId broker;
  Timestamp timestamp = kNoTimestamp;
  std::int32_t kraft_controller_epoch = -1;  // >= 0: a KRaft controller wrote it

  std::string encode() const;
  static Result<ControllerZnode> decode(std::string_view text);
  bool operator==(const ControllerZnode&) const = default;
};

// /controller_epoch: decimal text.
std::string encode_controller_epoch(ControllerEpoch epoch);
Result<ControllerEpoch> decode_controller_epoch(std::string_view text);

// /brokers/ids/N: a live broker's registration.
struct BrokerZnode {
  struct VersionRange {
    std::int32_t min_version = 0;
    std::int32_t max_version = 0;
    bool operator==(const VersionRange&) const = default;
  };

  std::vector<Endpoint> endpoints;
  std::optional<std::string> rack;
  std::int32_t jmx_port = -1;
  Timestamp timestamp = kNoTimestamp;
  std::map<std::string, VersionRange> features;

  std::string encode() const;  // version 5
  static Result<BrokerZnode> decode(std::string_view text);
  bool operator==(const BrokerZnode&) const = default;
};

// LISTENER://host:port, with brackets around an IPv6 address.
std::string to_connection_string(const Endpoint& endpoint);

// /brokers/topics/T: the assignment of its partitions.
struct TopicZnode {
  using Replicas = std::map<PartitionId, std::vector<BrokerId>>;

  std::optional<Uuid> topic_id;  // absent: written by a broker older than 2.8
  Replicas partitions;
  Replicas adding_replicas;    // only partitions being reassigned
  Replicas removing_replicas;  // likewise

  std::string encode() const;  // version 3
  static Result<TopicZnode> decode(std::string_view text);
  bool operator==(const TopicZnode&) const = default;
};

// .../partitions/P/state: leader and ISR. The znode's data version is the PartitionEpoch.
struct PartitionStateZnode {
  BrokerId leader = kNoBroker;
  LeaderEpoch leader_epoch;
  std::vector<BrokerId> isr;
  ControllerEpoch controller_epoch;
  bool recovering = false;  // leader_recovery_state: elected uncleanly, not yet recovered

  std::string encode() const;
  static Result<PartitionStateZnode> decode(std::string_view text);
  bool operator==(const PartitionStateZnode&) const = default;
};

// /config/<entity>: the overrides of one entity.
struct ConfigZnode {
  std::map<std::string, std::string> config;

  std::string encode() const;
  static Result<ConfigZnode> decode(std::string_view text);  // an empty text is an empty config
  bool operator==(const ConfigZnode&) const = default;
};

// /config/changes/config_change_*: the config of `entity_path` (topics/T, brokers/1, ...) changed.
struct ConfigChangeZnode {
  std::string entity_path;

  std::string encode() const;  // version 2
  static Result<ConfigChangeZnode> decode(std::string_view text);
  bool operator==(const ConfigChangeZnode&) const = default;
};

// /cluster/id
struct ClusterIdZnode {
  std::string id;

  std::string encode() const;
  static Result<ClusterIdZnode> decode(std::string_view text);
  bool operator==(const ClusterIdZnode&) const = default;
};

// /latest_producer_id_block: the block handed out last, both ends inclusive.
struct ProducerIdBlockZnode {
  BrokerId broker;
  ProducerId block_start;
  ProducerId block_end;

  std::string encode() const;
  static Result<ProducerIdBlockZnode> decode(std::string_view text);
  bool operator==(const ProducerIdBlockZnode&) const = default;
};

// /feature: the finalized features of the cluster.
struct FeatureZnode {
  bool enabled = false;
  std::map<std::string, std::int16_t> max_version_levels;
  std::int32_t version = 2;  // 1 before inter.broker.protocol.version 3.3

  std::string encode() const;
  static Result<FeatureZnode> decode(std::string_view text);
  bool operator==(const FeatureZnode&) const = default;
};

// /isr_change_notification/isr_change_* and /admin/preferred_replica_election.
struct PartitionSetZnode {
  std::vector<TopicPartition> partitions;

  std::string encode() const;
  static Result<PartitionSetZnode> decode(std::string_view text);
  bool operator==(const PartitionSetZnode&) const = default;
};

// /admin/reassign_partitions
struct ReassignPartitionsZnode {
  std::map<TopicPartition, std::vector<BrokerId>> partitions;

  std::string encode() const;
  static Result<ReassignPartitionsZnode> decode(std::string_view text);
  bool operator==(const ReassignPartitionsZnode&) const = default;
};

// /log_dir_event_notification/log_dir_event_*: a log directory of `broker` failed.
struct LogDirEventZnode {
  BrokerId broker;

  std::string encode() const;
  static Result<LogDirEventZnode> decode(std::string_view text);
  bool operator==(const LogDirEventZnode&) const = default;
};

}  // namespace barnabas::zk
