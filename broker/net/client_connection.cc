#include "broker/net/client_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/header.h"

namespace barnabas::net {
namespace {

constexpr int kAnswerReadsPerTurn = 4;

void set_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

ClientConnection::ClientConnection(Reactor& reactor, Executor& resolver, std::string host,
                                   std::int32_t port, std::string client_id,
                                   const ClientOptions& options)
    : reactor_(reactor),
      resolver_(resolver),
      host_(std::move(host)),
      port_(port),
      client_id_(std::move(client_id)),
      options_(options),
      // A broker trusts the length that its peer announces: answers come to what we asked for.
      reader_(reactor.buffers(), std::numeric_limits<std::int32_t>::max(),
              std::numeric_limits<std::int32_t>::max()) {}

void ClientConnection::send(protocol::ApiKey api, std::int16_t version, protocol::Payload body,
                            Duration timeout, Callback callback) {
  if (state_ == State::kAbandoned) return;
  const Time deadline = SystemClock().now() + timeout;
  const std::int32_t correlation_id = next_correlation_id_;
  next_correlation_id_ = next_correlation_id_ == std::numeric_limits<std::int32_t>::max()
                             ? 0
                             : next_correlation_id_ + 1;
  in_flight_.push_back({api, version, correlation_id, deadline, std::move(callback)});
  output_.push({},
               protocol::frame_request(api, version, correlation_id, client_id_, std::move(body)));
  arm_timer(deadline);
  if (state_ == State::kConnected) schedule_turn_end();
  if (state_ == State::kClosed) resolve_host();
}

void ClientConnection::abandon() {
  in_flight_.clear();
  close_socket();
  reactor_.cancel(std::exchange(timer_, TimerId{}));
  state_ = State::kAbandoned;
}

void ClientConnection::resolve_host() {
  state_ = State::kResolving;
  connect_deadline_ = SystemClock().now() + options_.connect_timeout;
  arm_timer(connect_deadline_);
  const auto use = [weak = weak_from_this(),
                    attempt = ++attempt_](const Result<std::vector<Address>>& addresses) {
    const auto self = weak.lock();
    if (!self || self->attempt_ != attempt || self->state_ != State::kResolving) return;
    if (!addresses) return self->fail(addresses.error().detail);
    self->addresses_ = *addresses;
    self->next_address_ = 0;
    self->connect_next("no address");
  };
  if (is_numeric(host_)) {
    // By a task: a callback is never called from inside send().
    reactor_.post([use, addresses = resolve(host_, port_, /*to_bind=*/false)] { use(addresses); });
    return;
  }
  resolver_.post([&reactor = reactor_, host = host_, port = port_, use] {
    reactor.post([use, addresses = resolve(host, port, /*to_bind=*/false)] { use(addresses); });
  });
}

void ClientConnection::connect_next(std::string reason) {
  while (next_address_ < addresses_.size()) {
    const Address& address = addresses_[next_address_++];
    socket_ =
        FileDescriptor(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket_.get() < 0) {
      reason = std::strerror(errno);
      continue;
    }
    const int fd = socket_.get();
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (options_.send_buffer_bytes > 0) {
      set_option(fd, SOL_SOCKET, SO_SNDBUF, options_.send_buffer_bytes);
    }
    if (options_.receive_buffer_bytes > 0) {
      set_option(fd, SOL_SOCKET, SO_RCVBUF, options_.receive_buffer_bytes);
    }
    const int done = ::connect(fd, address.get(), address.length());
    if (done != 0 && errno != EINPROGRESS) {
      reason = std::strerror(errno);
      continue;
    }
    state_ = State::kConnecting;
    readable_ = std::make_unique<FdWatch>(reactor_, fd, FdWatch::Kind::kReadable,
                                          [this] { on_readable(); });
    writable_ = std::make_unique<FdWatch>(reactor_, fd, FdWatch::Kind::kWritable, [this] {
      if (state_ == State::kConnecting) {
        on_connect_ready();
      } else {
        schedule_turn_end();
      }
    });
    if (done == 0) {
      connected();
    } else {
      writable_->enable();
    }
    return;
  }
  fail(std::move(reason));
}

void ClientConnection::on_connect_ready() {
  const auto self = shared_from_this();
  int error = 0;
  socklen_t length = sizeof error;
  CHECK(::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0);
  if (error == 0) return connected();
  readable_->disable();
  writable_->disable();
  retired_.push_back(std::move(readable_));
  retired_.push_back(std::move(writable_));
  schedule_turn_end();
  connect_next(std::strerror(error));
}

void ClientConnection::connected() {
  state_ = State::kConnected;
  connect_deadline_ = Time::max();
  writable_->disable();
  readable_->enable();
  schedule_turn_end();
}

void ClientConnection::on_readable() {
  const auto self = shared_from_this();  // a callback may abandon us
  for (int i = 0; i < kAnswerReadsPerTurn && state_ == State::kConnected; ++i) {
    const FrameReader::ReadStatus status = reader_.read(socket_.get());
    if (status == FrameReader::ReadStatus::kEndOfFile)
      return fail("the peer closed the connection");
    if (status == FrameReader::ReadStatus::kError) return fail(std::strerror(errno));
    while (state_ == State::kConnected) {
      FrameReader::Frame frame;
      const FrameReader::NextStatus next = reader_.next(frame);
      if (next == FrameReader::NextStatus::kBadLength) return fail("a frame of negative length");
      if (next == FrameReader::NextStatus::kNone) break;
      if (!handle_response(frame)) return;
      reader_.done_with(std::move(frame));
    }
    if (status == FrameReader::ReadStatus::kDrained) return;
  }
}

bool ClientConnection::handle_response(FrameReader::Frame& frame) {
  if (in_flight_.empty()) {
    fail("an answer that nobody asked for");
    return false;
  }
  InFlight& front = in_flight_.front();
  Result<BytesView> body =
      protocol::decode_response_header(frame.bytes, front.api, front.version, front.correlation_id);
  if (!body) {
    fail(body.error().detail);
    return false;
  }
  const Callback callback = std::move(front.callback);
  const std::uint64_t attempt = attempt_;
  in_flight_.pop_front();
  callback(protocol::ResponseFrame{frame.owner, *body});
  return state_ == State::kConnected && attempt_ == attempt;
}

void ClientConnection::schedule_turn_end() {
  if (std::exchange(turn_end_scheduled_, true)) return;
  reactor_.at_turn_end(shared_from_this());
}

void ClientConnection::on_turn_end() {
  turn_end_scheduled_ = false;
  retired_.clear();
  if (state_ == State::kConnected) flush();
}

void ClientConnection::flush() {
  switch (output_.write(socket_.get())) {
    case OutputQueue::Status::kEmpty:
      writable_->disable();
      break;
    case OutputQueue::Status::kBlocked:
      writable_->enable();
      break;
    case OutputQueue::Status::kBroken:
      fail("the peer closed the connection");
      break;
  }
}

// One timer for all requests, set for the earliest deadline that was seen; requests that are
// answered leave it alone, and when it fires it looks for what is left.
void ClientConnection::arm_timer(Time deadline) {
  if (deadline >= timer_due_) return;
  reactor_.cancel(timer_);
  timer_due_ = deadline;
  timer_ = reactor_.run_after(std::max(deadline - SystemClock().now(), Duration::zero()),
                              [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->on_timer();
                              });
}

void ClientConnection::on_timer() {
  timer_ = TimerId{};
  timer_due_ = Time::max();
  if (state_ == State::kAbandoned) return;
  const Time now = SystemClock().now();
  Time next = connect_deadline_;
  for (const InFlight& request : in_flight_) next = std::min(next, request.deadline);
  if (next == Time::max()) return;
  if (next > now) return arm_timer(next);
  fail(connect_deadline_ <= now ? "connecting took too long" : "a request took too long");
}

void ClientConnection::close_socket() {
  if (readable_) {
    readable_->disable();
    writable_->disable();
    retired_.push_back(std::move(readable_));
    retired_.push_back(std::move(writable_));
    schedule_turn_end();
  }
  socket_ = FileDescriptor(-1);
  reader_.clear();
  output_.clear();
  addresses_.clear();
  connect_deadline_ = Time::max();
}

void ClientConnection::fail(std::string reason) {
  const auto self = shared_from_this();
  close_socket();
  state_ = State::kClosed;
  ++attempt_;
  const Time now = SystemClock().now();
  for (InFlight& request : std::exchange(in_flight_, {})) {
    // A callback may send again, which makes a new connection, or abandon us.
    if (state_ == State::kAbandoned) return;
    const ErrorCode code =
        request.deadline <= now ? ErrorCode::kRequestTimedOut : ErrorCode::kNetworkException;
    request.callback(Error{code, fmt::format("{}:{}: {}", host_, port_, reason)});
  }
}

}  // namespace barnabas::net
