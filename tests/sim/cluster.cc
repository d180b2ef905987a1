#include "tests/sim/cluster.h"

#include <utility>

#include "broker/base/check.h"
#include "broker/base/uuid.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/protocol/java_string.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::sim {
namespace {

constexpr Duration kSessionTimeout = milliseconds(2'000);
constexpr std::int32_t kFirstBroker = 101;
constexpr std::uint64_t kMaxDriftPpm = 400;
constexpr Duration kStartSpread = milliseconds(300);

}  // namespace

Cluster::Cluster(Scheduler& scheduler, Random& random, Trace& trace, std::int32_t broker_count)
    : random_(random),
      network_(scheduler, random),
      ensemble_(scheduler, 0),
      zookeeper_(ensemble_, ensemble_, random),
      world_{scheduler,      network_, zookeeper_, trace, Uuid::random(random).to_string(),
             kSessionTimeout} {
  for (std::int32_t i = 0; i < broker_count; ++i) {
    const auto drift = static_cast<std::int64_t>(random.below(2 * kMaxDriftPpm)) -
                       static_cast<std::int64_t>(kMaxDriftPpm);
    brokers_.push_back(
        std::make_unique<SimBroker>(world_, BrokerId(kFirstBroker + i), drift, random.next()));
  }
}

void Cluster::start_all() {
  for (auto& broker : brokers_) {
    const auto delay = microseconds(
        static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(kStartSpread.count()))));
    world_.scheduler.after(delay, [&broker] { broker->start(); });
  }
}

void Cluster::heal_all() {
  network_.heal_all();
  for (auto& broker : brokers_) {
    broker->resume();
    // One on its way out would stay away.
    if (broker->stopping()) broker->kill(true);
    if (broker->has_process()) {
      broker->zookeeper().heal();
    } else {
      broker->start();
    }
  }
}

std::vector<Address> Cluster::addresses() const {
  std::vector<Address> all;
  for (const auto& broker : brokers_) all.push_back(broker->address());
  return all;
}

std::uint32_t Cluster::incarnation(BrokerId id) const {
  for (const auto& broker : brokers_) {
    if (broker->id() == id) return broker->incarnation();
  }
  return 0;
}

SimBroker* Cluster::find(BrokerId id) const {
  for (const auto& broker : brokers_) {
    if (broker->id() == id && broker->has_process()) return broker.get();
  }
  return nullptr;
}

SimBroker* Cluster::controller() {
  const auto* node = zookeeper_.tree().find(std::string(zk::paths::kController));
  if (node == nullptr) return nullptr;
  const auto named = zk::ControllerZnode::decode(node->data);
  CHECK(named.has_value(), "{}", node->data);
  return find(named->broker);
}

std::optional<zk::PartitionStateZnode> Cluster::state(const TopicPartition& tp) const {
  const auto* node = zookeeper_.tree().find(zk::paths::topic_partition_state(tp));
  if (node == nullptr) return std::nullopt;
  const auto state = zk::PartitionStateZnode::decode(node->data);
  CHECK(state.has_value(), "{}", node->data);
  return *state;
}

SimBroker* Cluster::leader(const TopicPartition& tp) {
  const auto known = state(tp);
  return known ? find(known->leader) : nullptr;
}

std::shared_ptr<group::Shard> Cluster::coordinator(BrokerId broker, PartitionId partition,
                                                   LeaderEpoch epoch) const {
  SimBroker* const found = find(broker);
  if (found == nullptr) return nullptr;
  // A leader that stays through an election keeps its groups: its shard is of an earlier epoch.
  const auto replica = found->node().replicas().find(group::kOffsetsTopic, partition);
  if (!replica || !replica->is_leader() || replica->leader_epoch() != epoch) return nullptr;
  return found->node().groups().shard(partition);
}

LeaderEpoch Cluster::coordinator_epoch(BrokerId broker, const std::string& group) const {
  const PartitionId partition = protocol::partition_for(group, kOffsetsPartitions);
  const auto known = state({std::string(group::kOffsetsTopic), partition});
  if (!known || known->leader != broker) return kNoLeaderEpoch;
  return coordinator(broker, partition, known->leader_epoch) ? known->leader_epoch : kNoLeaderEpoch;
}

bool Cluster::coordinator_has_committed(BrokerId broker, const std::string& group) const {
  const LeaderEpoch epoch = coordinator_epoch(broker, group);
  if (epoch == kNoLeaderEpoch) return false;
  const TopicPartition tp{std::string(group::kOffsetsTopic),
                          protocol::partition_for(group, kOffsetsPartitions)};
  SimBroker* const coordinator = find(broker);
  const auto replica = coordinator->node().replicas().find(tp.topic, tp.partition);
  const auto log = coordinator->disk().find(tp);
  if (!replica || !log) return false;
  const auto shard = coordinator->node().groups().shard(tp.partition);
  if (!shard) return false;
  const Offset loaded = log->end_offset_for(shard->epoch() - 1).end_offset;
  return replica->status().high_watermark >= loaded;
}

void Cluster::read_topics(ClusterSnapshot& snapshot) const {
  const auto& tree = zookeeper_.tree();
  if (const auto* epoch = tree.find(std::string(zk::paths::kControllerEpoch))) {
    const auto decoded = zk::decode_controller_epoch(epoch->data);
    CHECK(decoded.has_value(), "{}", epoch->data);
    snapshot.controller_epoch = *decoded;
    snapshot.controller_epoch_mzxid = epoch->stat.mzxid;
  }
  const auto* topics = tree.find(std::string(zk::paths::kTopics));
  if (topics == nullptr) return;
  for (const std::string& topic : topics->children) {
    const auto document = zk::TopicZnode::decode(tree.find(zk::paths::topic(topic))->data);
    CHECK(document.has_value(), "{}", topic);
    for (const auto& [partition, replicas] : document->partitions) {
      const TopicPartition tp{topic, partition};
      snapshot.assignment[tp] = replicas;
      const auto* node = tree.find(zk::paths::topic_partition_state(tp));
      if (node == nullptr) continue;
      const auto state = zk::PartitionStateZnode::decode(node->data);
      CHECK(state.has_value(), "{}", node->data);
      snapshot.states[tp] = {*state, PartitionEpoch(node->stat.version), node->stat.mzxid};
      if (topic != group::kOffsetsTopic) continue;
      if (auto shard = coordinator(state->leader, partition, state->leader_epoch)) {
        snapshot.coordinators[partition] = {state->leader, std::move(shard)};
      }
    }
  }
}

ClusterSnapshot Cluster::snapshot() {
  ClusterSnapshot snapshot;
  read_topics(snapshot);
  for (auto& broker : brokers_) {
    for (const TopicPartition& tp : broker->disk().partitions()) {
      snapshot.logs[tp][broker->id()] = broker->disk().find(tp).get();
    }
    if (!broker->has_process()) continue;
    if (broker->running() && broker->in_office()) snapshot.live_brokers.insert(broker->id());
    for (const auto& partition : broker->node().replicas().partitions()) {
      snapshot.replicas.push_back({broker->id(), broker->incarnation(), partition->status()});
    }
  }
  return snapshot;
}

}  // namespace barnabas::sim
