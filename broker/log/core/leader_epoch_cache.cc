#include "broker/log/core/leader_epoch_cache.h"

#include <algorithm>

#include "broker/base/check.h"

namespace barnabas::log {

bool LeaderEpochCache::assign(LeaderEpoch epoch, Offset start) {
  CHECK(epoch.value() >= 0 && start.value() >= 0, "epoch {} at {}", epoch, start);
  if (!entries_.empty() && entries_.back().epoch == epoch &&
      entries_.back().start_offset <= start) {
    return false;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start_offset >= start)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, start});
  return true;
}

LeaderEpoch LeaderEpochCache::latest_epoch() const {
  return entries_.empty() ? kNoLeaderEpoch : entries_.back().epoch;
}

EpochEndOffset LeaderEpochCache::end_offset_for(LeaderEpoch epoch, Offset log_end_offset) const {
  if (epoch == kNoLeaderEpoch || entries_.empty()) return {};
  if (entries_.back().epoch == epoch) return {epoch, log_end_offset};
  const auto higher =
      std::find_if(entries_.begin(), entries_.end(),
                   [epoch](const EpochEntry& entry) { return entry.epoch > epoch; });
  if (higher == entries_.end()) return {};
  if (higher == entries_.begin()) return {epoch, higher->start_offset};
  return {std::prev(higher)->epoch, higher->start_offset};
}

bool LeaderEpochCache::truncate_from_end(Offset end) {
  const std::size_t before = entries_.size();
  while (!entries_.empty() && entries_.back().start_offset >= end) entries_.pop_back();
  return entries_.size() != before;
}

bool LeaderEpochCache::truncate_from_start(Offset start) {
  const auto above =
      std::find_if(entries_.begin(), entries_.end(),
                   [start](const EpochEntry& entry) { return entry.start_offset > start; });
  if (above == entries_.begin()) return false;
  const auto covering = std::prev(above);
  if (covering == entries_.begin() && covering->start_offset == start) return false;
  covering->start_offset = start;
  entries_.erase(entries_.begin(), covering);
  return true;
}

bool LeaderEpochCache::clear() {
  const bool changed = !entries_.empty();
  entries_.clear();
  return changed;
}

}  // namespace barnabas::log
