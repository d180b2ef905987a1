// kafka-console-consumer: prints the records of topics.
//
// Without a group the consumer takes all partitions itself, by librdkafka's simple consumer: no
// coordinator is needed for it.
// Source  Kafka 3.9, ConsoleConsumer.java
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <limits>
#include <memory>
#include <set>

#include "admin/console_consumer_options.h"
#include "admin/message_formatter.h"
#include "admin/rdkafka_client.h"
#include "admin/tool.h"
#include "admin/tool_log.h"
#include "admin/topic_filter.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kLogger = "org.apache.kafka.tools.consumer.ConsoleConsumer";
constexpr int kPollMs = 100;

volatile std::sig_atomic_t stop_signal = 0;

void on_signal(int signal) {
  stop_signal = signal;
}

struct Destroy {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
using Message = std::unique_ptr<rd_kafka_message_t, Destroy>;

std::int64_t native_offset(std::int64_t offset) {
  if (offset == kEarliestOffset) return RD_KAFKA_OFFSET_BEGINNING;
  if (offset == kLatestOffset) return RD_KAFKA_OFFSET_END;
  return offset;
}

std::optional<std::string_view> bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

ConsumedRecord record_of(const rd_kafka_message_t& message) {
  ConsumedRecord record;
  record.partition = message.partition;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, &kind);
  if (kind == RD_KAFKA_TIMESTAMP_CREATE_TIME) record.timestamp_kind = TimestampKind::kCreateTime;
  if (kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) {
    record.timestamp_kind = TimestampKind::kLogAppendTime;
  }
  record.key = bytes(message.key, message.key_len);
  record.value = bytes(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(name, bytes(value, size));
    }
  }
  return record;
}

class ConsoleConsumer {
 public:
  explicit ConsoleConsumer(ConsoleConsumerOptions options)
      : options_(std::move(options)),
        formatter_(options_.formatter_class, options_.formatter),
        client_(RD_KAFKA_CONSUMER, "Consumer", options_.consumer, {}),
        queue_(rd_kafka_queue_new(client_.handle())) {
    if (options_.include) filter_.emplace(*options_.include);
  }

  ~ConsoleConsumer() {
    for (const auto& [topic, partition] : started_) {
      rd_kafka_consume_stop(client_.topic(topic), partition);
    }
  }
  ConsoleConsumer(const ConsoleConsumer&) = delete;
  ConsoleConsumer& operator=(const ConsoleConsumer&) = delete;

  int run() {
    int code = 0;
    touch();
    start();
    while (stop_signal == 0 && !reached_max()) {
      const Message message(rd_kafka_consume_queue(queue_.get(), idle_ ? kPollMs : 0));
      rd_kafka_poll(client_.handle(), 0);
      idle_ = message == nullptr;
      if (idle_) {
        if (!flush_output()) break;
        if (timed_out()) {
          log_tool_error(
              "Error processing message, terminating consumer process: "
              "org.apache.kafka.common.errors.TimeoutException",
              kLogger);
          break;
        }
        look_for_new_topics();
        continue;
      }
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        log_tool_warning(rd_kafka_message_errstr(message.get()), kLogger);
        continue;
      }
      touch();
      ++count_;
      if (!print(*message)) {
        code = 1;
        break;
      }
    }
    flush_output();
    fmt::print(stderr, "Processed a total of {} messages\n", count_);
    if (options_.systest_events) fmt::print("shutdown_complete\n");
    // As a JVM ends on a signal.
    return stop_signal != 0 ? 128 + static_cast<int>(stop_signal) : code;
  }

 private:
  using SteadyClock = RdKafkaClient::SteadyClock;

  void touch() { last_record_ = SteadyClock::now(); }
  bool reached_max() const { return options_.max_messages && count_ >= *options_.max_messages; }
  bool timed_out() const {
    return options_.timeout_ms &&
           SteadyClock::now() - last_record_ > std::chrono::milliseconds(*options_.timeout_ms);
  }

  void start() {
    if (!options_.topic) return;  // look_for_new_topics finds them all
    if (options_.partition) {
      start(*options_.topic, *options_.partition, options_.start_offset);
      return;
    }
    const auto partitions =
        client_.await_partitions(*options_.topic, SteadyClock::time_point::max(),
                                 [this] { return stop_signal != 0 || timed_out(); });
    if (!partitions) return;
    for (const std::int32_t partition : *partitions) {
      start(*options_.topic, partition, options_.start_offset);
    }
  }

  void look_for_new_topics() {
    if (!filter_ || SteadyClock::now() < next_look_) return;
    next_look_ = SteadyClock::now() + kLookInterval;
    for (const std::string& topic : client_.topics()) {
      if (is_internal_topic(topic) || !filter_->matches(topic) || known_.contains(topic)) continue;
      const auto partitions = client_.await_partitions(topic, SteadyClock::now() + kLookInterval,
                                                       [] { return stop_signal != 0; });
      if (!partitions) continue;
      known_.insert(topic);
      for (const std::int32_t partition : *partitions) {
        start(topic, partition, options_.start_offset);
      }
    }
  }

  void start(const std::string& topic, std::int32_t partition, std::int64_t offset) {
    if (rd_kafka_consume_start_queue(client_.topic(topic), partition, native_offset(offset),
                                     queue_.get()) != 0) {
      throw std::runtime_error(
          fmt::format("{}-{}: {}", topic, partition, rd_kafka_err2str(rd_kafka_last_error())));
    }
    started_.emplace_back(topic, partition);
  }

  // False when the process has to end.
  bool print(const rd_kafka_message_t& message) {
    text_.clear();
    try {
      formatter_.format(record_of(message), text_);
    } catch (const std::runtime_error& error) {
      log_tool_error(fmt::format("Error processing message, {}: {}",
                                 options_.skip_message_on_error ? "skipping this message"
                                                                : "terminating consumer process",
                                 error.what()),
                     kLogger);
      return options_.skip_message_on_error;
    }
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    return true;
  }

  bool flush_output() {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    fmt::print(stderr, "Unable to write to standard out, closing consumer.\n");
    return false;
  }

  static constexpr auto kLookInterval = std::chrono::seconds(5);

  // Fixed at construction
  const ConsoleConsumerOptions options_;
  const MessageFormatter formatter_;
  std::optional<TopicFilter> filter_;

  RdKafkaClient client_;
  std::unique_ptr<rd_kafka_queue_t, Destroy> queue_;
  std::vector<std::pair<std::string, std::int32_t>> started_;
  std::set<std::string> known_;
  SteadyClock::time_point last_record_;
  SteadyClock::time_point next_look_{};
  std::int64_t count_ = 0;
  bool idle_ = false;
  std::string text_;
};

}  // namespace

int kafka_console_consumer(const Arguments& arguments) {
  const OptionParser parser = console_consumer_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(
            parser, arguments, options,
            "This tool helps to read data from Kafka topics and outputs it to standard output.")) {
      return *done;
    }
    ConsoleConsumerOptions checked = check_console_consumer_options(options);
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    return ConsoleConsumer(std::move(checked)).run();
  } catch (const OptionError& error) {
    return print_usage(parser, error.what());
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
