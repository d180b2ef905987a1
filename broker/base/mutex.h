// Mutex and MutexLock with the annotations that Clang's -Wthread-safety reads.
//
// Members say GUARDED_BY(mu_), private helpers REQUIRES(mu_). No callback, and nothing that can
// wait (network, ZooKeeper, fsync), runs under a lock.
#pragma once

#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define BARNABAS_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define BARNABAS_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) BARNABAS_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY BARNABAS_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) BARNABAS_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) BARNABAS_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) BARNABAS_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) BARNABAS_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) BARNABAS_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS BARNABAS_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace barnabas {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mu_.lock(); }
  void unlock() RELEASE() { mu_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mu_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ACQUIRE(mu) : mu_(mu) { mu_.lock(); }
  ~MutexLock() RELEASE() { mu_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

// A condition variable for Mutex. Wakes may be spurious: wait in a loop.
class CondVar {
 public:
  void wait(Mutex& mu) REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    cv_.wait(lock);
    lock.release();
  }
  // Returns false when `deadline` passed.
  template <typename Clock, typename D>
  bool wait_until(Mutex& mu, std::chrono::time_point<Clock, D> deadline) REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    const auto status = cv_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }
  void notify_one() { cv_.notify_one(); }
  void notify_all() { cv_.notify_all(); }

 private:
  std::condition_variable cv_;
};

}  // namespace barnabas
