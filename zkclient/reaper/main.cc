// barnabas-reaper: waits for its broker to end, then closes the ZooKeeper session that the broker
// left behind. See README.md.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include "zkclient/reaper/close_session.h"
#include "zkclient/reaper/message.h"
#include "zkclient/reaper/pidfd.h"

namespace {

using barnabas::zk::CloseOutcome;
using barnabas::zk::ReaperMessage;
using std::chrono::milliseconds;

constexpr int kFromBroker = 0;
// The kernel closes the files of a process a moment before it reports its end.
constexpr int kEndTimeoutMs = 2000;
constexpr milliseconds kGiveUpAfter{4000};
constexpr milliseconds kMakeSureTimeout{700};

enum class Heard { kNothingMore, kQuit, kHungUp };

// Everything the broker has said so far.
Heard hear(std::optional<ReaperMessage>& last) {
  while (true) {
    ReaperMessage message;
    const ssize_t size = ::recv(kFromBroker, &message, sizeof(message), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Heard::kNothingMore;
    if (size != static_cast<ssize_t>(sizeof(message))) return Heard::kHungUp;
    if (message.kind == ReaperMessage::Kind::kQuit) return Heard::kQuit;
    message.servers.back() = '\0';
    last = message;
  }
}

// The broker closed its session itself, as far as it knows: its request may have got lost with a
// connection.
void make_sure(const ReaperMessage& message) {
  barnabas::zk::close_session(
      {message.servers.data(), message.session, message.password, message.timeout_ms},
      kMakeSureTimeout);
}

// The session to close; nullopt: the broker lives, or has closed it.
std::optional<ReaperMessage> await_end() {
  std::optional<ReaperMessage> last;
  int broker = -1;  // pidfd, once the broker has said who it is
  while (true) {
    pollfd fds[] = {{kFromBroker, POLLIN, 0}, {broker, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) return last;
    const bool ended = fds[1].revents != 0;
    const Heard heard = hear(last);
    if (heard == Heard::kQuit) {
      if (last) make_sure(*last);
      return std::nullopt;
    }
    if (ended) return last;
    if (broker < 0 && last) {
      broker = barnabas::zk::open_pidfd(last->broker);
      // Its number may be another process's by now; our parent it is only while it lives.
      if (broker >= 0 && ::getppid() != last->broker) return last;
    }
    if (heard == Heard::kHungUp) {
      pollfd end{broker, POLLIN, 0};
      if (broker >= 0 && ::poll(&end, 1, kEndTimeoutMs) == 0) return std::nullopt;
      return last;
    }
  }
}

}  // namespace

int main() {
  // It ends with its broker, and by SIGKILL. What a terminal or a service manager sends to all
  // processes must not take it away first.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) std::signal(number, SIG_IGN);

  const auto message = await_end();
  if (!message) return 0;
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = barnabas::zk::close_session(
      {message->servers.data(), message->session, message->password, message->timeout_ms},
      kGiveUpAfter);
  const auto took =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start);
  const char* what = outcome == CloseOutcome::kClosed ? "closed its session"
                     : outcome == CloseOutcome::kGone ? "its session was gone"
                                                      : "ZooKeeper cannot be reached: left session";
  std::fprintf(stderr, "barnabas-reaper: broker process %d ended; %s 0x%llx after %.1f ms\n",
               static_cast<int>(message->broker), what,
               static_cast<unsigned long long>(message->session), took.count());
  return outcome == CloseOutcome::kUnreachable ? 1 : 0;
}
