#include "zkclient/reaper/reaping_session_closer.h"

#include <algorithm>
#include <utility>

#include "zkclient/reaper/close_session.h"

namespace barnabas::zk {

ReapingSessionCloser::ReapingSessionCloser(std::string servers, Duration session_timeout,
                                           milliseconds give_up_after)
    : servers_(std::move(servers)),
      session_timeout_(session_timeout),
      give_up_after_(give_up_after) {}

void ReapingSessionCloser::close_session(const SessionId& session,
                                         std::function<void(bool closed)> done) {
  thread_.post([this, session, done = std::move(done)] {
    SessionToClose to_close{servers_, session.id, {}, 0};
    to_close.timeout_ms = static_cast<std::int32_t>(
        std::chrono::duration_cast<milliseconds>(session_timeout_).count());
    if (session.password.size() != to_close.password.size()) return done(false);
    std::ranges::copy(session.password, to_close.password.begin());
    done(zk::close_session(to_close, give_up_after_) != CloseOutcome::kUnreachable);
  });
}

}  // namespace barnabas::zk
