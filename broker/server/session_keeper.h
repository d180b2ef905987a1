// Sees to it that a session does not outlive its broker: tells each new one to the reaper, and
// keeps it in a file in which the broker's next process finds it.
//
// Threads  bound to the executor of the ZooKeeper session; the constructor too.
// Failure  said in the log; the broker runs on.
#pragma once

#include <string>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "zkclient/reaper/reaper_client.h"
#include "zkclient/zookeeper.h"

namespace barnabas::server {

struct SessionKeeperOptions {
  std::string reaper_program;
  std::string file;     // where the session is kept
  std::string servers;  // host:port,host:port
  Duration session_timeout{0};
};

class SessionKeeper final : public zk::ZooKeeper::Observer {
 public:
  // Takes charge of the session in force; adds itself to the observers.
  SessionKeeper(zk::ZooKeeper& zookeeper, Executor& executor, SessionKeeperOptions options);

  // The session has been closed in order: nobody has to close it again.
  void on_session_closed();

  void on_watch_event(zk::WatchEvent, const std::string&) override {}
  void on_session_established() override;
  void on_session_expired() override {}

 private:
  zk::ZooKeeper& zookeeper_;
  const SessionKeeperOptions options_;
  zk::ReaperClient reaper_;
};

}  // namespace barnabas::server
