#include "broker/net/socket_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
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
  ConnectionSet(Reactor& reactor, SocketServer& server) : reactor_(reactor), server_(server) {}

  Reactor& reactor() { return reactor_; }

  void add(FileDescriptor socket, const std::string& listener, const std::string& client_address) {
    if (closed_) return;
    auto connection = std::make_shared<Connection>(
        reactor_, std::move(socket), listener, client_address, server_.options_.limits,
        server_.handler_, server_.budget_, [this, listener, client_address](Connection& closing) {
          connections_.erase(&closing);
          server_.release(listener, client_address);
        });
    connections_.emplace(connection.get(), connection);
    connection->start();
  }

  void sweep_idle_later() {
    const Duration max_idle = server_.options_.limits.max_idle;
    if (max_idle <= Duration::zero()) return;
    sweep_ = reactor_.run_after(std::clamp<Duration>(max_idle / 10, milliseconds(10), seconds(60)),
                                [this] { sweep_idle(); });
  }

  // The budget has room again.
  void go_on() {
    for (const auto& connection : connections_) connection.first->go_on();
  }

  // False: only connections of the protected listener are left.
  bool close_one_client() {
    std::shared_ptr<Connection> oldest;
    for (const auto& [_, connection] : connections_) {
      if (server_.is_protected(connection->listener())) continue;
      if (!oldest || connection->last_active() < oldest->last_active()) oldest = connection;
    }
    if (!oldest) return false;
    oldest->close();
    return true;
  }

  void close_all() {
    closed_ = true;
    reactor_.cancel(sweep_);
    for (const auto& connection : std::exchange(connections_, {})) connection.second->close();
  }

 private:
  void sweep_idle() {
    const Time then = SystemClock().now() - server_.options_.limits.max_idle;
    std::vector<std::shared_ptr<Connection>> idle;
    for (const auto& entry : connections_) {
      if (entry.second->is_idle_since(then)) idle.push_back(entry.second);
    }
    for (const auto& connection : idle) connection->close();
    sweep_idle_later();
  }

  Reactor& reactor_;
  SocketServer& server_;
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
    at_the_door_.reset();
    socket_ = FileDescriptor(-1);
  }

  void on_slot_free() {
    if (at_the_door_ && at_the_door_->may_enter_from <= SystemClock().now() && let_in()) {
      watch_->enable();
    }
  }

 private:
  struct Newcomer {
    FileDescriptor socket;
    std::string address;
    Time may_enter_from;
  };

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
      const Duration wait = server_.record_new(name_);
      at_the_door_ = Newcomer{std::move(accepted), numeric_host(peer), SystemClock().now() + wait};
      if (wait > Duration::zero()) {
        watch_->disable();
        pause_ = home().run_after(wait, [this] {
          if (let_in()) watch_->enable();
        });
        return;
      }
      if (!let_in()) {
        watch_->disable();
        return;
      }
    }
  }

  // False: there is no slot, on_slot_free() will be called.
  bool let_in() {
    switch (server_.admit(name_, at_the_door_->address)) {
      case ConnectionQuotas::Admission::kNoSlot:
        return false;
      case ConnectionQuotas::Admission::kTooManyOfAddress:
        at_the_door_.reset();
        break;
      case ConnectionQuotas::Admission::kAdmitted:
        give_to_a_reactor(std::move(*at_the_door_));
        at_the_door_.reset();
        if (server_.is_over_the_maximum()) {
          server_.sets_.front()->reactor().post([&server = server_] { server.close_excess(0); });
        }
        break;
    }
    return true;
  }

  void give_to_a_reactor(Newcomer newcomer) {
    const int fd = newcomer.socket.get();
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    const std::int32_t send_buffer = server_.options_.send_buffer_bytes;
    if (send_buffer > 0) set_option(fd, SOL_SOCKET, SO_SNDBUF, send_buffer);

    ConnectionSet& set = *server_.sets_[next_++ % server_.sets_.size()];
    set.reactor().post([&set, name = name_, address = std::move(newcomer.address),
                        socket = std::make_shared<FileDescriptor>(std::move(newcomer.socket))] {
      set.add(std::move(*socket), name, address);
    });
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
  std::optional<Newcomer> at_the_door_;
  std::size_t next_ = 0;
};

SocketServer::SocketServer(std::vector<Reactor*> reactors, protocol::RequestHandler& handler,
                           SocketOptions options)
    : reactors_(std::move(reactors)),
      handler_(handler),
      options_(std::move(options)),
      quotas_(options_.quotas) {
  CHECK(!reactors_.empty());
  for (Reactor* reactor : reactors_) {
    sets_.push_back(std::make_unique<ConnectionSet>(*reactor, *this));
  }
  budget_ = std::make_shared<RequestBudget>(options_.max_queued_requests, options_.max_queued_bytes,
                                            [this] {
                                              for (const auto& set : sets_)
                                                set->reactor().post([&set = *set] { set.go_on(); });
                                            });
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
    {
      MutexLock lock(mu_);
      quotas_.add_listener(listener);
    }
    listeners_.push_back(std::make_unique<Listener>(listener, std::move(socket), *this));
    return bound;
  }
  return bind_error(host, port, reason);
}

Duration SocketServer::record_new(const std::string& listener) {
  MutexLock lock(mu_);
  return quotas_.record_new(listener, SystemClock().now());
}

ConnectionQuotas::Admission SocketServer::admit(const std::string& listener,
                                                const std::string& address) {
  MutexLock lock(mu_);
  const ConnectionQuotas::Admission admission = quotas_.admit(listener, address);
  if (admission == ConnectionQuotas::Admission::kNoSlot) slot_awaited_ = true;
  if (admission == ConnectionQuotas::Admission::kTooManyOfAddress) {
    log_info(
        "[SocketServer] Rejected connection from {}, address already has the configured maximum "
        "of {} connections.",
        address, quotas_.maximum_of(address));
  }
  return admission;
}

void SocketServer::release(const std::string& listener, const std::string& address) {
  MutexLock lock(mu_);
  quotas_.release(listener, address);
  if (door_closed_ || !std::exchange(slot_awaited_, false)) return;
  reactors_.front()->post([this] {
    for (const auto& waiting : listeners_) waiting->on_slot_free();
  });
}

bool SocketServer::is_over_the_maximum() const {
  MutexLock lock(mu_);
  return quotas_.exceeded();
}

bool SocketServer::is_protected(const std::string& listener) const {
  MutexLock lock(mu_);
  return quotas_.is_protected(listener);
}

void SocketServer::close_excess(std::size_t set) {
  while (is_over_the_maximum() && sets_[set]->close_one_client()) {
  }
  if (is_over_the_maximum() && set + 1 < sets_.size()) {
    sets_[set + 1]->reactor().post([this, set] { close_excess(set + 1); });
  }
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
  budget_->stop();
  reactors_.front()->run_and_wait([this] {
    {
      MutexLock lock(mu_);
      door_closed_ = true;
    }
    for (const auto& listener : listeners_) listener->close();
  });
  for (const auto& set : sets_) {
    set->reactor().run_and_wait([&set = *set] { set.close_all(); });
  }
}

}  // namespace barnabas::net
