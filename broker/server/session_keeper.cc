#include "broker/server/session_keeper.h"

#include <utility>

#include "broker/base/logging.h"
#include "zkclient/session_file.h"

namespace barnabas::server {

SessionKeeper::SessionKeeper(zk::ZooKeeper& zookeeper, Executor& executor,
                             SessionKeeperOptions options)
    : zookeeper_(zookeeper),
      options_(std::move(options)),
      reaper_(executor, options_.reaper_program) {
  zookeeper_.add_observer(this);
  on_session_established();
}

void SessionKeeper::on_session_established() {
  const zk::SessionId session = zookeeper_.session();
  reaper_.hand_over(session, options_.servers, options_.session_timeout);
  if (const Result<void> written = zk::write_session_file(options_.file, session); !written) {
    log_warn("Cannot keep the ZooKeeper session for the next start: {}", written.error().detail);
  }
}

void SessionKeeper::on_session_closed() {
  reaper_.stop();
  zk::remove_session_file(options_.file);
}

}  // namespace barnabas::server
