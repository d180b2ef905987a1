// The in-sync replicas as a leader knows them: what the controller has committed, and at most one
// proposed change.
//
// Invariants  maximal = committed + pending additions: a replica that may already be in the ISR is
//             waited for, and one that may still be in it is not given up.
// Threads     externally synchronized (ReplicaCore).
// Source      Kafka 3.9, Partition.scala (PartitionState, handleAlterPartition*); KIP-497
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "broker/replica/core/effects.h"

namespace barnabas::replica {

// What a leader does with the answer to its proposal.
enum class AlterPartitionReaction {
  kCommit,    // the ISR and the partition epoch are the answer's
  kIgnore,    // outdated: the proposal stays pending
  kRollBack,  // certainly not applied: back to the committed ISR
  kGiveUp,    // pending until the next LeaderAndIsr
  kResend,
};
AlterPartitionReaction react_to_alter_partition(const AlterPartitionAnswer& answer,
                                                LeaderEpoch leader_epoch,
                                                PartitionEpoch partition_epoch);

class Isr {
 public:
  // LeaderAndIsr: the controller's word; a proposal in flight is forgotten.
  void reset(std::vector<BrokerId> committed);

  const std::vector<BrokerId>& committed() const { return committed_; }
  std::vector<BrokerId> maximal() const;
  std::size_t maximal_size() const { return committed_.size() + (adding_ ? 1 : 0); }
  bool committed_contains(BrokerId id) const;
  bool maximal_contains(BrokerId id) const;
  bool in_flight() const { return pending_.has_value(); }
  const std::optional<IsrProposal>& pending() const { return pending_; }

  // Precondition: nothing in flight; `id` not in the ISR.
  const IsrProposal& propose_expand(BrokerId id, LeaderEpoch leader_epoch,
                                    PartitionEpoch partition_epoch);
  // Precondition: nothing in flight; `out` within the ISR and not all of it.
  const IsrProposal& propose_shrink(const std::vector<BrokerId>& out, LeaderEpoch leader_epoch,
                                    PartitionEpoch partition_epoch);

  void commit(std::vector<BrokerId> isr);
  void roll_back();

 private:
  std::vector<BrokerId> committed_;  // in the order of the state document, additions last
  std::optional<IsrProposal> pending_;
  std::optional<BrokerId> adding_;  // the replica that pending_ adds, if it adds one
  std::uint64_t last_id_ = 0;
};

}  // namespace barnabas::replica
