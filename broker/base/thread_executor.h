// An Executor with one thread of its own, for work that may wait: ZooKeeper's answers, fsync,
// deletion, the controller.
//
// Threads  thread-safe. The destructor runs no further task and joins the thread; it must not be
//          called on that thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <thread>

#include "broker/base/executor.h"
#include "broker/base/mutex.h"

namespace barnabas {

class ThreadExecutor final : public Executor {
 public:
  // `name` names the thread, at most 15 characters.
  explicit ThreadExecutor(std::string name);
  ~ThreadExecutor() override;

  void post(Task task) override;
  TimerId run_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override;
  bool is_current() const override;

  // Waits for every task posted so far, timers aside. Not to be called on the thread itself.
  void drain();
  // Stops the thread after the running task. Later posts are dropped. Idempotent.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct TimerKey {
    Clock::time_point due;
    std::uint64_t id;
    auto operator<=>(const TimerKey&) const = default;
  };

  void run();

  Mutex mu_;
  CondVar wake_;
  std::deque<Task> tasks_ GUARDED_BY(mu_);
  std::map<TimerKey, Task> timers_ GUARDED_BY(mu_);
  std::map<std::uint64_t, Clock::time_point> due_by_id_ GUARDED_BY(mu_);
  std::uint64_t next_timer_ GUARDED_BY(mu_) = 1;
  bool stopping_ GUARDED_BY(mu_) = false;

  std::thread thread_;  // last: starts when everything above exists
};

}  // namespace barnabas
