#include "broker/net/reactor.h"

#include <event2/event.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::net {
namespace {

thread_local const Reactor* current_reactor = nullptr;

}  // namespace

FdWatch::FdWatch(Reactor& reactor, int fd, Kind kind, std::function<void()> on_ready)
    : on_ready_(std::move(on_ready)) {
  const short what = kind == Kind::kReadable ? EV_READ : EV_WRITE;
  event_ = event_new(
      reactor.base(), fd, static_cast<short>(what | EV_PERSIST),
      [](evutil_socket_t, short, void* self) { static_cast<FdWatch*>(self)->on_ready_(); }, this);
  CHECK(event_ != nullptr, "no event for descriptor {}", fd);
}

FdWatch::~FdWatch() {
  event_free(event_);
}

void FdWatch::enable() {
  if (std::exchange(enabled_, true)) return;
  CHECK(event_add(event_, nullptr) == 0, "cannot watch a descriptor");
}

void FdWatch::disable() {
  if (!std::exchange(enabled_, false)) return;
  event_del(event_);
}

Reactor::Reactor(const std::string& name) {
  base_ = event_base_new();
  wake_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (base_ == nullptr || wake_fd_ < 0) {
    throw std::runtime_error("cannot make an event loop: no file descriptors left?");
  }
  wake_event_ = event_new(
      base_, wake_fd_, EV_READ | EV_PERSIST,
      [](evutil_socket_t fd, short, void*) {
        std::uint64_t count;
        // Only empties the eventfd; that it is readable was the message.
        [[maybe_unused]] const ssize_t n = ::read(fd, &count, sizeof count);
      },
      nullptr);
  // libevent's clock is coarse: a timeout may come early, and prepare_turn() then waits once more.
  timer_event_ = event_new(
      base_, -1, 0,
      [](evutil_socket_t, short, void* self) {
        static_cast<Reactor*>(self)->armed_ = SteadyClock::time_point::max();
      },
      this);
  CHECK(wake_event_ != nullptr && timer_event_ != nullptr);
  CHECK(event_add(wake_event_, nullptr) == 0);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Reactor::~Reactor() {
  stop();
  hooks_.clear();  // asked for since, by channels that ended after us; their events need base_
  event_free(timer_event_);
  event_free(wake_event_);
  event_base_free(base_);
  ::close(wake_fd_);
}

void Reactor::wake() {
  if (!std::exchange(asleep_, false)) return;
  const std::uint64_t one = 1;
  CHECK(::write(wake_fd_, &one, sizeof one) == sizeof one);
}

void Reactor::post(Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  wake();
}

TimerId Reactor::run_after(Duration delay, Task task) {
  const auto due = SteadyClock::now() + delay;
  MutexLock lock(mu_);
  const std::uint64_t id = next_timer_++;
  if (stopping_) return TimerId{id};
  const auto it = timers_.emplace(TimerKey{due, id}, std::move(task)).first;
  due_by_id_.emplace(id, due);
  if (it == timers_.begin()) wake();  // the loop waits for a later one
  return TimerId{id};
}

void Reactor::cancel(TimerId timer) {
  Task dropped;  // its captures are destroyed outside the lock
  MutexLock lock(mu_);
  const auto due = due_by_id_.find(timer.value);
  if (due == due_by_id_.end()) return;
  const auto it = timers_.find(TimerKey{due->second, timer.value});
  dropped = std::move(it->second);
  timers_.erase(it);
  due_by_id_.erase(due);
}

bool Reactor::is_current() const {
  return current_reactor == this;
}

void Reactor::run_and_wait(const Task& task) {
  CHECK(!is_current());
  std::promise<void> done;
  post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void Reactor::stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    wake();
  }
  if (thread_.joinable()) {
    CHECK(!is_current());
    thread_.join();
  }
  // Dropped tasks may own what posts or cancels when it ends: not under the lock.
  std::vector<Task> tasks;
  std::map<TimerKey, Task> timers;
  {
    MutexLock lock(mu_);
    tasks.swap(tasks_);
    timers.swap(timers_);
    due_by_id_.clear();
  }
  tasks.clear();
  timers.clear();
  hooks_.clear();
}

void Reactor::at_turn_end(std::shared_ptr<TurnEndHook> hook) {
  hooks_.push_back(std::move(hook));
}

bool Reactor::prepare_turn() {
  MutexLock lock(mu_);
  if (stopping_) return false;
  may_block_ = tasks_.empty();
  if (!timers_.empty()) {
    const auto due = timers_.begin()->first.due;
    const auto now = SteadyClock::now();
    if (due <= now) {
      may_block_ = false;
    } else if (may_block_ && due < armed_) {
      // Rounded up, or the loop would wake a little early and spin until the time has come.
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - now).count();
      const timeval tv{.tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000};
      CHECK(event_add(timer_event_, &tv) == 0);
      armed_ = due;
    }
  }
  asleep_ = may_block_;
  return true;
}

void Reactor::run() {
  current_reactor = this;
  while (prepare_turn()) {
    CHECK(event_base_loop(base_, EVLOOP_ONCE | (may_block_ ? 0 : EVLOOP_NONBLOCK)) >= 0);
    {
      MutexLock lock(mu_);
      asleep_ = false;
    }
    run_due_timers();
    run_posted_tasks();
    run_turn_end_hooks();
  }
}

void Reactor::run_due_timers() {
  const auto now = SteadyClock::now();
  while (true) {
    Task task;
    {
      MutexLock lock(mu_);
      if (timers_.empty() || timers_.begin()->first.due > now) return;
      due_by_id_.erase(timers_.begin()->first.id);
      task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
    }
    task();
  }
}

void Reactor::run_posted_tasks() {
  std::vector<Task> tasks;
  {
    MutexLock lock(mu_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) {
    task();
    task = nullptr;  // what it holds goes now, not at the end of the turn
  }
}

void Reactor::run_turn_end_hooks() {
  // A hook may ask for another one, of its own connection or of a different one.
  for (std::size_t i = 0; i < hooks_.size(); ++i) {
    const auto hook = std::move(hooks_[i]);
    hook->on_turn_end();
  }
  hooks_.clear();
}

}  // namespace barnabas::net
