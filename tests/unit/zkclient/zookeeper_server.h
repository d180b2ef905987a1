// A real ZooKeeper server for tests: a process of its own on a free port, with its data in a
// temporary directory that goes with it.
//
// Threads  externally synchronized.
#pragma once

#include <sys/types.h>

#include <string>

namespace barnabas::zk::testing {

class ZooKeeperServer {
 public:
  ZooKeeperServer();   // started and serving
  ~ZooKeeperServer();  // killed
  ZooKeeperServer(const ZooKeeperServer&) = delete;
  ZooKeeperServer& operator=(const ZooKeeperServer&) = delete;

  // 127.0.0.1:port; the port stays the same.
  std::string address() const;

  void start();  // returns when it serves
  void kill();   // SIGKILL; its data stays
  void pause();  // SIGSTOP
  void resume();

 private:
  bool serves() const;

  std::string directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace barnabas::zk::testing
