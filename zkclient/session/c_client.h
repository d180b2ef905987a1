// One handle of the ZooKeeper C client, made safe: who asks is answered once or never, and nothing
// is called after the destructor. The only place that knows <zookeeper/zookeeper.h>.
//
// Threads  submit: one thread. Callbacks: the C client's completion thread, one at a time, in the
//          order in which things happened.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/mutex.h"
#include "zkclient/zookeeper.h"

struct ACL_vector;  // the C client's

namespace barnabas::zk {

struct Request {
  enum class Kind { kCreate, kSetData, kRemove, kGetData, kExists, kGetChildren, kMulti };
  Kind kind;
  std::vector<Op> ops;  // of kCreate, kSetData and kRemove the only one
  std::string path;     // of the reads
  bool watch = false;
};

struct Response {
  bool lost = false;  // the connection was lost: carried out or not
  ZkError error = ZkError::kOk;
  std::string data;
  Stat stat;
  std::vector<std::string> children;  // sorted
  std::vector<OpResult> results;      // one per op
};

class CClient {
 public:
  enum class State { kConnecting, kConnected, kExpired };
  struct Events {
    std::function<void(State, const SessionId&)> on_state;
    std::function<void(WatchEvent, std::string path)> on_watch;
  };
  using Done = std::function<void(Response)>;
  struct Security {
    std::optional<std::string> digest_auth;  // user:password
    bool set_acl = false;                    // znodes belong to that user, see zkclient/acl.h
    std::string chroot;                      // what precedes the paths of acl.h
  };

  // `hosts` host:port,host:port. nullptr: the C client refuses them, most often since no name can
  // be resolved now.
  static std::unique_ptr<CClient> open(const std::string& hosts, Duration session_timeout,
                                       Security security, Events events);
  // Closes the session if it is connected; waits for what is at ZooKeeper to be answered, up to 1
  // s, and for the close to be sent, up to 3 s.
  ~CClient();
  CClient(const CClient&) = delete;
  CClient& operator=(const CClient&) = delete;

  // kOk: `done` will be called, unless the handle is destroyed before. Else it will not: kInvalid
  // for what is malformed, kSessionExpired when the handle is beyond use.
  ZkError submit(const Request& request, Done done);

 private:
  struct Context;
  struct Callbacks;  // the C client's callbacks
  class Handle;

  CClient(Security security, Events events);
  const struct ::ACL_vector& acl_of(const std::string& path) const;

  const Security security_;
  Events events_;
  Mutex mu_;
  CondVar all_answered_;
  std::unordered_set<Context*> contexts_ GUARDED_BY(mu_);
  std::unique_ptr<Handle> handle_;
};

}  // namespace barnabas::zk
