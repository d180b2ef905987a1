// What the requests of all connections may hold while nobody has begun with them: their number and
// their bytes. A connection that finds no room stops to read and is told when there is some again.
//
// Counted are requests that wait for the coordination thread, and frames that are being read, with
// the length they announced. A frame that is begun is finished and a request that is begun is no
// longer counted, so that what is over the limit always ends.
// Threads  thread-safe.
// Source   Kafka 3.9, RequestChannel (queued.max.requests), SimpleMemoryPool
//          (queued.max.request.bytes)
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "broker/base/mutex.h"

namespace barnabas::net {

class RequestBudget {
 public:
  // max_bytes <= 0: no limit. `on_room` is called by whoever makes room that was waited for.
  RequestBudget(std::int64_t max_requests, std::int64_t max_bytes, std::function<void()> on_room)
      : requests_(max_requests), bytes_(max_bytes), on_room_(std::move(on_room)) {}

  // False also means: on_room will be called.
  bool has_room_for_a_request() { return requests_.has_room(); }
  bool has_room_for_bytes() { return bytes_.has_room(); }

  void add_request() { requests_.add(1); }
  void remove_request() { remove(requests_, 1); }
  void add_bytes(std::int64_t count) { bytes_.add(count); }
  void remove_bytes(std::int64_t count) { remove(bytes_, count); }

  // on_room is called no more.
  void stop() {
    MutexLock lock(mu_);
    on_room_ = nullptr;
  }

 private:
  class Limit {
   public:
    explicit Limit(std::int64_t max) : max_(max) {}
    bool has_room() {
      if (max_ <= 0 || used_ < max_) return true;
      awaited_ = true;
      return used_ < max_;  // it may have been made just before
    }
    void add(std::int64_t count) { used_ += count; }
    // True when somebody waited for it.
    bool remove(std::int64_t count) {
      used_ -= count;
      return used_ < max_ && awaited_ && awaited_.exchange(false);
    }

   private:
    const std::int64_t max_;
    std::atomic<std::int64_t> used_{0};
    std::atomic<bool> awaited_{false};
  };

  void remove(Limit& limit, std::int64_t count) {
    if (!limit.remove(count)) return;
    MutexLock lock(mu_);
    if (on_room_) on_room_();
  }

  Limit requests_;
  Limit bytes_;
  Mutex mu_;
  std::function<void()> on_room_ GUARDED_BY(mu_);
};

}  // namespace barnabas::net
