// SessionCloser over a real ensemble, by the reaper's own few bytes of protocol, on a thread of its
// own.
//
// Threads  thread-safe. `done` is called on the closer's thread. The destructor waits for a close
//          under way, at most give_up_after.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "broker/base/clock.h"
#include "broker/base/thread_executor.h"
#include "zkclient/session_closer.h"

namespace barnabas::zk {

class ReapingSessionCloser final : public SessionCloser {
 public:
  // `servers`: ConnectString::hosts.
  ReapingSessionCloser(std::string servers, Duration session_timeout,
                       milliseconds give_up_after = seconds(3));

  void close_session(const SessionId& session, std::function<void(bool closed)> done) override;

 private:
  const std::string servers_;
  const Duration session_timeout_;
  const milliseconds give_up_after_;
  ThreadExecutor thread_{"session-closer"};
};

}  // namespace barnabas::zk
