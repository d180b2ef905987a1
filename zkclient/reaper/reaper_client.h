// The broker's side of the reaper: starts it, hands it each new session, and notices its end.
//
// Without a reaper the broker runs on; a session then outlives a kill -9 until it times out, and
// the log says so.
// Threads  bound to `executor`.
// Failure  nothing is returned: what goes wrong is said in the log, once.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "zkclient/zookeeper.h"

namespace barnabas::zk {

class ReaperClient {
 public:
  // Starts `program`, in a process group of its own, with none of our files.
  ReaperClient(Executor& executor, const std::string& program);
  // Without stop(): the reaper goes on watching this process.
  ~ReaperClient();
  ReaperClient(const ReaperClient&) = delete;
  ReaperClient& operator=(const ReaperClient&) = delete;

  // A new session; replaces the one before. `servers`: ConnectString::hosts.
  void hand_over(const SessionId& session, const std::string& servers, Duration session_timeout);
  // Our session is closed: the reaper has nothing left to do. Waits for its end, a moment.
  void stop();

  bool is_running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }

 private:
  void start(const std::string& program);
  void look_after();
  bool has_ended();
  void say_lost(const char* why);

  Executor& executor_;
  pid_t pid_ = -1;
  int fd_ = -1;
  TimerId timer_;
};

}  // namespace barnabas::zk
