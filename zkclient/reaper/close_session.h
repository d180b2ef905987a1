// Ends a ZooKeeper session that some other process made, by its id and password: re-attaches to it
// and closes it. Speaks the few bytes of ZooKeeper's protocol by itself, with nothing but sockets,
// so that the reaper stays tiny.
//
// Threads  any; blocks.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace barnabas::zk {

struct SessionToClose {
  std::string servers;  // host:port,host:port
  std::int64_t id = 0;
  std::array<char, 16> password{};
  std::int32_t timeout_ms = 0;  // of the session
};

enum class CloseOutcome {
  kClosed,
  kGone,         // it had ended before, or the password is not its own
  kUnreachable,  // no server answered before give_up_after; the session lives until it times out
};

CloseOutcome close_session(const SessionToClose& session, std::chrono::milliseconds give_up_after);

}  // namespace barnabas::zk
