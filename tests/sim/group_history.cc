#include "tests/sim/group_history.h"

#include <algorithm>

namespace barnabas::sim {

void GroupHistory::assigned(const std::string& group, std::int32_t generation,
                            const std::string& owner,
                            const std::vector<TopicPartition>& partitions) {
  auto& last = generations_.emplace(group, generation).first->second;
  last = std::max(last, generation);
  for (const TopicPartition& tp : partitions) {
    const auto [known, is_new] = owners_.emplace(std::tuple(group, generation, tp), owner);
    if (!is_new && known->second != owner) {
      judge_.violation("{} has two owners in generation {} of {}: {} and {}", tp, generation, group,
                       known->second, owner);
    }
  }
}

void GroupHistory::acknowledged(const std::string& group, const TopicPartition& tp, Offset offset) {
  ++commits_;
  auto& last = acknowledged_.emplace(GroupPartition(group, tp), offset).first->second;
  last = std::max(last, offset);
}

void GroupHistory::fetched(const std::string& group, const TopicPartition& tp, Offset offset,
                           Offset at_least) {
  if (offset < at_least) {
    judge_.violation("{} was told the offset {} of {}; {} was acknowledged", group, offset, tp,
                     at_least);
  }
}

Offset GroupHistory::last_acknowledged(const std::string& group, const TopicPartition& tp) const {
  const auto it = acknowledged_.find(GroupPartition(group, tp));
  return it == acknowledged_.end() ? kUnknownOffset : it->second;
}

std::int32_t GroupHistory::last_generation(const std::string& group) const {
  const auto it = generations_.find(group);
  return it == generations_.end() ? -1 : it->second;
}

}  // namespace barnabas::sim
