// One thread and its event loop: sockets, timers and posted tasks, one after another.
//
// A turn of the loop waits for events, runs what they ask for, then due timers, then the tasks that
// were posted, and last the turn-end hooks, so that all that one turn answered on a connection
// leaves in one write.
//
// Invariants  A post to a loop that is awake costs no system call.
// Threads     post, run_after, cancel, is_current: any thread. Everything else is reactor-bound.
//             stop() and the destructor: not on the reactor itself.
// Failure     No descriptors left at construction: std::runtime_error (startup only).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "broker/base/executor.h"
#include "broker/base/mutex.h"
#include "broker/net/buffer_pool.h"

struct event;
struct event_base;

namespace barnabas::net {

class Reactor;

// Watches one descriptor, which it does not own. Nothing is watched after construction.
// Threads  reactor-bound, the destructor too.
class FdWatch {
 public:
  enum class Kind { kReadable, kWritable };
  FdWatch(Reactor& reactor, int fd, Kind kind, std::function<void()> on_ready);
  ~FdWatch();
  FdWatch(const FdWatch&) = delete;
  FdWatch& operator=(const FdWatch&) = delete;

  // Level-triggered: on_ready is called each turn for as long as the descriptor is ready.
  void enable();
  void disable();
  bool enabled() const { return enabled_; }

 private:
  std::function<void()> on_ready_;
  event* event_;
  bool enabled_ = false;
};

class Reactor final : public Executor {
 public:
  // Called once at the end of the turn in which it asked for that.
  class TurnEndHook {
   public:
    virtual ~TurnEndHook() = default;
    virtual void on_turn_end() = 0;
  };

  // Starts the thread, named `name` (at most 15 characters).
  explicit Reactor(const std::string& name);
  ~Reactor() override;

  void post(Task task) override;
  TimerId run_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override;
  bool is_current() const override;

  // Runs `task` on the reactor and waits for its end. Not on the reactor itself.
  void run_and_wait(const Task& task);

  // Ends the loop after the running turn, joins the thread and drops all tasks and timers. Later
  // posts are dropped. Idempotent.
  void stop();

  void at_turn_end(std::shared_ptr<TurnEndHook> hook);
  BufferPool& buffers() { return buffers_; }
  event_base* base() { return base_; }

 private:
  using SteadyClock = std::chrono::steady_clock;
  struct TimerKey {
    SteadyClock::time_point due;
    std::uint64_t id;
    auto operator<=>(const TimerKey&) const = default;
  };

  void run();
  // False when the loop shall end; sets whether the next wait may block.
  bool prepare_turn();
  void run_due_timers();
  void run_posted_tasks();
  void run_turn_end_hooks();
  void wake() REQUIRES(mu_);

  // Fixed at construction
  event_base* base_ = nullptr;
  int wake_fd_ = -1;
  event* wake_event_ = nullptr;
  event* timer_event_ = nullptr;

  // Reactor thread only
  BufferPool buffers_;
  std::vector<std::shared_ptr<TurnEndHook>> hooks_;
  SteadyClock::time_point armed_ = SteadyClock::time_point::max();  // what timer_event_ waits for
  bool may_block_ = true;

  Mutex mu_;
  std::vector<Task> tasks_ GUARDED_BY(mu_);
  std::map<TimerKey, Task> timers_ GUARDED_BY(mu_);
  std::unordered_map<std::uint64_t, SteadyClock::time_point> due_by_id_ GUARDED_BY(mu_);
  std::uint64_t next_timer_ GUARDED_BY(mu_) = 1;
  bool asleep_ GUARDED_BY(mu_) = false;  // the loop waits and nobody has woken it yet
  bool stopping_ GUARDED_BY(mu_) = false;

  std::thread thread_;  // last: starts when everything above exists
};

}  // namespace barnabas::net
