// What --reset-offsets takes apart and puts together without a cluster: dates, durations, CSV, the
// bounds of a log, and the order in which Kafka's tool prints.
//
// Threads  free functions on value types.
// Failure  ResetError, with Java's class and message as Kafka's tool shows them.
// Source   Kafka 3.9, ConsumerGroupCommand.java, CsvUtils.java, Utils.getDateTime;
// java.time.Duration,
//          java.text.SimpleDateFormat, Jackson's CSV
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/group_model.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

class ResetError : public std::runtime_error {
 public:
  ResetError(std::string_view java_class, std::string_view message)
      : std::runtime_error(std::string(message)), java_class_(java_class) {}
  const std::string& java_class() const { return java_class_; }

 private:
  std::string java_class_;
};

using OffsetMap = std::map<TopicPartition, std::int64_t>;
// In the order in which they are printed.
using PlannedOffsets = std::vector<std::pair<TopicPartition, std::int64_t>>;
using GroupPlans = std::vector<std::pair<std::string, PlannedOffsets>>;

// Milliseconds since the epoch of `2026-01-31T12:00:00.000`, with a zone (Z, +02, +02:00) or UTC.
std::int64_t parse_datetime(std::string_view text);

// The time, in ms, that `duration` (PnDTnHnMn.nS) lies before `now_ms`.
std::int64_t time_before(std::int64_t now_ms, std::string_view duration);

// By group. `single_group`: the one that was asked for, if it was one; its file needs no group
// column.
std::map<std::string, OffsetMap> parse_reset_csv(std::string_view text,
                                                 const std::string* single_group);

// A line for each partition; groups are named unless there is only one.
std::string reset_csv(const GroupPlans& plans, bool name_groups);

// In the order of the hash map that Kafka's tool makes of them. Error: a partition that is in it
// twice.
PlannedOffsets planned(PlannedOffsets offsets);

struct LogBounds {
  std::int64_t start;
  std::int64_t end;
};

// Offsets outside of their logs are moved to the nearest end; `warnings` says which.
PlannedOffsets within_bounds(const PlannedOffsets& requested,
                             const std::map<TopicPartition, LogBounds>& bounds,
                             std::vector<std::string>& warnings);

// What is committed, moved by `shift`. Error: nothing is committed for one of them.
PlannedOffsets shifted(const std::vector<TopicPartition>& partitions,
                       const CommittedOffsets& committed, std::int64_t shift);

}  // namespace barnabas::admin
