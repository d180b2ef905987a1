// kafka-console-producer: a record of each line of standard input.
//
// Source  Kafka 3.9, ConsoleProducer.scala
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "admin/client_properties.h"
#include "admin/line_reader.h"
#include "admin/rdkafka_client.h"
#include "admin/tool.h"
#include "admin/tool_log.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kLineReader = "kafka.tools.ConsoleProducer$LineMessageReader";

OptionParser producer_option_parser() {
  const auto required = Argument::kRequired;
  return OptionParser({
      {"topic", "REQUIRED: the topic to produce to.", required, "String", "topic"},
      {"broker-list", "DEPRECATED: use --bootstrap-server, which this is ignored beside.", required,
       "String", "broker-list"},
      {.name = "bootstrap-server",
       .description = "REQUIRED: the brokers to ask first, host:port separated by commas.",
       .argument = required,
       .type = "String",
       .argument_name = "server to connect to",
       .required_unless = "broker-list"},
      {"sync", "Wait for each record before the next line is read."},
      {"compression-codec", "none, gzip (also when no codec follows), snappy, lz4 or zstd.",
       Argument::kOptional, "String", "compression-codec"},
      {"batch-size", "Bytes of a batch: batch.size.", required, "Integer", "size", "16384"},
      {"message-send-max-retries", "How often a failed send is tried again: retries.", required,
       "Integer", "", "3"},
      {"retry-backoff-ms", "How long before it is: retry.backoff.ms.", required, "Long", "", "100"},
      {"timeout", "How long a batch is filled at most: linger.ms.", required, "Long", "timeout_ms",
       "1000"},
      {"request-required-acks", "Which acknowledgement counts: acks.", required, "String",
       "request required acks", "-1"},
      {"request-timeout-ms", "How long the broker may take for it: request.timeout.ms.", required,
       "Integer", "request timeout ms", "1500"},
      {"metadata-expiry-ms", "After how long metadata are fetched again: metadata.max.age.ms.",
       required, "Long", "metadata expiration interval", "300000"},
      {"max-block-ms", "How long to wait for the topic.", required, "Long", "max block on send",
       "60000"},
      {"max-memory-bytes", "Memory for records that wait: buffer.memory.", required, "Long",
       "total memory in bytes", "33554432"},
      {"max-partition-memory-bytes", "Bytes of a batch: batch.size.", required, "Integer",
       "memory in bytes per partition", "16384"},
      {"line-reader", "The class that reads lines; only Kafka's own is known.", required, "String",
       "reader_class", std::string(kLineReader)},
      {"socket-buffer-size", "The socket's send buffer: send.buffer.bytes.", required, "Integer",
       "size", "102400"},
      {"property",
       "How lines are read, key=value; may be repeated:\n"
       " parse.key=false\n parse.headers=false\n ignore.error=false\n key.separator=\\t\n"
       " headers.delimiter=\\t\n headers.separator=,\n headers.key.separator=:\n"
       " null.marker=\n"
       "A whole line is \"h1:v1,h2:v2<tab>key<tab>value\". A field that equals null.marker is "
       "null.",
       required, "String", "prop"},
      {"reader-config", "A properties file of the same; --property ranks above it.", required,
       "String", "config file"},
      {"producer-property", "A setting of the producer, key=value; may be repeated.", required,
       "String", "producer_prop"},
      {"producer.config", "A properties file of the same; --producer-property ranks above it.",
       required, "String", "config file"},
  });
}

void check_values(const Options& options) {
  for (const char* name : {"batch-size", "message-send-max-retries", "request-timeout-ms",
                           "max-partition-memory-bytes", "socket-buffer-size"}) {
    static_cast<void>(options.int_value(name));
  }
  for (const char* name :
       {"retry-backoff-ms", "timeout", "metadata-expiry-ms", "max-block-ms", "max-memory-bytes"}) {
    static_cast<void>(options.long_value(name));
  }
  static constexpr std::array<std::string_view, 5> kCodecs{"none", "gzip", "snappy", "lz4", "zstd"};
  const std::string codec = options.has("compression-codec")
                                ? options.value("compression-codec").value_or("gzip")
                                : "none";
  if (std::ranges::find(kCodecs, codec) == kCodecs.end()) {
    throw std::runtime_error(fmt::format(
        "Invalid value {} for configuration compression.type: String must be one of: {}", codec,
        fmt::join(kCodecs, ", ")));
  }
}

// An option that was given ranks above the user's properties, its default below them.
void merge(const Options& options, const char* option, const std::string& key,
           config::Properties& properties) {
  if (options.has(option) || !properties.contains(key)) {
    properties[key] = *options.value(option);
  }
}

std::string servers(const Options& options) {
  return *options.value(options.has("bootstrap-server") ? "bootstrap-server" : "broker-list");
}

