#include "admin/consumer_loop.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <stdexcept>

#include "admin/error_text.h"
#include "broker/protocol/error_code.h"

namespace barnabas::admin {
namespace {

volatile std::sig_atomic_t noted_signal = 0;

void on_signal(int signal) {
  noted_signal = signal;
}

}  // namespace

void note_stop_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

int stop_signal() {
  return noted_signal;
}

int exit_code_after(int code) {
  return noted_signal != 0 ? 128 + static_cast<int>(noted_signal) : code;
}

std::optional<std::string> fatal_error(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      return fmt::format(
          "org.apache.kafka.clients.consumer.NoOffsetForPartitionException: Undefined offset with "
          "no "
          "reset policy for partitions: [{}-{}]",
          message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "", message.partition);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      return fmt::format("{}: {}",
                         exception_name(error_from_wire(static_cast<std::int16_t>(message.err))),
                         rd_kafka_message_errstr(&message));
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return fmt::format("org.apache.kafka.common.KafkaException: {}",
                         rd_kafka_message_errstr(&message));
    default:
      return std::nullopt;
  }
}

config::Properties consumer_defaults(const config::Properties& properties) {
  config::Properties native;
  if (!properties.contains("allow.auto.create.topics")) native["allow.auto.create.topics"] = "true";
  return native;
}

void subscribe(RdKafkaClient& client, const std::vector<std::string>& topics) {
  struct Destroy {
    void operator()(rd_kafka_topic_partition_list_t* list) const {
      rd_kafka_topic_partition_list_destroy(list);
    }
  };
  const std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const std::string& topic : topics) {
    // A subscription alone asks for topics without making them; knowing them by name does.
    client.topic(topic);
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const auto error = rd_kafka_subscribe(client.handle(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

}  // namespace barnabas::admin
