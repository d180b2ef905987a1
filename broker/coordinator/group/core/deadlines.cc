#include "broker/coordinator/group/core/deadlines.h"

namespace barnabas::group {

void Deadlines::set(const DeadlineKeyView& key, Time due) {
  auto at = entries_.find(key);
  if (at == entries_.end()) {
    at = entries_
             .emplace(DeadlineKey{key.kind, std::string(key.group), std::string(key.member)},
                      Entry{due, due})
             .first;
    queue_.emplace(due, at);
    return;
  }
  Entry& entry = at->second;
  entry.due = due;
  if (due >= entry.queued) return;
  queue_.erase({entry.queued, at});
  entry.queued = due;
  queue_.emplace(due, at);
}

void Deadlines::clear(const DeadlineKeyView& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  queue_.erase({at->second.queued, at});
  entries_.erase(at);
}

std::optional<Time> Deadlines::next() const {
  return queue_.empty() ? std::nullopt : std::optional(queue_.begin()->first);
}

std::vector<DeadlineKey> Deadlines::take_due(Time now) {
  std::vector<DeadlineKey> due;
  while (!queue_.empty() && queue_.begin()->first <= now) {
    const auto at = queue_.begin()->second;
    queue_.erase(queue_.begin());
    Entry& entry = at->second;
    if (entry.due > now) {
      entry.queued = entry.due;
      queue_.emplace(entry.due, at);
    } else {
      due.push_back(at->first);
      entries_.erase(at);
    }
  }
  return due;
}

}  // namespace barnabas::group
