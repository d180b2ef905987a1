// Where work runs: one thread's queue of tasks and timers. A reactor, a worker thread and the
// simulator implement it.
//
// Invariants  Tasks of one executor never run at the same time. Tasks posted by one thread run in
//             the order in which they were posted. A task never runs inside post() or run_after().
// Threads     post, run_after and cancel: any thread. is_current: any thread.
#pragma once

#include <cstdint>
#include <functional>

#include "broker/base/clock.h"

namespace barnabas {

using Task = std::function<void()>;

struct TimerId {
  std::uint64_t value = 0;  // 0: no timer
  bool operator==(const TimerId&) const = default;
};

class Executor {
 public:
  virtual ~Executor() = default;

  virtual void post(Task task) = 0;

  // Runs `task` once, not before `delay` has passed.
  virtual TimerId run_after(Duration delay, Task task) = 0;

  // Forgets a timer. Called on the executor itself, the task is certain not to run afterwards;
  // called elsewhere it may be running already. A timer that has fired, or no timer, is ignored.
  virtual void cancel(TimerId timer) = 0;

  // True when called from a task of this executor.
  virtual bool is_current() const = 0;
};

}  // namespace barnabas
