#include "broker/replica/core/invariants.h"

#include <fmt/format.h>

namespace barnabas::replica {

std::string violated_invariant(const ReplicaCore& core, LogOffsets log) {
  if (core.high_watermark() < log.log_start || core.high_watermark() > log.log_end) {
    return fmt::format("high watermark {} is outside the log [{}, {}]", core.high_watermark(),
                       log.log_start, log.log_end);
  }
  const Isr& isr = core.isr();
  if (!core.is_leader()) {
    if (isr.in_flight()) return "a replica that does not lead proposes an ISR";
    if (!isr.committed().empty()) return "a replica that does not lead keeps an ISR";
    if (!core.followers().empty()) return "a replica that does not lead keeps followers";
    if (core.leader_epoch_start()) return "a replica that does not lead has an epoch start";
    return {};
  }
  if (!core.leader_epoch_start()) return "a leader has no epoch start";
  if (*core.leader_epoch_start() > log.log_end) return "the epoch starts beyond the log's end";
  for (const BrokerId id : isr.committed()) {
    if (!isr.maximal_contains(id)) {
      return fmt::format("committed {} is not in the maximal ISR", id);
    }
  }
  if (isr.in_flight()) {
    const IsrProposal& proposal = *isr.pending();
    if (proposal.new_isr.empty()) return "an empty ISR is proposed";
    if (proposal.new_isr == isr.committed()) return "the committed ISR is proposed";
    if (proposal.leader_epoch != core.leader_epoch()) return "a proposal of another leader epoch";
    for (const BrokerId id : proposal.new_isr) {
      if (!isr.maximal_contains(id)) return fmt::format("proposed {} is not waited for", id);
    }
  }
  for (const auto& [id, follower] : core.followers()) {
    if (follower.log_end_offset() > log.log_end) {
      return fmt::format("follower {} is ahead of its leader", id);
    }
  }
  return {};
}

CoreMoment moment_of(const ReplicaCore& core) {
  return {core.leader_epoch(), core.partition_epoch(), core.high_watermark(), core.is_leader()};
}

std::string violated_progress(const CoreMoment& before, const CoreMoment& after) {
  if (after.leader_epoch < before.leader_epoch) return "the leader epoch went back";
  if (after.partition_epoch < before.partition_epoch) return "the partition epoch went back";
  if (before.is_leader && after.is_leader && after.high_watermark < before.high_watermark) {
    return fmt::format("a leader's high watermark went back from {} to {}", before.high_watermark,
                       after.high_watermark);
  }
  return {};
}

}  // namespace barnabas::replica
