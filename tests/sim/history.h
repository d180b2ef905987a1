// What the clients of a simulation were told, for the judges to hold against what the brokers hold.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/protocol/ids.h"

namespace barnabas::sim {

// A record's value names it: producer, partition and number; the number rises per producer and
// partition in the order of sending.
struct RecordName {
  std::int32_t producer = 0;
  std::int64_t number = 0;
  auto operator<=>(const RecordName&) const = default;

  std::string to_string() const;
  static RecordName parse(std::string_view value);
};

struct History {
  struct Acknowledged {
    TopicPartition partition;
    RecordName name;
    Offset offset = kUnknownOffset;
  };
  // acks=all answers without an error, in the order in which they came.
  std::vector<Acknowledged> acknowledged;
  // The last offset of them, by partition.
  std::map<TopicPartition, Offset> last_acknowledged;
  // What consumers were given, by partition and offset. The first reading stands; another one of
  // the same offset with another name is a violation.
  std::map<TopicPartition, std::map<Offset, RecordName>> consumed;
};

}  // namespace barnabas::sim
