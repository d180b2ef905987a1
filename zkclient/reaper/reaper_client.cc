#include "zkclient/reaper/reaper_client.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "broker/base/logging.h"
#include "zkclient/reaper/message.h"
#include "zkclient/reaper/pidfd.h"

extern char** environ;

namespace barnabas::zk {
namespace {

constexpr Duration kLookInterval = seconds(1);
constexpr int kStopTimeoutMs = 1000;

}  // namespace

ReaperClient::ReaperClient(Executor& executor, const std::string& program) : executor_(executor) {
  start(program);
  if (is_running()) timer_ = executor_.run_after(kLookInterval, [this] { look_after(); });
}

ReaperClient::~ReaperClient() {
  executor_.cancel(timer_);
  // The descriptor stays open without stop(): closing it would be a hang-up while we live.
}

void ReaperClient::start(const std::string& program) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return say_lost(std::strerror(errno));
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  char name[] = "barnabas-reaper";
  char* const argv[] = {name, nullptr};
  const int error = ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, argv, environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) {
    pid_ = -1;
    ::close(ends[0]);
    return say_lost(std::strerror(error));
  }
  fd_ = ends[0];
}

void ReaperClient::hand_over(const SessionId& session, const std::string& servers,
                             Duration session_timeout) {
  if (!is_running()) return;
  ReaperMessage message;
  message.kind = ReaperMessage::Kind::kWatch;
  message.broker = ::getpid();
  message.session = session.id;
  message.timeout_ms =
      static_cast<std::int32_t>(std::chrono::duration_cast<milliseconds>(session_timeout).count());
  if (servers.size() > ReaperMessage::kMaxServers ||
      session.password.size() != message.password.size()) {
    return say_lost("the session cannot be described to it");
  }
  std::ranges::copy(session.password, message.password.begin());
  std::ranges::copy(servers, message.servers.begin());
  if (::send(fd_, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    say_lost(std::strerror(errno));
  }
}

void ReaperClient::stop() {
  if (!is_running()) return;
  executor_.cancel(timer_);
  ReaperMessage message;
  message.kind = ReaperMessage::Kind::kQuit;
  (void)::send(fd_, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::close(fd_);
  pollfd end{open_pidfd(pid_), POLLIN, 0};
  if (end.fd >= 0) {
    ::poll(&end, 1, kStopTimeoutMs);
    ::close(end.fd);
  }
  (void)has_ended();
  pid_ = -1;
  fd_ = -1;
}

void ReaperClient::look_after() {
  if (!is_running()) return;
  if (has_ended()) {
    ::close(fd_);
    fd_ = -1;
    pid_ = -1;
    return say_lost("it has ended");
  }
  timer_ = executor_.run_after(kLookInterval, [this] { look_after(); });
}

bool ReaperClient::has_ended() {
  int status = 0;
  return ::waitpid(pid_, &status, WNOHANG) == pid_;
}

void ReaperClient::say_lost(const char* why) {
  log_warn(
      "Running without the reaper ({}): if this process is killed, its ZooKeeper session lives on "
      "until it times out",
      why);
}

}  // namespace barnabas::zk
