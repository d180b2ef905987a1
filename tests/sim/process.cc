#include "tests/sim/process.h"

#include <utility>

namespace barnabas::sim {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
// Virtual wall clocks begin here, so that timestamps look like timestamps.
constexpr Timestamp kWallClockStart = 1'700'000'000'000;

}  // namespace

Process::Process(Scheduler& scheduler, std::int64_t drift_ppm)
    : scheduler_(scheduler), drift_ppm_(drift_ppm) {}

Process::~Process() {
  kill();
  *life_ = false;
}

void Process::kill() {
  alive_ = false;
  for (const auto& [id, event] : events_) scheduler_.cancel(event);
  events_.clear();
  held_.clear();
}

void Process::resume() {
  paused_ = false;
  // What fell due meanwhile runs first, and not inside this call.
  for (auto& [id, task] : std::exchange(held_, {})) schedule(id, Duration::zero(), std::move(task));
}

void Process::post(Task task) {
  run_after(Duration::zero(), std::move(task));
}

TimerId Process::run_after(Duration delay, Task task) {
  const std::uint64_t id = next_id_++;
  if (alive_) schedule(id, delay, std::move(task));
  return TimerId{id};
}

void Process::cancel(TimerId timer) {
  held_.erase(timer.value);
  const auto it = events_.find(timer.value);
  if (it == events_.end()) return;
  scheduler_.cancel(it->second);
  events_.erase(it);
}

void Process::schedule(std::uint64_t id, Duration delay, Task task) {
  // By a drifting clock rounded up, so that the delay has passed by it when the task runs.
  const Duration real(drift_ppm_ == 0 || delay.count() <= 0
                          ? delay.count()
                          : delay.count() * kMillion / (kMillion + drift_ppm_) + 2);
  events_[id] = scheduler_.after(real, [this, id, task = std::move(task)] {
    events_.erase(id);
    run(id, task);
  });
}

void Process::run(std::uint64_t id, const Task& task) {
  if (paused_) {
    held_.emplace(id, task);
    return;
  }
  const auto life = life_;  // a task may end in the destruction of this process
  ++inside_;
  task();
  if (*life) --inside_;
}

Time Process::now() const {
  const auto elapsed = scheduler_.now().time_since_epoch();
  return Time(elapsed + Duration(elapsed.count() * drift_ppm_ / kMillion));
}

Timestamp Process::wall_clock_ms() const {
  return kWallClockStart +
         std::chrono::duration_cast<milliseconds>(now().time_since_epoch()).count();
}

}  // namespace barnabas::sim
