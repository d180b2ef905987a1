// An executor that runs its work only when told, and a clock that stands still.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "broker/base/clock.h"
#include "broker/base/executor.h"

namespace barnabas::test {

class ManualClock final : public Clock {
 public:
  Time now() const override { return now_; }
  Timestamp wall_clock_ms() const override { return wall_ms_; }
  void advance(milliseconds by) {
    now_ += by;
    wall_ms_ += by.count();
  }

 private:
  Time now_{};
  Timestamp wall_ms_ = 1'700'000'000'000;
};

class ManualExecutor final : public Executor {
 public:
  explicit ManualExecutor(ManualClock& clock) : clock_(clock) {}

  void post(Task task) override { tasks_.push_back(std::move(task)); }
  TimerId run_after(Duration delay, Task task) override {
    if (when_asked_for_later) when_asked_for_later();
    timers_.emplace(std::pair(clock_.now() + delay, ++last_timer_), std::move(task));
    return {last_timer_};
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& item) { return item.first.second == timer.value; });
  }
  bool is_current() const override { return running_; }

  // Called by run_after, where its caller stands.
  std::function<void()> when_asked_for_later;

  // Runs what was posted, and what that posts.
  void run() {
    running_ = true;
    while (!tasks_.empty()) {
      const Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
    running_ = false;
  }
  // Lets time pass and runs what is due.
  void advance(milliseconds by) {
    const Time target = clock_.now() + by;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= target) {
      const auto timer = timers_.extract(timers_.begin());
      clock_.advance(std::chrono::duration_cast<milliseconds>(
          std::max(timer.key().first - clock_.now(), Duration(0))));
      tasks_.push_back(timer.mapped());
      run();
    }
    clock_.advance(std::chrono::duration_cast<milliseconds>(target - clock_.now()));
  }

 private:
  ManualClock& clock_;
  std::deque<Task> tasks_;
  std::map<std::pair<Time, std::uint64_t>, Task> timers_;
  std::uint64_t last_timer_ = 0;
  bool running_ = false;
};

}  // namespace barnabas::test
