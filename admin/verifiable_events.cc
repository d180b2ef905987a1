#include "admin/verifiable_events.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace barnabas::admin {
namespace {

JsonLine partition_object(const TopicPartition& partition) {
  JsonLine object;
  object.text("topic", partition.topic).number("partition", partition.partition.value());
  return object;
}

}  // namespace

JsonLine event(std::string_view name) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  JsonLine line;
  line.number("timestamp", std::chrono::duration_cast<std::chrono::milliseconds>(now).count())
      .text("name", name);
  return line;
}

void print_event(const JsonLine& event) {
  // Whoever reads them wants them as they happen.
  fmt::print("{}\n", event.str());
  std::fflush(stdout);
}

JsonLine send_success(const SentRecord& record, const TopicPartition& partition,
                      std::int64_t offset) {
  return event("producer_send_success")
      .text("key", record.key)
      .text("value", record.value)
      .number("offset", offset)
      .text("topic", partition.topic)
      .number("partition", partition.partition.value());
}

JsonLine send_error(const SentRecord& record, std::string_view topic, std::string_view exception,
                    std::string_view message) {
  return event("producer_send_error")
      .text("topic", topic)
      .text("key", record.key)
      .text("value", record.value)
      .text("exception", fmt::format("class {}", exception))
      .text("message", message);
}

JsonLine tool_data(std::int64_t sent, std::int64_t acked, std::int64_t target_throughput,
                   double avg_throughput) {
  return event("tool_data")
      .number("sent", sent)
      .number("acked", acked)
      .number("target_throughput", target_throughput)
      .real("avg_throughput", avg_throughput);
}

JsonLine partitions_event(std::string_view name, const std::vector<TopicPartition>& partitions) {
  std::vector<JsonLine> objects;
  for (const TopicPartition& partition : partitions) objects.push_back(partition_object(partition));
  return event(name).objects("partitions", objects);
}

JsonLine records_consumed(std::int64_t count, const std::vector<ConsumedRange>& ranges) {
  std::vector<JsonLine> objects;
  for (const ConsumedRange& range : ranges) {
    objects.push_back(partition_object(range.partition)
                          .number("count", range.count)
                          .number("minOffset", range.min_offset)
                          .number("maxOffset", range.max_offset));
  }
  return event("records_consumed").number("count", count).objects("partitions", objects);
}

JsonLine record_data(std::optional<std::string_view> key, std::optional<std::string_view> value,
                     const TopicPartition& partition, std::int64_t offset) {
  return event("record_data")
      .text("key", key)
      .text("value", value)
      .text("topic", partition.topic)
      .number("partition", partition.partition.value())
      .number("offset", offset);
}

JsonLine offsets_committed(const std::vector<ConsumedRange>& ranges,
                           const std::optional<std::string>& error) {
  std::vector<JsonLine> objects;
  for (const ConsumedRange& range : ranges) {
    objects.push_back(partition_object(range.partition).number("offset", range.max_offset + 1));
  }
  JsonLine line = event("offsets_committed").objects("offsets", objects);
  if (error) line.text("error", *error);
  return line.boolean("success", !error);
}

}  // namespace barnabas::admin
