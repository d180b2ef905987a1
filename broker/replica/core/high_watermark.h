// How far the high watermark may go, and what of it follows for appends.
//
// Threads  pure functions over values.
// Source   Kafka 3.9, Partition.scala (maybeIncrementLeaderHW, checkEnoughReplicasReachOffset);
//          KIP-966 for the hold below min.insync.replicas
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "broker/base/clock.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/effects.h"
#include "broker/replica/core/follower_state.h"
#include "broker/replica/core/isr.h"

namespace barnabas::replica {

// min.insync.replicas cannot ask for more replicas than there are.
inline std::size_t effective_min_isr(std::size_t min_insync_replicas, std::size_t replica_count) {
  return std::min(min_insync_replicas, replica_count);
}

// The leader's view that decides its high watermark.
struct HighWatermarkInputs {
  const Isr& isr;
  const std::map<BrokerId, FollowerState>& followers;
  Offset leader_end;
  std::size_t min_isr;  // effective
  Duration max_lag;
};

// The offset up to which every replica that counts has the log; nullopt: held where it is.
// `is_alive`: may the replica join the ISR at all?
template <typename IsAlive>
std::optional<Offset> high_watermark_candidate(const HighWatermarkInputs& in, Time now,
                                               const IsAlive& is_alive) {
  if (in.isr.committed().size() < in.min_isr) return std::nullopt;
  Offset candidate = in.leader_end;
  for (const auto& [id, follower] : in.followers) {
    if (follower.log_end_offset() >= candidate) continue;
    // A replica about to join the ISR is waited for: otherwise a busy leader that is alone in its
    // ISR runs ahead of it for ever.
    if (in.isr.maximal_contains(id) ||
        (follower.is_caught_up(in.leader_end, now, in.max_lag) && is_alive(id))) {
      candidate = follower.log_end_offset();
    }
  }
  return candidate;
}

// A follower's high watermark from its leader's.
inline Offset follower_high_watermark(Offset leader_high_watermark, LogOffsets log) {
  return std::max(log.log_start, std::min(leader_high_watermark, log.log_end));
}

// Before an append. NONE: go on.
inline ErrorCode check_min_isr_before_append(bool acks_all, std::size_t committed_isr,
                                             std::size_t min_isr) {
  return acks_all && committed_isr < min_isr ? ErrorCode::kNotEnoughReplicas : ErrorCode::kNone;
}

// Has an acks=all append been replicated? nullopt: not yet.
inline std::optional<ErrorCode> check_replicated(Offset high_watermark, Offset required_offset,
                                                 std::size_t maximal_isr, std::size_t min_isr) {
  if (high_watermark < required_offset) return std::nullopt;
  return maximal_isr < min_isr ? ErrorCode::kNotEnoughReplicasAfterAppend : ErrorCode::kNone;
}

}  // namespace barnabas::replica
