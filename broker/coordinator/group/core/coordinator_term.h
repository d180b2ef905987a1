// The terms of a coordinator: the leader epochs of its partition of an internal topic.
//
// Threads  a pure function.
// Source   Kafka 3.9, GroupMetadataManager.scala (maybeUpdateCoordinatorEpoch)
#pragma once

#include "broker/protocol/ids.h"

namespace barnabas::group {

// Orders of controllers may come twice and late: only a greater epoch ends a term and begins one.
inline bool is_later_term(LeaderEpoch current, LeaderEpoch told) {
  return told > current;
}

}  // namespace barnabas::group
