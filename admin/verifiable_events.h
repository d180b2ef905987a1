// The lines of JSON that kafka-verifiable-producer and kafka-verifiable-consumer print.
//
// Threads  free functions on value types.
// Source   Kafka 3.9, VerifiableProducer.java, VerifiableConsumer.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/json_line.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

// `timestamp`, now, and `name`: what every event begins with.
JsonLine event(std::string_view name);

void print_event(const JsonLine& event);

// A record that the producer was asked to send.
struct SentRecord {
  std::optional<std::string_view> key;
  std::string_view value;
};
JsonLine send_success(const SentRecord& record, const TopicPartition& partition,
                      std::int64_t offset);
// `exception`: Java's class.
JsonLine send_error(const SentRecord& record, std::string_view topic, std::string_view exception,
                    std::string_view message);
JsonLine tool_data(std::int64_t sent, std::int64_t acked, std::int64_t target_throughput,
                   double avg_throughput);

// The records of one partition in one batch.
struct ConsumedRange {
  TopicPartition partition;
  std::int64_t count = 0;
  std::int64_t min_offset = 0;
  std::int64_t max_offset = 0;
};
JsonLine partitions_event(std::string_view name, const std::vector<TopicPartition>& partitions);
// `count`: of all records that came, also those beyond --max-messages.
JsonLine records_consumed(std::int64_t count, const std::vector<ConsumedRange>& ranges);
JsonLine record_data(std::optional<std::string_view> key, std::optional<std::string_view> value,
                     const TopicPartition& partition, std::int64_t offset);
// `error`: nullopt: it succeeded.
JsonLine offsets_committed(const std::vector<ConsumedRange>& ranges,
                           const std::optional<std::string>& error);

}  // namespace barnabas::admin
