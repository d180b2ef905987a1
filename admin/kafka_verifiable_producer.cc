// kafka-verifiable-producer: rising numbers to a topic, and a line of JSON for the fate of each.
//
// Source  Kafka 3.9, VerifiableProducer.java
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "admin/client_properties.h"
#include "admin/consumer_loop.h"
#include "admin/error_text.h"
#include "admin/rdkafka_client.h"
#include "admin/tool.h"
#include "admin/verifiable_events.h"
#include "admin/verifiable_options.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/topic_name.h"
#include "config/properties.h"

namespace barnabas::admin {
namespace {

using SteadyClock = RdKafkaClient::SteadyClock;

constexpr int kProducePollMs = 100;

class VerifiableProducer {
 public:
  VerifiableProducer(const ArgumentValues& arguments, const config::Properties& properties)
      : topic_(*arguments.text("--topic")),
        max_messages_(*arguments.number("--max-messages")),
        throughput_(*arguments.number("--throughput")),
        value_prefix_(arguments.number("--value-prefix")),
        repeating_keys_(arguments.number("--repeating-keys")),
        max_block_(max_block(properties)),
        create_time_ms_(*arguments.number("--message-create-time")),
        client_(
            RD_KAFKA_PRODUCER, "Producer", properties,
            // The partition of a key is that of Kafka's own producer.
            {{"partitioner", "murmur2_random"}},
            {.on_delivery = [this](const rd_kafka_message_t& message) { on_delivery(message); }}) {}

  int run() {
    start_ = SteadyClock::now();
    print_event(event("startup_complete"));
    const std::int64_t last =
        max_messages_ < 0 ? std::numeric_limits<std::int64_t>::max() : max_messages_;
    for (std::int64_t i = 0; i < last && stop_signal() == 0; ++i) {
      send(next_key(), value(i));
      rd_kafka_poll(client_.handle(), 0);
      throttle(i + 1);
    }
    while (rd_kafka_outq_len(client_.handle()) > 0) rd_kafka_poll(client_.handle(), kProducePollMs);
    print_event(event("shutdown_complete"));
    const std::chrono::duration<double> taken = SteadyClock::now() - start_;
    print_event(tool_data(sent_, acked_, throughput_, static_cast<double>(acked_) / taken.count()));
    return exit_code_after(0);
  }

 private:
  std::string value(std::int64_t number) const {
    return value_prefix_ ? fmt::format("{}.{}", *value_prefix_, number) : fmt::format("{}", number);
  }

  std::optional<std::string> next_key() {
    if (!repeating_keys_) return std::nullopt;
    std::string key = fmt::format("{}", key_++);
    if (key_ == *repeating_keys_) key_ = 0;
    return key;
  }

  void send(const std::optional<std::string>& key, const std::string& value) {
    ++sent_;
    const SentRecord record{key ? std::optional<std::string_view>(*key) : std::nullopt, value};
    if (!protocol::is_valid_topic_name(topic_)) {
      print_event(send_error(record, topic_, exception_name(ErrorCode::kInvalidTopicException),
                             fmt::format("Invalid topics: [{}]", topic_)));
      return;
    }
    // As Kafka's producer, which does not take a record before it knows the topic.
    if (!topic_known_) {
      topic_known_ = client_
                         .await_partitions(topic_, SteadyClock::now() + max_block_,
                                           [] { return stop_signal() != 0; })
                         .has_value();
    }
    if (!topic_known_) {
      print_event(send_error(record, topic_, exception_name(ErrorCode::kRequestTimedOut),
                             fmt::format("Topic {} not present in metadata after {} ms.", topic_,
                                         max_block_.count())));
      return;
    }
    const auto error = client_.produce({.topic = topic_,
                                        .key = record.key,
                                        .value = record.value,
                                        .timestamp = next_create_time()});
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      print_failure(record, error, rd_kafka_err2str(error));
    }
  }

  // 0: the time of the record is the time of sending.
  std::int64_t next_create_time() {
    if (create_time_ms_ == -1) return 0;
    const std::int64_t time = create_time_ms_;
    create_time_ms_ +=
        std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start_).count();
    return time;
  }

  // Serves deliveries until the next record is due.
  void throttle(std::int64_t done) {
    if (throughput_ < 0) return;
    const auto due = throughput_ == 0
                         ? SteadyClock::time_point::max()
                         : start_ + std::chrono::nanoseconds(done * 1'000'000'000 / throughput_);
    while (stop_signal() == 0) {
      const auto now = SteadyClock::now();
      if (now >= due) return;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now).count();
      rd_kafka_poll(client_.handle(),
                    static_cast<int>(std::min<std::int64_t>(left, kProducePollMs)));
    }
  }

  void on_delivery(const rd_kafka_message_t& message) {
    SentRecord record{std::nullopt, {static_cast<const char*>(message.payload), message.len}};
    if (message.key != nullptr) {
      record.key.emplace(static_cast<const char*>(message.key), message.key_len);
    }
    if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      print_failure(record, message.err, rd_kafka_message_errstr(&message));
      return;
    }
    ++acked_;
    print_event(send_success(record, {topic_, PartitionId(message.partition)}, message.offset));
  }

  void print_failure(const SentRecord& record, rd_kafka_resp_err_t error, std::string_view text) {
    // librdkafka's own codes are negative; time is what they are about.
    const ErrorCode code =
        error > 0 ? error_from_wire(static_cast<std::int16_t>(error)) : ErrorCode::kRequestTimedOut;
    print_event(send_error(record, topic_, exception_name(code), text));
  }

  // Fixed at construction
  const std::string topic_;
  const std::int64_t max_messages_;
  const std::int64_t throughput_;
  const std::optional<std::int64_t> value_prefix_;
  const std::optional<std::int64_t> repeating_keys_;
  const std::chrono::milliseconds max_block_;

  std::int64_t create_time_ms_;
  SteadyClock::time_point start_;
  bool topic_known_ = false;
  std::int64_t key_ = 0;
  std::int64_t sent_ = 0;
  std::int64_t acked_ = 0;
  RdKafkaClient client_;  // last: its destructor may still report
};

}  // namespace

int kafka_verifiable_producer(const Arguments& arguments) {
  const ArgumentParser parser = verifiable_producer_parser();
  try {
    const auto values = arguments.empty() ? std::nullopt : parser.parse(arguments);
    if (!values) {
      fmt::print("{}", parser.help());
      return arguments.empty() ? 0 : 1;
    }
    note_stop_signals();
    return VerifiableProducer(*values, verifiable_producer_properties(*values)).run();
  } catch (const ArgumentError& error) {
    return parser.print_error(error.what());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
