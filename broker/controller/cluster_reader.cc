#include "broker/controller/cluster_reader.h"

#include <utility>
#include <variant>

#include "broker/base/logging.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

// Collects the answers of reads made at the same time; calls `done` when the last has come.
template <typename Collected>
struct Gathering {
  std::size_t missing = 0;
  Collected collected{};
  std::function<void(Collected)> done;

  void one_came() {
    if (--missing == 0) done(std::move(collected));
  }
};

template <typename Collected>
std::shared_ptr<Gathering<Collected>> gather(std::size_t count,
                                             std::function<void(Collected)> done) {
  auto gathering = std::make_shared<Gathering<Collected>>();
  gathering->missing = count;
  gathering->done = std::move(done);
  return gathering;
}

void complain(std::string_view path, const Error& error) {
  log_error("[Controller] Cannot read {}: {}", path, error.detail);
}

TopicSnapshot to_snapshot(const std::string& name, const Uuid& id, const zk::TopicZnode& znode) {
  TopicSnapshot topic{name, id, {}};
  for (const auto& [partition, replicas] : znode.partitions) {
    if (replicas.empty()) {
      log_error("[Controller] Partition {}-{} has no replicas; it is left out", name, partition);
      continue;
    }
    topic.assignment[partition].replicas = replicas;
  }
  for (const auto& [partition, adding] : znode.adding_replicas) {
    if (topic.assignment.contains(partition)) topic.assignment[partition].adding = adding;
  }
  for (const auto& [partition, removing] : znode.removing_replicas) {
    if (topic.assignment.contains(partition)) topic.assignment[partition].removing = removing;
  }
  return topic;
}

}  // namespace

std::vector<BrokerId> broker_ids(const std::vector<std::string>& children) {
  std::vector<BrokerId> ids;
  for (const std::string& child : children) {
    if (const auto id = zk::paths::number_of(child)) ids.push_back(BrokerId(*id));
  }
  return ids;
}

struct ClusterReader::Loading {
  ClusterSnapshot snapshot;
  std::optional<std::vector<std::string>> brokers;
  std::optional<std::vector<std::string>> topics;
  std::function<void(std::optional<ClusterSnapshot>)> done;
};

void ClusterReader::read_cluster(std::function<void(std::optional<ClusterSnapshot>)> done) {
  auto loading = std::make_shared<Loading>();
  loading->done = std::move(done);
  const auto none = [](const std::optional<std::vector<std::string>>&) {};
  read_children(zk::paths::kBrokerIds, true,
                [loading](auto children) { loading->brokers = std::move(children); });
  read_children(zk::paths::kTopics, true,
                [loading](auto children) { loading->topics = std::move(children); });
  read_children(zk::paths::kIsrChangeNotification, true, none);
  read_children(zk::paths::kLogDirEventNotification, true, none);
  // Answers come in the order of the reads: this is the last one.
  read_children(zk::paths::kDeleteTopics, true, [this, loading](auto children) {
    if (children) loading->snapshot.topics_to_delete = std::move(*children);
    if (loading->brokers && loading->topics) {
      read_contents(loading);
    } else {
      loading->done(std::nullopt);
    }
  });
}

void ClusterReader::read_contents(std::shared_ptr<Loading> loading) {
  auto both = gather<std::monostate>(
      2, [loading](std::monostate) { loading->done(std::move(loading->snapshot)); });
  read_brokers(broker_ids(*loading->brokers),
               [loading, both](std::map<BrokerId, BrokerInfo> brokers) {
                 loading->snapshot.brokers = std::move(brokers);
                 both->one_came();
               });
  read_topics(*loading->topics, {}, [this, loading, both](std::vector<TopicSnapshot> topics) {
    std::vector<TopicPartition> partitions;
    for (const TopicSnapshot& topic : topics) {
      for (const auto& [id, assignment] : topic.assignment) partitions.push_back({topic.name, id});
    }
    loading->snapshot.topics = std::move(topics);
    read_states(std::move(partitions),
                [loading, both](std::map<TopicPartition, Leadership> states) {
                  loading->snapshot.leaderships = std::move(states);
                  both->one_came();
                });
  });
}

void ClusterReader::read_brokers(std::vector<BrokerId> ids,
                                 std::function<void(std::map<BrokerId, BrokerInfo>)> done) {
  auto all = gather<std::map<BrokerId, BrokerInfo>>(ids.size() + 1, std::move(done));
  for (BrokerId id : ids) {
    const std::string path = zk::paths::broker_id(id);
    zookeeper_.get_data(path, true, alive_.guard([all, id, path](const zk::DataAnswer& answer) {
      if (answer.error == zk::ZkError::kSessionExpired) return;
      if (answer.ok()) {
        if (auto znode = zk::BrokerZnode::decode(answer.data)) {
          all->collected[id] = {id, BrokerEpoch(answer.stat.czxid), std::move(znode->endpoints),
                                std::move(znode->rack)};
        } else {
          complain(path, znode.error());
        }
      }
      all->one_came();
    }));
  }
  // So that no broker at all is answered too, and later, like the others.
  zookeeper_.exists(std::string(zk::paths::kBrokerIds), false,
                    alive_.guard([all](const zk::StatAnswer& answer) {
                      if (answer.error != zk::ZkError::kSessionExpired) all->one_came();
                    }));
}

