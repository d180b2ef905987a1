// Ends the session of a process that is gone: whoever knows id and password may.
//
// A broker that comes back while its former session lives would find its own id taken until that
// session times out. zkclient/session implements this over a second handle, the simulator by its
// model.
#pragma once

#include <functional>

#include "zkclient/zookeeper.h"

namespace barnabas::zk {

class SessionCloser {
 public:
  virtual ~SessionCloser() = default;

  // `done` is called once, on the executor of the implementation, never from inside the call.
  //   closed  the session is no more: it was closed now, or had ended before; false: ZooKeeper
  //           could not be reached in time
  virtual void close_session(const SessionId& session, std::function<void(bool closed)> done) = 0;
};

}  // namespace barnabas::zk
