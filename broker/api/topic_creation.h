// Creates topics when they are first needed, by asking the controller: internal ones, and those
// that a client's Metadata request names (auto.create.topics.enable).
//
// Whoever finds that a topic is missing asks for it and answers its own client that it has to come
// again; the metadata tells when the topic is there.
// Invariants  A topic is asked for by one request at a time.
// Threads     thread-safe. ask_controller is called on any thread, under no lock.
// Life        outlives the calls of ask_controller.
// Source      Kafka 3.9, kafka/server/AutoTopicCreationManager.scala
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/controller/core/requests.h"

namespace barnabas::config {
struct BrokerConfig;
}

namespace barnabas::api {

// __consumer_offsets, as offsets.topic.* and group coordinators want it.
controller::NewTopic offsets_topic(const config::BrokerConfig& config);

// A topic as it is created on its first use: num.partitions and default.replication.factor, or what
// an internal topic of the name has to be.
controller::NewTopic automatic_topic(const config::BrokerConfig& config, std::string_view name);

class AutoTopicCreation {
 public:
  // What a Metadata request is told of a missing topic.
  using Told = std::map<std::string, ErrorCode>;

  struct Asking {
    std::vector<controller::NewTopic> topics;
    // Another broker is the controller, and is asked: nobody waits for what it answers.
    std::function<void()> sent;
    // The controller's answers, in the order of the topics.
    std::function<void(const std::vector<Error>&)> answered;
  };
  // Asks the controller, whichever broker it is. Calls back on any thread, maybe at once: `sent`,
  // if it is another broker, then `answered`, once.
  using AskController = std::function<void(Asking)>;

  explicit AutoTopicCreation(AskController ask_controller)
      : ask_controller_(std::move(ask_controller)) {}

  // Of the topics, asks for those that have a valid name and are not being created. `told` is
  // called once, on any thread, maybe at once. When this broker is the controller, with what became
  // of them: LEADER_NOT_AVAILABLE is a success. Else with UNKNOWN_TOPIC_OR_PARTITION.
  void create(std::vector<controller::NewTopic> topics, std::function<void(Told)> told);

 private:
  struct Call;
  void on_answered(Call& call, const std::vector<Error>& answers);

  const AskController ask_controller_;  // fixed at construction

  Mutex mu_;
  std::set<std::string> in_flight_ GUARDED_BY(mu_);
};

}  // namespace barnabas::api
