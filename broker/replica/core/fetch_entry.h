// One partition of a fetch, as it is asked for.
//
// Threads  a value type; the name is a view of somebody else's.
#pragma once

#include <cstdint>
#include <string_view>

#include "broker/base/uuid.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

struct FetchEntry {
  std::string_view topic;  // empty: the topic of an id that is not known
  Uuid topic_id;           // zero: the request names topics
  PartitionId partition{0};
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;  // not given
  Offset fetch_offset{0};
  LeaderEpoch last_fetched_epoch = kNoLeaderEpoch;  // not given
  Offset log_start_offset = kUnknownOffset;         // of the follower
  std::int32_t max_bytes = 0;
  // Found wrong before: answered with this error, not read.
  ErrorCode error = ErrorCode::kNone;
};

}  // namespace barnabas::replica
