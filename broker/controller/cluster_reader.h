// Reads the cluster's state from ZooKeeper, arming watches on the way. All reads of one kind are
// pipelined: a whole cluster takes three round trips.
//
// Threads  bound to the executor of the ZooKeeper session. Callbacks are called once, later, and
//          never after the destruction or the session's expiry.
// Failure  A document that cannot be read is said in the log and left out, as if its node were not
//          there. A node that has vanished is left out.
// Source   Kafka 3.9, KafkaController.initializeControllerContext
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/cluster_state.h"
#include "broker/controller/fenced_writer.h"
#include "zkclient/documents.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class ClusterReader {
 public:
  ClusterReader(zk::ZooKeeper& zookeeper, FencedWriter& writer, Random& random)
      : zookeeper_(zookeeper), writer_(writer), random_(random) {}

  // Everything that a new controller has to know; watches all that it has to watch. Absent: the
  // brokers or topics cannot be listed.
  void read_cluster(std::function<void(std::optional<ClusterSnapshot>)> done);

  void read_brokers(std::vector<BrokerId> ids,
                    std::function<void(std::map<BrokerId, BrokerInfo>)> done);
  // Topic znodes, watched. One without a topic id gets the known one, else a new one.
  void read_topics(std::vector<std::string> names, const std::map<std::string, Uuid>& known_ids,
                   std::function<void(std::vector<TopicSnapshot>)> done);
  void read_states(std::vector<TopicPartition> partitions,
                   std::function<void(std::map<TopicPartition, Leadership>)> done);
  // Absent: the node is not there.
  void read_children(std::string_view path, bool watch,
                     std::function<void(std::optional<std::vector<std::string>>)> done);
  // The topic's own configs. Absent: the document cannot be read.
  using ConfigDone = std::function<void(std::optional<std::map<std::string, std::string>>)>;
  void read_topic_config(const std::string& topic, ConfigDone done);
  // All nodes below and at `path`, children before their parents.
  void read_subtree(std::string path, std::function<void(std::vector<std::string>)> done);

 private:
  using TopicDone = std::function<void(std::optional<TopicSnapshot>)>;
  void read_topic(const std::string& name, std::optional<Uuid> known_id, TopicDone done);
  void give_topic_id(const std::string& name, std::optional<Uuid> known_id, zk::TopicZnode znode,
                     std::int32_t version, TopicDone done);
  struct Loading;
  void read_contents(std::shared_ptr<Loading> loading);

  zk::ZooKeeper& zookeeper_;
  FencedWriter& writer_;
  Random& random_;
  Alive alive_;
};

// The ids among the children of /brokers/ids.
std::vector<BrokerId> broker_ids(const std::vector<std::string>& children);

}  // namespace barnabas::controller
