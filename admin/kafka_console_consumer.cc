// kafka-console-consumer: prints the records of topics.
//
// As a member of a group, of a new one if none is named; --partition is taken without the others.
// Source  Kafka 3.9, ConsoleConsumer.java
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <regex>

#include "admin/console_consumer_options.h"
#include "admin/consumer_loop.h"
#include "admin/message_formatter.h"
#include "admin/rdkafka_client.h"
#include "admin/tool.h"
#include "admin/tool_log.h"
#include "admin/topic_filter.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kLogger = "org.apache.kafka.tools.consumer.ConsoleConsumer";
constexpr int kIdlePollMs = 100;

struct Destroy {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Message = std::unique_ptr<rd_kafka_message_t, Destroy>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy>;

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

std::regex pattern(const std::string& expression) {
  try {
    return std::regex(expression);
  } catch (const std::regex_error&) {
    throw std::runtime_error(fmt::format("{} is an invalid regex.", expression));
  }
}

class ConsoleConsumer {
 public:
  explicit ConsoleConsumer(ConsoleConsumerOptions options)
      : options_(std::move(options)),
        formatter_(options_.formatter_class, options_.formatter),
        client_(RD_KAFKA_CONSUMER, "Consumer", options_.consumer,
                consumer_defaults(options_.consumer)) {
    if (options_.include) include_ = pattern(*options_.include);
    rd_kafka_poll_set_consumer(client_.handle());
  }

  int run() {
    start();
    const int code = consume();
    flush_output();
    // Leaves the group; what was printed is committed first, if anything is to be.
    rd_kafka_consumer_close(client_.handle());
    fmt::print(stderr, "Processed a total of {} messages\n", count_);
    if (options_.systest_events) fmt::print("shutdown_complete\n");
    return exit_code_after(code);
  }

 private:
  using SteadyClock = RdKafkaClient::SteadyClock;

  void touch() { last_record_ = SteadyClock::now(); }
  bool reached_max() const { return options_.max_messages && count_ >= *options_.max_messages; }
  bool timed_out() const {
    return options_.timeout_ms &&
           SteadyClock::now() - last_record_ > std::chrono::milliseconds(*options_.timeout_ms);
  }

  int consume() {
    touch();
    while (stop_signal() == 0 && !reached_max()) {
      const Message message(rd_kafka_consumer_poll(client_.handle(), idle_ ? kIdlePollMs : 0));
      idle_ = message == nullptr;
      if (idle_) {
        if (!flush_output()) break;
        if (timed_out()) {
          stop_with("org.apache.kafka.common.errors.TimeoutException");
          break;
        }
        look_for_new_topics();
        continue;
      }
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (const auto fatal = fatal_error(*message)) {
          stop_with(*fatal);
          break;
        }
        log_tool_warning(rd_kafka_message_errstr(message.get()), kLogger);
        continue;
      }
      touch();
      ++count_;
      if (!print(*message)) return 1;
    }
    return 0;
  }

  static void stop_with(std::string_view exception) {
    log_tool_error(
        fmt::format("Error processing message, terminating consumer process: {}", exception),
        kLogger);
  }

  void start() {
    if (!options_.topic) return;  // look_for_new_topics finds them
    if (!options_.partition) {
      subscribe(client_, {*options_.topic});
      return;
    }
    const PartitionList list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), options_.topic->c_str(), *options_.partition)
        ->offset = native_offset(options_.start_offset);
    const auto error = rd_kafka_assign(client_.handle(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
  }

  void look_for_new_topics() {
    if (!include_ || SteadyClock::now() < next_look_) return;
    next_look_ = SteadyClock::now() + kLookInterval;
    std::vector<std::string> matching;
    for (const std::string& topic : client_.topics()) {
      if (!is_internal_topic(topic) && std::regex_match(topic, *include_))
        matching.push_back(topic);
    }
    std::ranges::sort(matching);
    if (matching.empty() || matching == subscribed_) return;
    subscribe(client_, matching);
    subscribed_ = std::move(matching);
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
  std::optional<std::regex> include_;

  RdKafkaClient client_;
  std::vector<std::string> subscribed_;
  SteadyClock::time_point last_record_;
  SteadyClock::time_point next_look_{};
  std::int64_t count_ = 0;
  bool idle_ = true;
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
    note_stop_signals();
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
