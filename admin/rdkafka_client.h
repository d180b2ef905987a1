// A librdkafka client with what the console tools need around it: settings in Java's names, its log
// in the shape of Kafka's tool logging, and patience until a topic is there.
//
// Threads  externally synchronized; librdkafka's own threads stay behind its API.
// Failure  std::runtime_error for settings that cannot be used.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/properties.h"

namespace barnabas::admin {

// Called from within the calls that serve the client: rd_kafka_poll, rd_kafka_consumer_poll.
struct RdKafkaCallbacks {
  std::function<void(const rd_kafka_message_t&)> on_delivery = {};
  // Before the partitions are taken (true) or given back.
  std::function<void(bool assigned, const rd_kafka_topic_partition_list_t&)> on_rebalance = {};
};

// A record to produce; views that are read during the call alone.
struct RdKafkaRecord {
  const std::string& topic;
  std::optional<std::string_view> key = {};    // nullopt: null
  std::optional<std::string_view> value = {};  // nullopt: null
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  std::int64_t timestamp = 0;  // ms since the epoch; 0: that of the call
};

class RdKafkaClient {
 public:
  using SteadyClock = std::chrono::steady_clock;

  // `role` as Kafka names it in log lines: Producer, Consumer. `properties` in Java's names,
  // client.id among them; `native` in librdkafka's.
  RdKafkaClient(rd_kafka_type_t type, std::string role, const config::Properties& properties,
                const config::Properties& native, RdKafkaCallbacks callbacks = {});
  ~RdKafkaClient();
  RdKafkaClient(const RdKafkaClient&) = delete;
  RdKafkaClient& operator=(const RdKafkaClient&) = delete;

  rd_kafka_t* handle() { return client_.get(); }
  rd_kafka_topic_t* topic(const std::string& name);

  // Hands the record to librdkafka, which copies it; serves deliveries while its queue is full.
  rd_kafka_resp_err_t produce(const RdKafkaRecord& record);

  // The partitions of a topic, once it has some. Warns while it has none, asks again until
  // `deadline` or until `stop` says so. nullopt: neither came.
  std::optional<std::vector<std::int32_t>> await_partitions(const std::string& topic,
                                                            SteadyClock::time_point deadline,
                                                            const std::function<bool()>& stop);

  // The names of all topics; empty while no broker answers.
  std::vector<std::string> topics();

 private:
  struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  };

  rd_kafka_resp_err_t try_produce(const RdKafkaRecord& record);
  void warn(const std::string& text) const;
  static void on_error(rd_kafka_t*, int error, const char* reason, void* self);
  static void on_message(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what,
                           rd_kafka_topic_partition_list_t* partitions, void* self);

  // Fixed at construction
  const std::string role_;
  const std::string client_id_;
  const RdKafkaCallbacks callbacks_;

  std::unique_ptr<rd_kafka_t, Destroy> client_;
  std::map<std::string, std::unique_ptr<rd_kafka_topic_t, Destroy>> topics_;
};

}  // namespace barnabas::admin
