#include "tests/bench/wire_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "broker/protocol/header.h"

namespace barnabas::bench {
namespace {

constexpr std::size_t kReadBytes = 65536;

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail(std::strerror(errno));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("no connection to port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

}  // namespace

struct WireClient::Connection {
  Connection(int of_port, Broker& of_broker)
      : port(of_port), broker(of_broker), socket(connect_to(of_port)) {}
  ~Connection() { ::close(socket); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const int port;
  Broker& broker;
  const int socket;
  std::int32_t correlation_id = 0;
  std::optional<Call> call;
  std::vector<std::uint8_t> received;
};

WireClient::WireClient(int connections_per_broker)
    : connections_(connections_per_broker), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail(std::strerror(errno));
}

WireClient::~WireClient() {
  brokers_.clear();
  ::close(epoll_);
}

void WireClient::use(const std::vector<int>& ports) {
  std::erase_if(brokers_, [&](const auto& broker) {
    return std::find(ports.begin(), ports.end(), broker.first) == ports.end();
  });
  for (const int port : ports) {
    if (uses(port)) continue;
    Broker& broker = brokers_[port];
    for (int i = 0; i < connections_; ++i) {
      auto& connection =
          broker.connections.emplace_back(std::make_unique<Connection>(port, broker));
      epoll_event event{.events = EPOLLIN, .data = {.ptr = connection.get()}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection->socket, &event);
      broker.idle.push_back(connection.get());
    }
  }
}

bool WireClient::uses(int port) const {
  return brokers_.contains(port);
}

void WireClient::enqueue(int port, Call call) {
  const auto found = brokers_.find(port);
  if (found == brokers_.end()) fail("no broker on port " + std::to_string(port));
  Broker& broker = found->second;
  ++unanswered_;
  if (broker.idle.empty()) return broker.waiting.push_back(std::move(call));
  Connection& connection = *broker.idle.back();
  broker.idle.pop_back();
  send(connection, std::move(call));
}

void WireClient::send(Connection& connection, Call call) {
  const protocol::Payload frame =
      protocol::frame_request(call.api, call.version, ++connection.correlation_id,
                              "barnabas_group_load", std::move(call.body));
  std::vector<std::uint8_t> bytes;
  for (const protocol::Piece& piece : frame.pieces) {
    const BytesView part = std::get<protocol::BytesPiece>(piece).bytes;
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  // The socket blocks, and a small request fits into its buffer: it is sent whole.
  if (::send(connection.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size())) {
    fail("nothing can be sent to port " + std::to_string(connection.port));
  }
  connection.call = std::move(call);
}

void WireClient::on_readable(Connection& connection) {
  std::vector<std::uint8_t>& in = connection.received;
  const std::size_t before = in.size();
  in.resize(before + kReadBytes);
  const ssize_t got = ::recv(connection.socket, in.data() + before, kReadBytes, 0);
  if (got <= 0 || !connection.call) {
    fail("the broker on port " + std::to_string(connection.port) + " has closed a connection");
  }
  in.resize(before + static_cast<std::size_t>(got));
  if (in.size() < sizeof(std::int32_t)) return;
  const auto size = static_cast<std::size_t>(load_be<std::int32_t>(in.data()));
  if (in.size() < sizeof(std::int32_t) + size) return;

  const Call call = *std::exchange(connection.call, std::nullopt);
  const std::vector<std::uint8_t> frame = std::exchange(in, {});
  const auto body =
      protocol::decode_response_header(BytesView(frame).subspan(sizeof(std::int32_t)), call.api,
                                       call.version, connection.correlation_id);
  if (!body) fail("a response is malformed: " + body.error().detail);
  Broker& broker = connection.broker;
  if (broker.waiting.empty()) {
    broker.idle.push_back(&connection);
  } else {
    send(connection, std::move(broker.waiting.front()));
    broker.waiting.pop_front();
  }
  call.done(*body);
  --unanswered_;
}

void WireClient::run() {
  std::array<epoll_event, 256> events;
  while (unanswered_ > 0) {
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      on_readable(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }
}

}  // namespace barnabas::bench
