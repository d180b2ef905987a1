#include "broker/net/socket_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/net/address.h"
#include "broker/protocol/error_code.h"

namespace barnabas::net {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr Duration kPauseWithoutDescriptors = milliseconds(100);

void set_option(int fd, int level, int option, int value) {
  // What the system does not grant (a buffer above its maximum) is not worth a connection.
  ::setsockopt(fd, level, option, &value, sizeof value);
}

Error bind_error(const std::string& host, std::int32_t port, const std::string& reason) {
  return {ErrorCode::kNetworkException, fmt::format("Socket server failed to bind to {}:{}: {}.",
                                                    host.empty() ? "0.0.0.0" : host, port, reason)};
}

}  // namespace

// The connections of one reactor. Reactor thread only, but for the constructor and destructor.
class SocketServer::ConnectionSet {
 public:
  ConnectionSet(Reactor& reactor, const SocketOptions& options, protocol::RequestHandler& handler)
      : reactor_(reactor), options_(options), handler_(handler) {}

  Reactor& reactor() { return reactor_; }

  void add(FileDescriptor socket, const std::string& listener, const std::string& client_address) {
    if (closed_) return;
    auto connection = std::make_shared<Connection>(
        reactor_, std::move(socket), listener, client_address, options_.limits, handler_,
        [this](Connection& closing) { connections_.erase(&closing); });
    connections_.emplace(connection.get(), connection);
    connection->start();
  }

  void sweep_idle_later() {
    const Duration max_idle = options_.limits.max_idle;
    if (max_idle <= Duration::zero()) return;
    sweep_ = reactor_.run_after(std::clamp<Duration>(max_idle / 10, milliseconds(10), seconds(60)),
                                [this] { sweep_idle(); });
  }

  void close_all() {
    closed_ = true;
    reactor_.cancel(sweep_);
    for (const auto& connection : std::exchange(connections_, {})) connection.second->close();
  }

 private:
  void sweep_idle() {
    const Time then = SystemClock().now() - options_.limits.max_idle;
    std::vector<std::shared_ptr<Connection>> idle;
    for (const auto& entry : connections_) {
      if (entry.second->is_idle_since(then)) idle.push_back(entry.second);
    }
    for (const auto& connection : idle) connection->close();
    sweep_idle_later();
  }

  Reactor& reactor_;
  const SocketOptions& options_;
  protocol::RequestHandler& handler_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  TimerId sweep_;
  bool closed_ = false;
};

// One listening socket. Reactor thread only once opened.
class SocketServer::Listener {
 public:
  Listener(std::string name, FileDescriptor socket, SocketServer& server)
      : name_(std::move(name)), socket_(std::move(socket)), server_(server) {}

  void open() {
    watch_ = std::make_unique<FdWatch>(home(), socket_.get(), FdWatch::Kind::kReadable,
                                       [this] { accept_some(); });
    watch_->enable();
  }
  void close() {
    home().cancel(pause_);
    watch_.reset();
    socket_ = FileDescriptor(-1);
  }

 private:
  Reactor& home() { return server_.sets_.front()->reactor(); }

  void accept_some() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage peer{};
      socklen_t length = sizeof peer;
      FileDescriptor accepted(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                                        SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (accepted.get() < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause();
        return;  // else nobody waits, or the one who did has gone
      }
      set_option(accepted.get(), IPPROTO_TCP, TCP_NODELAY, 1);
      set_option(accepted.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
      const std::int32_t send_buffer = server_.options_.send_buffer_bytes;
      if (send_buffer > 0) set_option(accepted.get(), SOL_SOCKET, SO_SNDBUF, send_buffer);

      ConnectionSet& set = *server_.sets_[next_++ % server_.sets_.size()];
      set.reactor().post([&set, name = name_, address = numeric_host(peer),
                          socket = std::make_shared<FileDescriptor>(std::move(accepted))] {
        set.add(std::move(*socket), name, address);
      });
    }
  }

  void pause() {
    log_warn("[SocketServer] Cannot accept connections on listener {}: {}; trying again", name_,
             std::strerror(errno));
    watch_->disable();
    pause_ = home().run_after(kPauseWithoutDescriptors, [this] { watch_->enable(); });
  }

  const std::string name_;
  FileDescriptor socket_;
  SocketServer& server_;
  std::unique_ptr<FdWatch> watch_;
  TimerId pause_;
  std::size_t next_ = 0;
};

SocketServer::SocketServer(std::vector<Reactor*> reactors, protocol::RequestHandler& handler,
                           SocketOptions options)
    : reactors_(std::move(reactors)), handler_(handler), options_(options) {
  CHECK(!reactors_.empty());
  for (Reactor* reactor : reactors_) {
    sets_.push_back(std::make_unique<ConnectionSet>(*reactor, options_, handler_));
  }
}

SocketServer::~SocketServer() {
  stop();
}

Result<std::int32_t> SocketServer::bind(const std::string& listener, const std::string& host,
                                        std::int32_t port) {
  Result<std::vector<Address>> addresses = resolve(host, port, /*to_bind=*/true);
  if (!addresses) return bind_error(host, port, addresses.error().detail);
  std::string reason;
  for (const Address& address : *addresses) {
    FileDescriptor socket(
        ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
      reason = std::strerror(errno);
      continue;
    }
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    // The empty host speaks IPv4 and IPv6 on one socket.
    if (address.family() == AF_INET6 && host.empty()) {
      set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    }
    // On the listening socket, for the window that a connection offers is settled before accept.
    if (options_.receive_buffer_bytes > 0) {
      set_option(socket.get(), SOL_SOCKET, SO_RCVBUF, options_.receive_buffer_bytes);
    }
    if (::bind(socket.get(), address.get(), address.length()) != 0 ||
        ::listen(socket.get(), options_.backlog) != 0) {
      reason = std::strerror(errno);
      continue;
    }
    const std::int32_t bound = local_port(socket.get());
    listeners_.push_back(std::make_unique<Listener>(listener, std::move(socket), *this));
    return bound;
  }
  return bind_error(host, port, reason);
}

void SocketServer::start() {
  for (const auto& set : sets_) {
    set->reactor().post([&set = *set] { set.sweep_idle_later(); });
  }
  reactors_.front()->run_and_wait([this] {
    for (const auto& listener : listeners_) listener->open();
  });
}

void SocketServer::stop() {
  if (std::exchange(stopped_, true)) return;
  reactors_.front()->run_and_wait([this] {
    for (const auto& listener : listeners_) listener->close();
  });
  for (const auto& set : sets_) {
    set->reactor().run_and_wait([&set = *set] { set.close_all(); });
  }
}

}  // namespace barnabas::net
