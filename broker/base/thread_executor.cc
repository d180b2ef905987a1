#include "broker/base/thread_executor.h"

#include <pthread.h>

#include <future>
#include <utility>

#include "broker/base/check.h"

namespace barnabas {

ThreadExecutor::ThreadExecutor(std::string name) : thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

ThreadExecutor::~ThreadExecutor() {
  stop();
}

void ThreadExecutor::post(Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  wake_.notify_one();
}

TimerId ThreadExecutor::run_after(Duration delay, Task task) {
  const auto due = Clock::now() + delay;
  MutexLock lock(mu_);
  const std::uint64_t id = next_timer_++;
  if (stopping_) return TimerId{id};
  timers_.emplace(TimerKey{due, id}, std::move(task));
  due_by_id_.emplace(id, due);
  wake_.notify_one();
  return TimerId{id};
}

void ThreadExecutor::cancel(TimerId timer) {
  Task dropped;  // its captures are destroyed outside the lock
  MutexLock lock(mu_);
  const auto due = due_by_id_.find(timer.value);
  if (due == due_by_id_.end()) return;
  const auto it = timers_.find(TimerKey{due->second, timer.value});
  dropped = std::move(it->second);
  timers_.erase(it);
  due_by_id_.erase(due);
}

bool ThreadExecutor::is_current() const {
  return std::this_thread::get_id() == thread_.get_id();
}

void ThreadExecutor::drain() {
  CHECK(!is_current());
  std::promise<void> reached;
  auto future = reached.get_future();
  {
    MutexLock lock(mu_);
    if (stopping_) return;
    tasks_.push_back([&reached] { reached.set_value(); });
    wake_.notify_one();
  }
  future.wait();
}

void ThreadExecutor::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) {
    CHECK(!is_current());
    thread_.join();
  }
  MutexLock lock(mu_);
  tasks_.clear();
  timers_.clear();
  due_by_id_.clear();
}

void ThreadExecutor::run() {
  while (true) {
    Task task;
    {
      MutexLock lock(mu_);
      while (!stopping_ && tasks_.empty() &&
             (timers_.empty() || timers_.begin()->first.due > Clock::now())) {
        if (timers_.empty()) {
          wake_.wait(mu_);
        } else {
          wake_.wait_until(mu_, timers_.begin()->first.due);
        }
      }
      if (stopping_) return;
      // A due timer goes first, so that a flood of posts cannot starve it.
      if (!timers_.empty() && timers_.begin()->first.due <= Clock::now()) {
        due_by_id_.erase(timers_.begin()->first.id);
        task = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
      } else {
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
    }
    task();
  }
}

}  // namespace barnabas
