// Which partitions and which offsets a user means on the command line of kafka-get-offsets.
//
// Threads  immutable.
// Failure  std::runtime_error, in the words of Kafka's tool.
// Source   Kafka 3.9, GetOffsetShell.java, TopicPartitionFilter.java, PartitionFilter.java
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "admin/topic_filter.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

// --time: a timestamp in ms, or one of Kafka's questions by name or number.
std::int64_t parse_offset_time(std::string_view text);

class PartitionSelection {
 public:
  // --topic-partitions: topic1:1,topic2:0-3,topic3,topic4:5-,:-3; the end of a range is not in it.
  static PartitionSelection from_patterns(std::string_view patterns);
  // --topic and --partitions; nullopt: all.
  static PartitionSelection from_topic(const std::optional<std::string>& topic,
                                       const std::optional<std::string>& partitions);

  bool may_match(const std::string& topic) const;
  bool matches(const TopicPartition& partition) const;

 private:
  struct Rule {
    TopicFilter topic;
    std::int32_t first = 0;
    std::int32_t end = 0;
    std::set<std::int32_t> only = {};  // empty: any in [first, end)
  };
  std::vector<Rule> rules_;
};

}  // namespace barnabas::admin
