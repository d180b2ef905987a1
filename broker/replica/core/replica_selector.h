// Which replica a consumer should read from.
//
// Threads  pure functions over values.
// Source   Kafka 3.9, ReplicaManager.scala (findPreferredReadReplica),
// RackAwareReplicaSelector.java,
//          ReplicaView.java; KIP-392
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/clock.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

// A replica that has what a consumer asks for.
struct ReadCandidate {
  BrokerId id{-1};
  Offset log_end{0};
  Duration behind{0};     // since it was caught up last; of a leader 0
  std::string_view rack;  // empty: none, or the broker is not there for this consumer
};

// The most caught-up replica in the consumer's rack; nullopt: the leader.
//   candidates  the leader first
std::optional<BrokerId> select_in_rack(std::string_view rack,
                                       const std::vector<ReadCandidate>& candidates);

}  // namespace barnabas::replica
