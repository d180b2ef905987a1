#include "broker/replica/delayed_operations.h"

#include <algorithm>

namespace barnabas::replica {

// ---- DelayedOperation

void DelayedOperation::try_complete(std::size_t key) {
  if (is_completed()) return;
  bool satisfied = false;
  {
    MutexLock lock(checking_);
    satisfied = !is_completed() && is_satisfied(key);
  }
  if (satisfied) complete(false);
}

void DelayedOperation::expire() {
  complete(true);
}

void DelayedOperation::complete(bool expired) {
  if (completed_.exchange(true, std::memory_order_acq_rel)) return;
  const auto keep = shared_from_this();
  // Waits for a check that began before; none begins after.
  {
    MutexLock lock(checking_);
  }
  leave_lists();
  on_complete(expired);
}

void DelayedOperation::leave_lists() {
  std::vector<Place> places;
  DelayedOperations* deadlines = nullptr;
  std::pair<Time, std::uint64_t> deadline;
  {
    MutexLock lock(places_mu_);
    left_ = true;
    places.swap(places_);
    deadlines = std::exchange(deadlines_, nullptr);
    deadline = deadline_;
  }
  for (const Place& place : places) {
    MutexLock lock(place.list->mu_);
    place.list->entries_.erase(place.at);
    place.list->size_.store(place.list->entries_.size(), std::memory_order_release);
  }
  if (deadlines) deadlines->remove(deadline);
}

// ---- Watchers

Watchers::~Watchers() {
  clear();
}

void Watchers::watch(const std::shared_ptr<DelayedOperation>& operation, std::size_t key) {
  MutexLock places_lock(operation->places_mu_);
  if (operation->left_) return;
  MutexLock lock(mu_);
  const auto at = entries_.insert(entries_.end(), {operation, key});
  operation->places_.push_back({this, at});
  size_.store(entries_.size(), std::memory_order_release);
}

void Watchers::check() {
  if (empty()) return;
  std::vector<DelayedOperation::Entry> waiting;
  {
    MutexLock lock(mu_);
    waiting.assign(entries_.begin(), entries_.end());
  }
  for (const auto& [operation, key] : waiting) operation->try_complete(key);
}

void Watchers::clear() {
  std::list<DelayedOperation::Entry> entries;
  {
    MutexLock lock(mu_);
    entries.swap(entries_);
    size_.store(0, std::memory_order_release);
  }
  for (const auto& [operation, key] : entries) {
    MutexLock lock(operation->places_mu_);
    std::erase_if(operation->places_,
                  [this](const DelayedOperation::Place& place) { return place.list == this; });
  }
}

// ---- DelayedOperations

DelayedOperations::DelayedOperations(const Clock& clock, Executor& timers)
    : clock_(clock), timers_(timers), alive_(std::make_shared<DelayedOperations*>(this)) {}

DelayedOperations::~DelayedOperations() {
  *alive_ = nullptr;
  TimerId timer;
  {
    MutexLock lock(mu_);
    timer = timer_;
  }
  timers_.cancel(timer);
  clear();
}

void DelayedOperations::add(const std::shared_ptr<DelayedOperation>& operation, Time deadline) {
  MutexLock places_lock(operation->places_mu_);
  if (operation->left_) return;
  MutexLock lock(mu_);
  const Key key{deadline, next_++};
  deadlines_.emplace(key, operation);
  operation->deadlines_ = this;
  operation->deadline_ = key;
  // The timer is only ever moved forward: one that finds nothing due is set anew when it fires.
  if (!armed_ || deadline < *armed_) arm(deadline);
}

void DelayedOperations::arm(Time due) {
  timers_.cancel(timer_);
  armed_ = due;
  timer_ = timers_.run_after(std::max(Duration{0}, due - clock_.now()), [alive = alive_] {
    if (*alive) (*alive)->on_timer();
  });
}

void DelayedOperations::on_timer() {
  std::vector<std::shared_ptr<DelayedOperation>> due;
  {
    MutexLock lock(mu_);
    armed_.reset();
    const Time now = clock_.now();
    for (const auto& [key, operation] : deadlines_) {
      if (key.first > now) {
        arm(key.first);
        break;
      }
      due.push_back(operation);
    }
  }
  for (const auto& operation : due) operation->expire();
}

void DelayedOperations::remove(const Key& key) {
  MutexLock lock(mu_);
  deadlines_.erase(key);
}

std::size_t DelayedOperations::size() const {
  MutexLock lock(mu_);
  return deadlines_.size();
}

void DelayedOperations::clear() {
  std::map<Key, std::shared_ptr<DelayedOperation>> deadlines;
  {
    MutexLock lock(mu_);
    deadlines.swap(deadlines_);
  }
  for (const auto& [key, operation] : deadlines) {
    MutexLock lock(operation->places_mu_);
    operation->deadlines_ = nullptr;
  }
}

}  // namespace barnabas::replica
