// What must hold of a ReplicaCore after every event: a second reading of the rules, for tests and
// the simulator.
//
// Source  replication rules of Kafka 3.9; the idea is LogCabin's RaftConsensusInvariants.
#pragma once

#include <string>

#include "broker/replica/core/replica_core.h"

namespace barnabas::replica {

// Empty: all hold. Else what does not, in words.
std::string violated_invariant(const ReplicaCore& core, LogOffsets log);

// Of two moments of the same leader epoch, the later one second.
struct CoreMoment {
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  PartitionEpoch partition_epoch{0};
  Offset high_watermark{0};
  bool is_leader = false;
};
CoreMoment moment_of(const ReplicaCore& core);
std::string violated_progress(const CoreMoment& before, const CoreMoment& after);

}  // namespace barnabas::replica
