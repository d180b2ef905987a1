// What a group coordinator goes by: the group.* and offsets.* keys of the broker.
//
// Threads  a value type.
// Source   Kafka 3.9, GroupCoordinatorConfig.java
#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/base/clock.h"

namespace barnabas::group {

struct GroupConfig {
  milliseconds min_session_timeout{6000};      // group.min.session.timeout.ms
  milliseconds max_session_timeout{1800000};   // group.max.session.timeout.ms
  std::size_t max_size = 2147483647;           // group.max.size
  milliseconds initial_rebalance_delay{3000};  // group.initial.rebalance.delay.ms
  std::size_t max_metadata_length = 4096;      // offset.metadata.max.bytes; UTF-16 code units
  milliseconds offsets_retention{604800000};   // offsets.retention.minutes
};

}  // namespace barnabas::group
