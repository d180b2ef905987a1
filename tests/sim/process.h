// A simulated process: its executor and its clock. It can be paused and resumed (SIGSTOP, SIGCONT)
// and killed; a killed process runs nothing more, a new incarnation is a new Process.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "tests/sim/scheduler.h"

namespace barnabas::sim {

class Process final : public Executor, public Clock {
 public:
  // `drift_ppm`: by how much this machine's clock runs fast.
  Process(Scheduler& scheduler, std::int64_t drift_ppm);
  ~Process() override;

  void pause() { paused_ = true; }
  void resume();
  // Drops everything that waits to run. The owner then destroys what lived in the process.
  void kill();

  bool running() const { return alive_ && !paused_; }
  bool alive() const { return alive_; }

  // Executor
  void post(Task task) override;
  TimerId run_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override;
  bool is_current() const override { return inside_ > 0; }

  // Clock
  Time now() const override;
  Timestamp wall_clock_ms() const override;

 private:
  void schedule(std::uint64_t id, Duration delay, Task task);
  void run(std::uint64_t id, const Task& task);

  Scheduler& scheduler_;
  const std::int64_t drift_ppm_;
  bool alive_ = true;
  bool paused_ = false;
  int inside_ = 0;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, Scheduler::EventId> events_;  // timers and posts not yet due
  std::map<std::uint64_t, Task> held_;  // fell due while paused; in the order of their making
  std::shared_ptr<bool> life_ = std::make_shared<bool>(true);  // false once destroyed
};

}  // namespace barnabas::sim
