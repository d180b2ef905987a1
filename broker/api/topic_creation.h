// Creates internal topics when they are first needed, by asking the controller.
//
// Whoever finds that a topic is missing asks for it and answers its own client that it has to come
// again; the metadata tells when the topic is there.
// Invariants  A topic is asked for by one request at a time.
// Threads     thread-safe. ask_controller is called on any thread, under no lock.
// Life        outlives the calls of ask_controller.
// Source      Kafka 3.9, kafka/server/AutoTopicCreationManager.scala
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "broker/base/mutex.h"
#include "broker/base/result.h"
#include "broker/controller/core/requests.h"

namespace barnabas::config {
struct BrokerConfig;
}

namespace barnabas::api {

// __consumer_offsets, as offsets.topic.* and group coordinators want it.
controller::NewTopic offsets_topic(const config::BrokerConfig& config);

class AutoTopicCreation {
 public:
  // Code NONE: created.
  using Done = std::function<void(const Error&)>;
  // Asks the controller, whichever broker it is; calls back once, on any thread, maybe at once.
  using AskController = std::function<void(controller::NewTopic, Done)>;

  explicit AutoTopicCreation(AskController ask_controller)
      : ask_controller_(std::move(ask_controller)) {}

  // Does nothing while the topic is being created.
  void create(controller::NewTopic topic);

 private:
  void on_answer(const std::string& topic, const Error& error);

  const AskController ask_controller_;  // fixed at construction

  Mutex mu_;
  std::set<std::string> in_flight_ GUARDED_BY(mu_);
};

}  // namespace barnabas::api
