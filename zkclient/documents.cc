#include "zkclient/documents.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "zkclient/json.h"
#include "zkclient/znodes.pb.h"

namespace barnabas::zk {
namespace {

using google::protobuf::ListValue;
using ReplicasByPartition = google::protobuf::Map<std::int32_t, ListValue>;

// A JSON number that is an int32; Kafka's lists of ids hold nothing else.
std::optional<std::int32_t> to_int32(const google::protobuf::Value& value) {
  if (value.kind_case() != google::protobuf::Value::kNumberValue) return std::nullopt;
  const double number = value.number_value();
  if (number != std::trunc(number) || number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(number);
}

void write_replicas(const TopicZnode::Replicas& replicas, ReplicasByPartition& out) {
  for (const auto& [partition, brokers] : replicas) {
    ListValue& list = out[partition.value()];
    for (const BrokerId broker : brokers) list.add_values()->set_number_value(broker.value());
  }
}

std::optional<TopicZnode::Replicas> read_replicas(const ReplicasByPartition& in) {
  TopicZnode::Replicas replicas;
  for (const auto& [partition, list] : in) {
    auto& brokers = replicas[PartitionId(partition)];
    for (const auto& value : list.values()) {
      const auto broker = to_int32(value);
      if (!broker) return std::nullopt;
      brokers.emplace_back(*broker);
    }
  }
  return replicas;
}

}  // namespace

std::string ControllerZnode::encode() const {
  json::Controller document;
  document.set_version(2);
  document.set_brokerid(broker.value());
  document.set_timestamp(timestamp);
  document.set_kraftcontrollerepoch(kraft_controller_epoch);
  return to_json(document);
}

Result<ControllerZnode> ControllerZnode::decode(std::string_view text) {
  json::Controller document;
  TRY_VOID(from_json("controller", text, document));
  if (!document.has_brokerid()) return malformed("controller", "brokerid is missing", text);
  ControllerZnode controller;
  controller.broker = BrokerId(document.brokerid());
  if (document.has_timestamp()) controller.timestamp = document.timestamp();
  if (document.has_kraftcontrollerepoch()) {
    controller.kraft_controller_epoch = document.kraftcontrollerepoch();
  }
  return controller;
}

std::string encode_controller_epoch(ControllerEpoch epoch) {
  return fmt::format("{}", epoch);
}

Result<ControllerEpoch> decode_controller_epoch(std::string_view text) {
  std::int32_t epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return malformed("controller epoch", "not a number", text);
  }
  return ControllerEpoch(epoch);
}

std::string TopicZnode::encode() const {
  json::Topic document;
  document.set_version(3);
  if (topic_id) document.set_topic_id(topic_id->to_string());
  write_replicas(partitions, *document.mutable_partitions());
  write_replicas(adding_replicas, *document.mutable_adding_replicas());
  write_replicas(removing_replicas, *document.mutable_removing_replicas());
  return to_json(document);
}

Result<TopicZnode> TopicZnode::decode(std::string_view text) {
  json::Topic document;
  TRY_VOID(from_json("topic assignment", text, document));
  TopicZnode topic;
  if (document.has_topic_id()) {
    topic.topic_id = Uuid::parse(document.topic_id());
    if (!topic.topic_id) return malformed("topic assignment", "topic_id is not an id", text);
  }
  for (const auto& [in, out] :
       {std::pair{&document.partitions(), &topic.partitions},
        std::pair{&document.adding_replicas(), &topic.adding_replicas},
        std::pair{&document.removing_replicas(), &topic.removing_replicas}}) {
    auto replicas = read_replicas(*in);
    if (!replicas) return malformed("topic assignment", "a replica is not a broker id", text);
    *out = *std::move(replicas);
  }
  return topic;
}

std::string PartitionStateZnode::encode() const {
  json::PartitionState document;
  document.set_controller_epoch(controller_epoch.value());
  document.set_leader(leader.value());
  document.set_version(1);
  document.set_leader_epoch(leader_epoch.value());
  for (const BrokerId broker : isr) document.add_isr(broker.value());
  if (recovering) document.set_leader_recovery_state(1);
  return to_json(document);
}

Result<PartitionStateZnode> PartitionStateZnode::decode(std::string_view text) {
  json::PartitionState document;
  TRY_VOID(from_json("partition state", text, document));
  if (!document.has_leader() || !document.has_leader_epoch() || !document.has_controller_epoch()) {
    return malformed("partition state", "leader, leader_epoch or controller_epoch is missing",
                     text);
  }
  if (document.leader_recovery_state() != 0 && document.leader_recovery_state() != 1) {
    return malformed("partition state", "leader_recovery_state is neither 0 nor 1", text);
  }
  PartitionStateZnode state;
  state.leader = BrokerId(document.leader());
  state.leader_epoch = LeaderEpoch(document.leader_epoch());
  for (const std::int32_t broker : document.isr()) state.isr.emplace_back(broker);
  state.controller_epoch = ControllerEpoch(document.controller_epoch());
  state.recovering = document.leader_recovery_state() == 1;
  return state;
}

std::string ConfigZnode::encode() const {
  json::Config document;
  document.set_version(1);
  document.mutable_config()->insert(config.begin(), config.end());
  return to_json(document);
}

Result<ConfigZnode> ConfigZnode::decode(std::string_view text) {
  if (text.empty()) return ConfigZnode{};
  json::Config document;
  TRY_VOID(from_json("config", text, document));
  return ConfigZnode{{document.config().begin(), document.config().end()}};
}

std::string ConfigChangeZnode::encode() const {
  json::ConfigChange document;
  document.set_version(2);
  document.set_entity_path(entity_path);
  return to_json(document);
}

Result<ConfigChangeZnode> ConfigChangeZnode::decode(std::string_view text) {
  constexpr std::string_view kWhat = "config change notification";
  json::ConfigChange document;
  TRY_VOID(from_json(kWhat, text, document));
  if (document.version() == 1) {
    if (document.entity_type() != "topics" && document.entity_type() != "clients") {
      return malformed(kWhat, "entity_type is neither topics nor clients", text);
    }
    if (!document.has_entity_name()) return malformed(kWhat, "entity_name is missing", text);
    return ConfigChangeZnode{fmt::format("{}/{}", document.entity_type(), document.entity_name())};
  }
  if (document.version() != 2) return malformed(kWhat, "version is neither 1 nor 2", text);
  if (!document.has_entity_path()) return malformed(kWhat, "entity_path is missing", text);
  return ConfigChangeZnode{document.entity_path()};
}

std::string ClusterIdZnode::encode() const {
  json::ClusterId document;
  document.set_version("1");
  document.set_id(id);
  return to_json(document);
}

Result<ClusterIdZnode> ClusterIdZnode::decode(std::string_view text) {
  json::ClusterId document;
  TRY_VOID(from_json("cluster id", text, document));
  if (!document.has_id()) return malformed("cluster id", "id is missing", text);
  return ClusterIdZnode{document.id()};
}

std::string ProducerIdBlockZnode::encode() const {
  json::ProducerIdBlock document;
  document.set_version(1);
  document.set_broker(broker.value());
  document.set_block_start(block_start.value());
  document.set_block_end(block_end.value());
  return to_json(document);
}

Result<ProducerIdBlockZnode> ProducerIdBlockZnode::decode(std::string_view text) {
  json::ProducerIdBlock document;
  TRY_VOID(from_json("producer id block", text, document));
  if (!document.has_broker() || !document.has_block_start() || !document.has_block_end()) {
    return malformed("producer id block", "broker, block_start or block_end is missing", text);
  }
  return ProducerIdBlockZnode{BrokerId(document.broker()), ProducerId(document.block_start()),
                              ProducerId(document.block_end())};
}

std::string FeatureZnode::encode() const {
  json::Features document;
  document.set_version(version);
  document.set_status(enabled ? 1 : 0);
  for (const auto& [name, level] : max_version_levels) {
    auto& levels = (*document.mutable_features())[name];
    if (version == 1) levels.set_min_version_level(1);
    levels.set_max_version_level(level);
  }
  return to_json(document);
}

Result<FeatureZnode> FeatureZnode::decode(std::string_view text) {
  json::Features document;
  TRY_VOID(from_json("feature", text, document));
  if (document.version() != 1 && document.version() != 2) {
    return malformed("feature", "version is neither 1 nor 2", text);
  }
  if (!document.has_status() || (document.status() != 0 && document.status() != 1)) {
    return malformed("feature", "status is neither 0 nor 1", text);
  }
  FeatureZnode feature;
  feature.enabled = document.status() == 1;
  feature.version = document.version();
  for (const auto& [name, levels] : document.features()) {
    if (!levels.has_max_version_level() ||
        (document.version() == 1 && !levels.has_min_version_level())) {
      return malformed("feature", "a version level is missing", text);
    }
    if (levels.max_version_level() < 1 ||
        levels.max_version_level() > std::numeric_limits<std::int16_t>::max()) {
      return malformed("feature", "max_version_level is out of range", text);
    }
    feature.max_version_levels[name] = static_cast<std::int16_t>(levels.max_version_level());
  }
  return feature;
}

std::string PartitionSetZnode::encode() const {
  json::PartitionSet document;
  document.set_version(1);
  for (const TopicPartition& tp : partitions) {
    auto* member = document.add_partitions();
    member->set_topic(tp.topic);
    member->set_partition(tp.partition.value());
  }
  return to_json(document);
}

Result<PartitionSetZnode> PartitionSetZnode::decode(std::string_view text) {
  json::PartitionSet document;
  TRY_VOID(from_json("partition set", text, document));
  PartitionSetZnode set;
  for (const auto& member : document.partitions()) {
    if (!member.has_topic() || !member.has_partition()) {
      return malformed("partition set", "topic or partition is missing", text);
    }
    set.partitions.push_back({member.topic(), PartitionId(member.partition())});
  }
  return set;
}

std::string ReassignPartitionsZnode::encode() const {
  json::Reassignment document;
  document.set_version(1);
  for (const auto& [tp, replicas] : partitions) {
    auto* member = document.add_partitions();
    member->set_topic(tp.topic);
    member->set_partition(tp.partition.value());
    for (const BrokerId broker : replicas) member->add_replicas(broker.value());
  }
  return to_json(document);
}

Result<ReassignPartitionsZnode> ReassignPartitionsZnode::decode(std::string_view text) {
  json::Reassignment document;
  TRY_VOID(from_json("reassignment", text, document));
  ReassignPartitionsZnode reassignment;
  for (const auto& member : document.partitions()) {
    if (!member.has_topic() || !member.has_partition()) {
      return malformed("reassignment", "topic or partition is missing", text);
    }
    auto& replicas = reassignment.partitions[{member.topic(), PartitionId(member.partition())}];
    replicas.clear();  // a partition named twice: the last one holds
    for (const std::int32_t broker : member.replicas()) replicas.emplace_back(broker);
  }
  return reassignment;
}

std::string LogDirEventZnode::encode() const {
  json::LogDirEvent document;
  document.set_version(1);
  document.set_broker(broker.value());
  document.set_event(1);
  return to_json(document);
}

Result<LogDirEventZnode> LogDirEventZnode::decode(std::string_view text) {
  json::LogDirEvent document;
  TRY_VOID(from_json("log dir event", text, document));
  if (!document.has_broker()) return malformed("log dir event", "broker is missing", text);
  return LogDirEventZnode{BrokerId(document.broker())};
}

}  // namespace barnabas::zk
