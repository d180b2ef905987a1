// Reads a partition of __consumer_offsets into a core, from its first record to its last.
//
// Threads  any; waits for the disk.
// Source   Kafka 3.9, GroupMetadataManager.scala (doLoadGroupsAndOffsets)
#pragma once

#include <cstdint>
#include <memory>

#include "broker/base/result.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"
#include "broker/replica/partition.h"

namespace barnabas::group {

struct LoadOrder {
  std::int32_t buffer_bytes = 0;  // one read; a larger batch is read whole
  Now now;
};
// What cannot be read as a record of groups is passed over, with a line in the log.
// Errors: those of a fetch: NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, ...
Result<void> load_groups(replica::Partition& partition, const LoadOrder& order,
                         GroupCoordinatorCore& core);

}  // namespace barnabas::group
