// The epoch of a coordinator: the leader epoch of its partition of an internal topic.
//
// Threads  a pure function.
// Source   Kafka 3.9, GroupMetadataManager.scala (maybeUpdateCoordinatorEpoch)
#pragma once

#include "broker/protocol/ids.h"

namespace barnabas::group {

// Orders of controllers may come twice and late: only a later epoch ends an office and begins one.
inline bool is_later_epoch(LeaderEpoch current, LeaderEpoch told) {
  return told > current;
}

}  // namespace barnabas::group
