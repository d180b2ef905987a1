// kafka-verifiable-consumer: a member of a group, and a line of JSON for whatever happens to it.
//
// Source  Kafka 3.9, VerifiableConsumer.java
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "admin/consumer_loop.h"
#include "admin/rdkafka_client.h"
#include "admin/tool.h"
#include "admin/tool_log.h"
#include "admin/verifiable_events.h"
#include "admin/verifiable_options.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kLogger = "org.apache.kafka.tools.VerifiableConsumer";
constexpr int kConsumePollMs = 100;
// As max.poll.records of Kafka's consumer.
constexpr std::size_t kMaxBatch = 500;

struct Destroy {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Message = std::unique_ptr<rd_kafka_message_t, Destroy>;
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Destroy>;

std::optional<std::string_view> bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

TopicPartition partition_of(const rd_kafka_message_t& message) {
  return {rd_kafka_topic_name(message.rkt), PartitionId(message.partition)};
}

class VerifiableConsumer {
 public:
  VerifiableConsumer(const ArgumentValues& arguments, const config::Properties& properties)
      : topic_(*arguments.text("--topic")),
        max_messages_(*arguments.number("--max-messages")),
        verbose_(arguments.has("--verbose")),
        commits_(!arguments.has("--enable-autocommit")),
        client_(RD_KAFKA_CONSUMER, "Consumer", properties, consumer_defaults(properties),
                {.on_rebalance = [this](bool assigned, const auto& partitions) {
                  on_rebalance(assigned, partitions);
                }}) {
    rd_kafka_poll_set_consumer(client_.handle());
  }

  int run() {
    print_event(event("startup_complete"));
    subscribe(client_, {topic_});
    while (stop_signal() == 0 && !finished() && poll()) take_batch();
    rd_kafka_consumer_close(client_.handle());
    print_event(event("shutdown_complete"));
    return exit_code_after(0);
  }

 private:
  bool finished() const { return max_messages_ >= 0 && consumed_ >= max_messages_; }

  // Fills the batch with what is there. False: Kafka's consumer would have thrown.
  bool poll() {
    while (batch_.size() < kMaxBatch && !finished()) {
      Message message(
          rd_kafka_consumer_poll(client_.handle(), batch_.empty() ? kConsumePollMs : 0));
      if (!message) return true;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        batch_.push_back(std::move(message));
        continue;
      }
      if (const auto fatal = fatal_error(*message)) {
        log_tool_error(
            fmt::format("Error during processing, terminating consumer process: {}", *fatal),
            kLogger);
        return false;
      }
      log_tool_warning(rd_kafka_message_errstr(message.get()), kLogger);
    }
    return true;
  }

  void take_batch() {
    const std::vector<Message> batch = std::move(batch_);
    batch_.clear();
    if (batch.empty() || finished()) return;
    std::vector<ConsumedRange> ranges;
    for (const Message& message : batch) {
      if (finished()) break;
      TopicPartition partition = partition_of(*message);
      if (verbose_) {
        print_event(record_data(bytes(message->key, message->key_len),
                                bytes(message->payload, message->len), partition, message->offset));
      }
      auto range = std::ranges::find(ranges, partition, &ConsumedRange::partition);
      if (range == ranges.end()) {
        ranges.push_back({std::move(partition), 0, message->offset, message->offset});
        range = ranges.end() - 1;
      }
      ++range->count;
      range->max_offset = message->offset;
      ++consumed_;
    }
    print_event(records_consumed(static_cast<std::int64_t>(batch.size()), ranges));
    if (commits_) commit(ranges);
  }

  void commit(const std::vector<ConsumedRange>& ranges) {
    const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(ranges.size())));
    for (const ConsumedRange& range : ranges) {
      rd_kafka_topic_partition_list_add(list.get(), range.partition.topic.c_str(),
                                        range.partition.partition.value())
          ->offset = range.max_offset + 1;
    }
    auto error = rd_kafka_commit(client_.handle(), list.get(), 0);
    for (int i = 0; i < list->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      error = list->elems[i].err;
    }
    print_event(
        offsets_committed(ranges, error == RD_KAFKA_RESP_ERR_NO_ERROR
                                      ? std::nullopt
                                      : std::optional<std::string>(rd_kafka_err2str(error))));
  }

  void on_rebalance(bool assigned, const rd_kafka_topic_partition_list_t& partitions) {
    // What was read is committed while the partitions are still its own.
    if (!assigned) take_batch();
    std::vector<TopicPartition> all;
    for (int i = 0; i < partitions.cnt; ++i) {
      all.push_back({partitions.elems[i].topic, PartitionId(partitions.elems[i].partition)});
    }
    print_event(partitions_event(assigned ? "partitions_assigned" : "partitions_revoked", all));
  }

  // Fixed at construction
  const std::string topic_;
  const std::int64_t max_messages_;
  const bool verbose_;
  const bool commits_;

  std::int64_t consumed_ = 0;
  RdKafkaClient client_;
  std::vector<Message> batch_;  // after the client, whose messages they are
};

}  // namespace

int kafka_verifiable_consumer(const Arguments& arguments) {
  const ArgumentParser parser = verifiable_consumer_parser();
  try {
    const auto values = arguments.empty() ? std::nullopt : parser.parse(arguments);
    if (!values) {
      fmt::print("{}", parser.help());
      return arguments.empty() ? 0 : 1;
    }
    note_stop_signals();
    return VerifiableConsumer(*values, verifiable_consumer_properties(*values)).run();
  } catch (const ArgumentError& error) {
    return parser.print_error(error.what());
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}

}  // namespace barnabas::admin