config::Properties producer_properties(const Options& options) {
  config::Properties properties =
      gather_properties(options, "producer.config", "producer-property");
  properties["bootstrap.servers"] = servers(options);
  if (!options.has("compression-codec")) {
    properties["compression.type"] = "none";
  } else {
    properties["compression.type"] = options.value("compression-codec").value_or("gzip");
  }
  properties.insert({"client.id", "console-producer"});
  merge(options, "timeout", "linger.ms", properties);
  merge(options, "request-required-acks", "acks", properties);
  merge(options, "request-timeout-ms", "request.timeout.ms", properties);
  merge(options, "retry-backoff-ms", "retry.backoff.ms", properties);
  merge(options, "socket-buffer-size", "send.buffer.bytes", properties);
  merge(options, "max-memory-bytes", "buffer.memory", properties);
  merge(options, "batch-size", "batch.size", properties);
  if (options.has("max-partition-memory-bytes")) {
    merge(options, "max-partition-memory-bytes", "batch.size", properties);
  }
  merge(options, "metadata-expiry-ms", "metadata.max.age.ms", properties);
  merge(options, "max-block-ms", "max.block.ms", properties);
  // Without a word of the user's, delivery.timeout.ms alone bounds the retries: three of them would
  // not last through an election.
  if (options.has("message-send-max-retries")) {
    properties["retries"] = *options.value("message-send-max-retries");
  }
  // Idempotent as Kafka's own producer is, unless what the user set speaks against it.
  const std::string& acks = properties["acks"];
  const auto retries = properties.find("retries");
  const bool retried = retries == properties.end() || retries->second != "0";
  if ((acks == "-1" || acks == "all") && retried) {
    properties.insert({"enable.idempotence", "true"});
  }
  return properties;
}

class ConsoleProducer {
 public:
  ConsoleProducer(const Options& options, const config::Properties& properties)
      : topic_(*options.value("topic")),
        sync_(options.has("sync")),
        max_block_(max_block(properties)),
        client_(
            RD_KAFKA_PRODUCER, "Producer", properties,
            // The partition of a key is that of Kafka's own producer.
            {{"partitioner", "murmur2_random"}},
            {.on_delivery = [this](const rd_kafka_message_t& message) { on_delivery(message); }}) {}

  int run(const LineReader& reader) {
    const bool prompt = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
    std::string line;
    std::size_t line_number = 0;
    while (true) {
      if (prompt) {
        fmt::print(">");
        std::fflush(stdout);
      }
      if (!std::getline(std::cin, line)) break;
      if (line.ends_with('\r')) line.pop_back();
      try {
        send(reader.parse(line, ++line_number));
      } catch (const std::runtime_error&) {
        // What was read before the bad line is sent all the same.
        flush();
        throw;
      }
      if (failed_sync_) return 1;
    }
    flush();
    return 0;
  }

 private:
  void send(const LineRecord& record) {
    if (!topic_seen_) {
      const auto deadline = RdKafkaClient::SteadyClock::now() + max_block_;
      topic_seen_ = client_.await_partitions(topic_, deadline, [] { return false; }).has_value();
      if (!topic_seen_) {
        report(record.key, record.value,
               fmt::format("Topic {} not present in metadata after {} ms.", topic_,
                           max_block_.count()));
        return;
      }
    }
    const auto error = client_.produce(
        {.topic = topic_, .key = record.key, .value = record.value, .headers = record.headers});
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      report(record.key, record.value, rd_kafka_err2str(error));
      return;
    }
    rd_kafka_poll(client_.handle(), 0);
    if (sync_) flush();
  }

  // Until every record is acknowledged or has failed; each fails at delivery.timeout.ms.
  void flush() {
    while (rd_kafka_flush(client_.handle(), kFlushPollMs) == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    }
  }

  void on_delivery(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    report(field(message.key, message.key_len), field(message.payload, message.len),
           rd_kafka_err2str(message.err));
  }

  static std::optional<std::string> field(const void* data, std::size_t size) {
    if (data == nullptr) return std::nullopt;
    return std::string(static_cast<const char*>(data), size);
  }

  void report(const std::optional<std::string>& key, const std::optional<std::string>& value,
              std::string_view why) {
    const auto shown = [](const std::optional<std::string>& bytes) {
      return bytes ? fmt::format("{} bytes", bytes->size()) : std::string("null");
    };
    log_tool_error(
        fmt::format("Error when sending message to topic {} with key: {}, value: {} with error: {}",
                    topic_, shown(key), shown(value), why),
        "org.apache.kafka.clients.producer.internals.ErrorLoggingCallback");
    failed_sync_ = sync_;
  }

  static constexpr int kFlushPollMs = 100;

  // Fixed at construction
  const std::string topic_;
  const bool sync_;
  const std::chrono::milliseconds max_block_;

  bool topic_seen_ = false;
  bool failed_sync_ = false;
  RdKafkaClient client_;  // last: its destructor may still report
};

}  // namespace

int kafka_console_producer(const Arguments& arguments) {
  const OptionParser parser = producer_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(
            parser, arguments, options,
            "This tool helps to read data from standard input and publish it to Kafka.")) {
      return *done;
    }
    require_options(options, {"topic"});
    require_host_ports(servers(options));
    if (const std::string name = *options.value("line-reader"); name != kLineReader) {
      throw std::runtime_error(name);
    }
    check_values(options);
    config::Properties reader = gather_properties(options, "reader-config", "property");
    return ConsoleProducer(options, producer_properties(options)).run(LineReader(reader));
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
