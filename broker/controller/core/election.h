// Who leads a partition: the four election strategies, and the removal of replicas from an ISR.
//
// The assignment's order decides, never the ISR's. Every result has the leader epoch raised by one
// and the partition epoch of the state it was computed from: the version that its write expects.
// Threads  pure functions.
// Source   Kafka 3.9, kafka/controller/Election.scala, ReplicaStateMachine.scala
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "broker/controller/core/cluster_state.h"

namespace barnabas::controller {

// What an election may know of the replicas. "Online": its broker is registered, not shutting down,
// and its log directory works.
struct ReplicaLiveness {
  std::function<bool(BrokerId)> online;
  std::function<bool(BrokerId)> online_or_shutting_down;
  std::function<bool(BrokerId)> shutting_down;
};

struct ElectionResult {
  std::optional<LeaderAndIsr> state;  // absent: nobody may lead
  BrokerIds recipients;               // of the LeaderAndIsr that tells it
};

// The leader died: the first online replica of the ISR; when there is none and `unclean`, the first
// online replica at all, alone in the ISR and RECOVERING. Not `leader_recovery_supported`: brokers
// cannot be told so, and the recovery state stays.
ElectionResult elect_offline(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                             const ReplicaLiveness& liveness, bool unclean,
                             bool leader_recovery_supported = true);

// A reassignment ends: the first online target replica of the ISR. The ISR stays.
ElectionResult elect_reassign(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                              const ReplicaLiveness& liveness);

// The head of the assignment, if it is online and in the ISR. The ISR stays.
ElectionResult elect_preferred(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                               const ReplicaLiveness& liveness);

// The leader's broker is shutting down: the first replica of the ISR that lives and is not. The ISR
// loses all that are. The old leader is told as well: it is to follow.
ElectionResult elect_controlled_shutdown(const ReplicaAssignment& assignment,
                                         const LeaderAndIsr& current,
                                         const ReplicaLiveness& liveness);

// The first leadership of a partition: the first online replica leads, all online ones are its ISR,
// epoch 0. Absent: none is online.
std::optional<LeaderAndIsr> initial_leadership(const ReplicaAssignment& assignment,
                                               const ReplicaLiveness& liveness);

// The replicas for which `offline` holds leave the ISR, lowest id first; the last member stays.
// A leader among them leaves nobody in its place. Absent: nothing changes.
std::optional<LeaderAndIsr> remove_from_isr(const LeaderAndIsr& current,
                                            const std::function<bool(BrokerId)>& offline);

}  // namespace barnabas::controller
