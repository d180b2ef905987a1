#include "broker/replica/core/replica_selector.h"

#include <tuple>

namespace barnabas::replica {
namespace {

bool is_more_caught_up(const ReadCandidate& a, const ReadCandidate& b) {
  return std::tuple(a.log_end, b.behind, a.id) > std::tuple(b.log_end, a.behind, b.id);
}

}  // namespace

std::optional<BrokerId> select_in_rack(std::string_view rack,
                                       const std::vector<ReadCandidate>& candidates) {
  if (rack.empty() || candidates.empty() || candidates.front().rack == rack) return std::nullopt;
  const ReadCandidate* best = nullptr;
  for (const ReadCandidate& candidate : candidates) {
    if (candidate.rack != rack) continue;
    if (best == nullptr || is_more_caught_up(candidate, *best)) best = &candidate;
  }
  return best == nullptr ? std::nullopt : std::optional(best->id);
}

}  // namespace barnabas::replica