void ClusterReader::read_topics(std::vector<std::string> names,
                                const std::map<std::string, Uuid>& known_ids,
                                std::function<void(std::vector<TopicSnapshot>)> done) {
  if (names.empty()) {
    done({});
    return;
  }
  auto all = gather<std::vector<TopicSnapshot>>(names.size(), std::move(done));
  for (const std::string& name : names) {
    const auto known = known_ids.find(name);
    const auto known_id = known == known_ids.end() ? std::nullopt : std::optional(known->second);
    read_topic(name, known_id, [all](std::optional<TopicSnapshot> topic) {
      if (topic) all->collected.push_back(std::move(*topic));
      all->one_came();
    });
  }
}

void ClusterReader::read_topic(const std::string& name, std::optional<Uuid> known_id,
                               TopicDone done) {
  const std::string path = zk::paths::topic(name);
  const auto came = [this, name, path, known_id, done](zk::DataAnswer answer) {
    if (answer.error == zk::ZkError::kSessionExpired) return;
    if (!answer.ok()) return done(std::nullopt);
    const auto znode = zk::TopicZnode::decode(answer.data);
    if (!znode) {
      complain(path, znode.error());
      return done(std::nullopt);
    }
    if (znode->topic_id) return done(to_snapshot(name, *znode->topic_id, *znode));
    give_topic_id(name, known_id, *znode, answer.stat.version, done);
  };
  zookeeper_.get_data(path, true, alive_.guard(came));
}

// Topics made by brokers older than 2.8 have none, and tools of that age take it away when they add
// partitions: then the topic keeps the one that its replicas know it by.
void ClusterReader::give_topic_id(const std::string& name, std::optional<Uuid> known_id,
                                  zk::TopicZnode znode, std::int32_t version, TopicDone done) {
  znode.topic_id = known_id ? *known_id : Uuid::random(random_);
  writer_.write(zk::Op::set_data(zk::paths::topic(name), znode.encode(), version),
                alive_.guard([this, name, known_id, done](const FencedWriter::Answer& answer) {
                  if (answer.error == zk::ZkError::kNoNode) return done(std::nullopt);
                  read_topic(name, known_id, done);
                }));
}

void ClusterReader::read_states(std::vector<TopicPartition> partitions,
                                std::function<void(std::map<TopicPartition, Leadership>)> done) {
  if (partitions.empty()) {
    done({});
    return;
  }
  auto all = gather<std::map<TopicPartition, Leadership>>(partitions.size(), std::move(done));
  for (const TopicPartition& tp : partitions) {
    const std::string path = zk::paths::topic_partition_state(tp);
    zookeeper_.get_data(path, false, alive_.guard([all, tp, path](const zk::DataAnswer& answer) {
      if (answer.error == zk::ZkError::kSessionExpired) return;
      if (answer.ok()) {
        if (auto znode = zk::PartitionStateZnode::decode(answer.data)) {
          all->collected[tp] = {{znode->leader, znode->leader_epoch, std::move(znode->isr),
                                 znode->recovering ? LeaderRecoveryState::kRecovering
                                                   : LeaderRecoveryState::kRecovered,
                                 PartitionEpoch(answer.stat.version)},
                                znode->controller_epoch};
        } else {
          complain(path, znode.error());
        }
      }
      all->one_came();
    }));
  }
}

void ClusterReader::read_children(
    std::string_view path, bool watch,
    std::function<void(std::optional<std::vector<std::string>>)> done) {
  zookeeper_.get_children(std::string(path), watch, alive_.guard([done](zk::ChildrenAnswer answer) {
    if (answer.error == zk::ZkError::kSessionExpired) return;
    if (answer.ok()) {
      done(std::move(answer.children));
    } else {
      done(std::nullopt);
    }
  }));
}

void ClusterReader::read_topic_config(const std::string& topic, ConfigDone done) {
  const std::string path = zk::paths::topic_config(topic);
  zookeeper_.get_data(path, false, alive_.guard([path, done](const zk::DataAnswer& answer) {
    if (answer.error == zk::ZkError::kSessionExpired) return;
    auto znode = zk::ConfigZnode::decode(answer.ok() ? answer.data : std::string());
    if (znode) return done(std::move(znode->config));
    complain(path, znode.error());
    done(std::nullopt);
  }));
}

void ClusterReader::read_subtree(std::string path,
                                 std::function<void(std::vector<std::string>)> done) {
  read_children(path, false, [this, path, done](std::optional<std::vector<std::string>> children) {
    if (!children) return done({});
    if (children->empty()) return done({path});
    auto all = gather<std::vector<std::string>>(children->size(),
                                                [path, done](std::vector<std::string> below) {
                                                  below.push_back(path);
                                                  done(std::move(below));
                                                });
    for (const std::string& child : *children) {
      read_subtree(zk::paths::join(path, child), [all](std::vector<std::string> below) {
        all->collected.insert(all->collected.end(), below.begin(), below.end());
        all->one_came();
      });
    }
  });
}

}  // namespace barnabas::controller
