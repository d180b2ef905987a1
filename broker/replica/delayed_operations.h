// Purgatory: requests whose work is done and which wait for something to happen, or for their time
// to run out. Each is completed exactly once.
//
//     operation --watch--> Watchers of each of its partitions --event--> try_complete
//               \-add----> DelayedOperations (deadlines)  --timeout---> expire
//
// Invariants  on_complete is called once, under no lock. A completed operation has left every list.
// Threads     thread-safe. Lock order: an operation's own lock, then a Partition's; the lists'
//             locks are innermost and never held while an operation is called.
// Source      Kafka 3.9, kafka/server/DelayedOperation.scala
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/base/mutex.h"

namespace barnabas::replica {

class DelayedOperations;
class Watchers;

class DelayedOperation : public std::enable_shared_from_this<DelayedOperation> {
 public:
  DelayedOperation() = default;
  virtual ~DelayedOperation() = default;
  DelayedOperation(const DelayedOperation&) = delete;
  DelayedOperation& operator=(const DelayedOperation&) = delete;

  // Completes the operation if what it waits for is there. Any number of threads at a time.
  //   key   which of its partitions something happened to, as given to Watchers::watch
  void try_complete(std::size_t key);
  // Completes it as it is: its time has run out.
  void expire();
  bool is_completed() const { return completed_.load(std::memory_order_acquire); }

 protected:
  // True when it is to be completed. Called by one thread at a time.
  virtual bool is_satisfied(std::size_t key) = 0;
  // Called once. `expired`: the time ran out first.
  virtual void on_complete(bool expired) = 0;

 private:
  friend class DelayedOperations;
  friend class Watchers;
  using Entry = std::pair<std::shared_ptr<DelayedOperation>, std::size_t>;
  struct Place {
    Watchers* list;
    std::list<Entry>::iterator at;
  };
  void complete(bool expired);
  void leave_lists();

  std::atomic<bool> completed_{false};
  Mutex checking_;  // serializes is_satisfied
  Mutex places_mu_;
  std::vector<Place> places_ GUARDED_BY(places_mu_);
  bool left_ GUARDED_BY(places_mu_) = false;
  DelayedOperations* deadlines_ GUARDED_BY(places_mu_) = nullptr;
  std::pair<Time, std::uint64_t> deadline_ GUARDED_BY(places_mu_);
};

// The operations that wait for one partition. Outlives the operations that watch it.
class Watchers {
 public:
  Watchers() = default;
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  void watch(const std::shared_ptr<DelayedOperation>& operation, std::size_t key);
  // Something happened: every operation is tried, in the order of watch().
  void check();
  bool empty() const { return size_.load(std::memory_order_acquire) == 0; }
  // Forgets all, uncompleted: the broker ends.
  void clear();

 private:
  friend class DelayedOperation;

  std::atomic<std::size_t> size_{0};
  Mutex mu_;
  std::list<DelayedOperation::Entry> entries_ GUARDED_BY(mu_);
};

// The deadlines of all waiting operations, on one timer.
class DelayedOperations {
 public:
  DelayedOperations(const Clock& clock, Executor& timers);
  // Forgets all operations, uncompleted.
  ~DelayedOperations();
  DelayedOperations(const DelayedOperations&) = delete;
  DelayedOperations& operator=(const DelayedOperations&) = delete;

  // Expires the operation at `deadline` unless it is completed before.
  void add(const std::shared_ptr<DelayedOperation>& operation, Time deadline);
  std::size_t size() const;
  void clear();

 private:
  friend class DelayedOperation;
  using Key = std::pair<Time, std::uint64_t>;  // unique, in the order of add at equal times

  void remove(const Key& key);
  void arm(Time due) REQUIRES(mu_);
  void on_timer();

  // Fixed at construction
  const Clock& clock_;
  Executor& timers_;
  std::shared_ptr<DelayedOperations*> alive_;

  mutable Mutex mu_;
  std::map<Key, std::shared_ptr<DelayedOperation>> deadlines_ GUARDED_BY(mu_);
  std::uint64_t next_ GUARDED_BY(mu_) = 1;
  std::optional<Time> armed_ GUARDED_BY(mu_);
  TimerId timer_ GUARDED_BY(mu_);
};

}  // namespace barnabas::replica
