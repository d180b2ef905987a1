#include "tests/sim/scheduler.h"

#include <algorithm>

namespace barnabas::sim {

Scheduler::EventId Scheduler::at(Time due, Task task) {
  const EventId id{std::max(due, now_), next_sequence_++};
  events_.emplace(id, std::move(task));
  return id;
}

void Scheduler::run_until(Time end) {
  while (!events_.empty() && events_.begin()->first.first <= end) {
    const auto first = events_.begin();
    now_ = first->first.first;
    const Task task = std::move(first->second);
    events_.erase(first);
    ++events_run_;
    task();
  }
  now_ = end;
}

}  // namespace barnabas::sim
