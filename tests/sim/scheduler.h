// Virtual time: one queue of events ordered by (time, sequence). Time jumps to the next event.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "broker/base/clock.h"
#include "broker/base/executor.h"

namespace barnabas::sim {

class Scheduler {
 public:
  using EventId = std::pair<Time, std::uint64_t>;

  Time now() const { return now_; }

  // Runs `task` at `due`, or now if that has passed; events of one time run in the order of calls.
  EventId at(Time due, Task task);
  EventId after(Duration delay, Task task) { return at(now_ + delay, std::move(task)); }
  void cancel(EventId event) { events_.erase(event); }

  // Runs every event up to and including `end`, which is the time afterwards.
  void run_until(Time end);

  std::uint64_t events_run() const { return events_run_; }

 private:
  Time now_{};
  std::uint64_t next_sequence_ = 0;
  std::uint64_t events_run_ = 0;
  std::map<EventId, Task> events_;
};

}  // namespace barnabas::sim
