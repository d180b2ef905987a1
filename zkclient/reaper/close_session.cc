#include "zkclient/reaper/close_session.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

namespace barnabas::zk {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// One server may hang; the next may answer.
constexpr milliseconds kServerTimeout{700};
constexpr milliseconds kPauseBetweenRounds{50};
constexpr std::int32_t kCloseSessionRequest = -11;
constexpr std::int32_t kXid = 1;
constexpr std::size_t kLongestAnswer = 1024;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool connect(const addrinfo& address, Clock::time_point deadline) {
    if (fd_ < 0) return false;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return true;
    if (errno != EINPROGRESS || !wait(POLLOUT, deadline)) return false;
    int error = 0;
    socklen_t size = sizeof(error);
    return ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }

  bool send(std::string_view bytes, Clock::time_point deadline) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if ((errno != EAGAIN && errno != EINTR) || !wait(POLLOUT, deadline)) {
        return false;
      }
    }
    return true;
  }

  // One packet: its length, four bytes, and as many bytes.
  std::optional<std::string> receive(Clock::time_point deadline) {
    std::string header(4, '\0');
    if (!read(header, deadline)) return std::nullopt;
    std::uint32_t size = 0;
    for (const char byte : header) size = size << 8 | static_cast<unsigned char>(byte);
    if (size > kLongestAnswer) return std::nullopt;
    std::string packet(size, '\0');
    if (!read(packet, deadline)) return std::nullopt;
    return packet;
  }

 private:
  bool read(std::string& bytes, Clock::time_point deadline) {
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      const ssize_t got = ::recv(fd_, bytes.data() + filled, bytes.size() - filled, 0);
      if (got == 0) return false;
      if (got > 0) {
        filled += static_cast<std::size_t>(got);
      } else if ((errno != EAGAIN && errno != EINTR) || !wait(POLLIN, deadline)) {
        return false;
      }
    }
    return true;
  }
  bool wait(short events, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    pollfd poll_fd{fd_, events, 0};
    return left.count() > 0 && ::poll(&poll_fd, 1, static_cast<int>(left.count())) != 0;
  }

  const int fd_;
};

template <typename Int>
void put(std::string& out, Int value) {
  for (std::size_t i = sizeof(Int); i-- > 0;) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
  }
}

std::string packet(const std::string& body) {
  std::string bytes;
  put(bytes, static_cast<std::int32_t>(body.size()));
  return bytes + body;
}

// ConnectRequest of ZooKeeper's jute: protocolVersion, lastZxidSeen, timeOut, sessionId, passwd,
// readOnly. No zxid seen: any server will do.
std::string connect_request(const SessionToClose& session) {
  std::string body;
  put(body, std::int32_t{0});
  put(body, std::int64_t{0});
  put(body, session.timeout_ms);
  put(body, session.id);
  put(body, static_cast<std::int32_t>(session.password.size()));
  body.append(session.password.data(), session.password.size());
  body.push_back('\0');
  return packet(body);
}

// RequestHeader: xid, type. It has no body.
std::string close_request() {
  std::string body;
  put(body, kXid);
  put(body, kCloseSessionRequest);
  return packet(body);
}

// sessionId of a ConnectResponse: protocolVersion, timeOut, sessionId, passwd, readOnly. 0 when the
// server knows no such session.
std::optional<std::int64_t> session_of(std::string_view response) {
  if (response.size() < 16) return std::nullopt;
  std::uint64_t id = 0;
  for (const char byte : response.substr(8, 8)) id = id << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(id);
}

CloseOutcome close_at(const addrinfo& address, const SessionToClose& session,
                      Clock::time_point deadline) {
  Socket socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.connect(address, deadline) || !socket.send(connect_request(session), deadline)) {
    return CloseOutcome::kUnreachable;
  }
  const auto welcome = socket.receive(deadline);
  const auto id = welcome ? session_of(*welcome) : std::nullopt;
  if (!id) return CloseOutcome::kUnreachable;
  if (*id != session.id) return CloseOutcome::kGone;
  if (!socket.send(close_request(), deadline) || !socket.receive(deadline)) {
    return CloseOutcome::kUnreachable;  // in doubt: the next try finds it gone, if it is
  }
  return CloseOutcome::kClosed;
}

CloseOutcome close_at(std::string_view server, const SessionToClose& session,
                      Clock::time_point deadline) {
  const auto colon = server.rfind(':');
  if (colon == std::string_view::npos) return CloseOutcome::kUnreachable;
  std::string host(server.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string port(server.substr(colon + 1));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* addresses = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &addresses) != 0) {
    return CloseOutcome::kUnreachable;
  }
  auto outcome = CloseOutcome::kUnreachable;
  for (const addrinfo* address = addresses;
       address != nullptr && outcome == CloseOutcome::kUnreachable; address = address->ai_next) {
    outcome = close_at(*address, session, std::min(deadline, Clock::now() + kServerTimeout));
  }
  ::freeaddrinfo(addresses);
  return outcome;
}

}  // namespace

CloseOutcome close_session(const SessionToClose& session, milliseconds give_up_after) {
  const auto deadline = Clock::now() + give_up_after;
  while (true) {
    std::string_view servers = session.servers;
    while (!servers.empty()) {
      const auto comma = servers.find(',');
      const auto outcome = close_at(servers.substr(0, comma), session, deadline);
      if (outcome != CloseOutcome::kUnreachable) return outcome;
      servers.remove_prefix(comma == std::string_view::npos ? servers.size() : comma + 1);
    }
    if (Clock::now() + kPauseBetweenRounds >= deadline) return CloseOutcome::kUnreachable;
    ::poll(nullptr, 0, static_cast<int>(kPauseBetweenRounds.count()));
  }
}

}  // namespace barnabas::zk
