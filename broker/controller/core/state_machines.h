// The states of partitions and replicas, and which may follow which.
//
// Threads  pure functions.
// Source   Kafka 3.9, kafka/controller/PartitionStateMachine.scala, ReplicaStateMachine.scala
#pragma once

#include <cstdint>
#include <string_view>

namespace barnabas::controller {

enum class PartitionState : std::uint8_t {
  kNonExistent,  // never created, or deleted
  kNew,          // has replicas, no leader yet, no state znode
  kOnline,       // has a leader
  kOffline,      // its leader died and none could take over
};

enum class ReplicaState : std::uint8_t {
  kNonExistent,
  kNew,
  kOnline,
  kOffline,             // its broker died, or was told to stop it
  kDeletionStarted,     // told to delete it
  kDeletionSuccessful,  // said that it is gone
  kDeletionIneligible,  // could not be deleted; tried again when its broker returns
};

std::string_view to_string(PartitionState state);
std::string_view to_string(ReplicaState state);

bool is_valid_transition(PartitionState from, PartitionState to);
bool is_valid_transition(ReplicaState from, ReplicaState to);

}  // namespace barnabas::controller
