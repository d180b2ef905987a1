// What goes into and comes out of a ReplicaCore.
//
// Threads  value types.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "broker/base/clock.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

// The log's ends at the moment of an event; read under the same lock.
struct LogOffsets {
  Offset log_start{0};
  Offset log_end{0};  // one past the last record
};

// An offset and the leader epoch that ends there; (-1, -1): undefined.
struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end_offset = kUnknownOffset;
  bool operator==(const EpochEnd&) const = default;
};

// An ISR that the controller is asked for by AlterPartition.
struct IsrProposal {
  std::uint64_t id =
      0;  // of the core's proposals, rising; tells a late answer from the awaited one
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  PartitionEpoch partition_epoch{0};
  std::vector<BrokerId> new_isr;
  bool operator==(const IsrProposal&) const = default;
};

// The controller's answer for one partition.
struct AlterPartitionAnswer {
  ErrorCode error = ErrorCode::kNone;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  PartitionEpoch partition_epoch{0};
  std::vector<BrokerId> isr;
};

// Appends that wait for replication and consumers' fetches may be complete.
struct HighWatermarkAdvanced {
  Offset high_watermark{0};
  bool operator==(const HighWatermarkAdvanced&) const = default;
};
// Followers' fetches may be complete.
struct DataAppended {
  bool operator==(const DataAppended&) const = default;
};
// Deletions of records that wait for the followers may be complete.
struct FollowerLogStartMoved {
  bool operator==(const FollowerLogStartMoved&) const = default;
};
// Whatever waits is to be looked at again.
struct LeadershipChanged {
  bool operator==(const LeadershipChanged&) const = default;
};
// The controller is to be asked for a change of the ISR.
struct ProposeIsr {
  IsrProposal proposal;
  bool operator==(const ProposeIsr&) const = default;
};

using Effect = std::variant<HighWatermarkAdvanced, DataAppended, FollowerLogStartMoved,
                            LeadershipChanged, ProposeIsr>;
// In the order in which they are to be carried out.
using Effects = std::vector<Effect>;

}  // namespace barnabas::replica
