// Writes a new topic into ZooKeeper: its config node, then its topic node. Any broker may do so
// (automatic creation); the controller sees the topic by its watch and brings it to life.
//
// Threads  bound to the executor of the ZooKeeper session. A callback is called once, later;
//          callbacks of unfinished creations are dropped uncalled by the destructor.
// Failure  Errors and messages are Kafka's: TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION,
//          INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT,
//          INVALID_CONFIG, INVALID_REQUEST. Session expiry: NOT_CONTROLLER.
// Source   Kafka 3.9, kafka/zk/AdminZkClient.scala, kafka/server/ZkAdminManager.scala
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/controller/alive.h"
#include "broker/controller/core/replica_assignment.h"
#include "broker/controller/core/requests.h"
#include "zkclient/zookeeper.h"

namespace barnabas::controller {

class TopicCreator {
 public:
  struct Options {
    std::int32_t default_num_partitions = 1;
    std::int16_t default_replication_factor = 1;
    // Says what is wrong with a new topic's configs, in Kafka's words; empty: not checked.
    std::function<Result<void>(const std::map<std::string, std::string>&)> validate_topic_configs{};
  };
  using Callback = std::function<void(NewTopicAnswer)>;

  TopicCreator(zk::ZooKeeper& zookeeper, Random& random, Options options);
  ~TopicCreator();
  TopicCreator(const TopicCreator&) = delete;
  TopicCreator& operator=(const TopicCreator&) = delete;

  // `brokers`: the live ones, among whom the replicas are spread.
  void create(NewTopic topic, std::vector<BrokerWithRack> brokers, bool validate_only,
              Callback done);

 private:
  struct Creation;
  Result<void> validate(Creation& creation, const NewTopic& topic,
                        const std::vector<BrokerWithRack>& brokers);
  void write_config(std::shared_ptr<Creation> creation);
  void write_topic(std::shared_ptr<Creation> creation);
  void settle_topic(std::shared_ptr<Creation> creation, const std::string& path);

  zk::ZooKeeper& zookeeper_;
  Random& random_;
  const Options options_;
  Alive alive_;
};

}  // namespace barnabas::controller
