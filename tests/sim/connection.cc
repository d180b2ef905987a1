#include "tests/sim/connection.h"

#include <cstring>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::sim {
namespace {

BufferPtr gather(const protocol::Payload& payload) {
  auto buffer = Buffer::allocate(static_cast<std::size_t>(payload.size_bytes()));
  std::size_t at = 0;
  for (const auto& piece : payload.pieces) {
    const auto* bytes = std::get_if<protocol::BytesPiece>(&piece);
    CHECK(bytes != nullptr, "a simulated log has no files");
    if (!bytes->bytes.empty()) {
      std::memcpy(buffer->data() + at, bytes->bytes.data(), bytes->bytes.size());
    }
    at += bytes->bytes.size();
  }
  return buffer;
}

}  // namespace

// Puts one answer into its slot. A connection that is gone takes it and drops it.
class Sink final : public protocol::ResponseSink {
 public:
  Sink(std::weak_ptr<Connection> connection, std::uint64_t slot)
      : connection_(std::move(connection)), slot_(slot) {}

  void respond(protocol::Payload body) override {
    if (const auto connection = connection_.lock()) connection->answer(slot_, gather(body));
  }
  void respond_nothing() override {
    if (const auto connection = connection_.lock()) connection->answer(slot_, std::nullopt);
  }
  void close_connection() override {
    if (const auto connection = connection_.lock()) connection->reset();
  }
  void work_done() override {
    if (const auto connection = connection_.lock()) connection->work_done(slot_);
  }

 private:
  std::weak_ptr<Connection> connection_;
  std::uint64_t slot_;
};

Connection::Connection(Network& network, Address client, Address server, Client events)
    : network_(network), client_(client), server_(server), events_(std::move(events)) {}

void Connection::travel(Direction& direction, std::function<void()> arrive) {
  direction.queue.push_back(std::move(arrive));
  auto& scheduler = network_.scheduler_;
  const Time arrival = std::max(direction.last_arrival, scheduler.now() + network_.latency());
  direction.last_arrival = arrival;
  scheduler.at(arrival, [weak = weak_from_this(), &direction] {
    if (const auto self = weak.lock()) self->arrive_first(direction);
  });
}

void Connection::arrive_first(Direction& direction) {
  if (!open_ || direction.queue.empty() || network_.is_cut(client_, server_)) return;
  auto arrive = std::move(direction.queue.front());
  direction.queue.pop_front();
  arrive();
}

void Connection::on_healed() {
  for (Direction* direction : {&to_server_, &to_client_}) {
    for (std::size_t i = direction->queue.size(); i > 0; --i) {
      network_.scheduler_.after(network_.latency(), [weak = weak_from_this(), direction] {
        if (const auto self = weak.lock()) self->arrive_first(*direction);
      });
    }
  }
}

void Connection::send(Frame frame) {
  travel(to_server_, [this, frame = std::move(frame)]() mutable {
    const auto server = network_.servers_.find(server_);
    if (server == network_.servers_.end()) return reset();
    server->second.process->post([weak = weak_from_this(), frame = std::move(frame)]() mutable {
      const auto self = weak.lock();
      if (!self || !self->open_) return;
      self->unread_.push_back(std::move(frame));
      self->serve_next();
    });
  });
}

void Connection::serve_next() {
  if (busy_ || unread_.empty() || !open_) return;
  if (!slots_.empty() && !protocol::may_overtake(unread_.front().api)) return;
  const auto server = network_.servers_.find(server_);
  if (server == network_.servers_.end()) return reset();
  Frame frame = std::move(unread_.front());
  unread_.pop_front();
  busy_ = true;
  slots_.emplace_back();
  const std::uint64_t slot = first_slot_ + slots_.size() - 1;

  protocol::Request request;
  request.api = frame.api;
  request.version = frame.version;
  request.client_id = frame.client_id;
  request.frame = frame.body;
  request.body = frame.body->view();
  request.listener = "PLAINTEXT";
  request.client_address = host_of(client_);
  request.home = server->second.process;
  request.connection = notes_;
  server->second.handler->handle(
      std::move(request), protocol::Responder(std::make_unique<Sink>(weak_from_this(), slot)));
}

void Connection::work_done(std::uint64_t slot) {
  // Only the newest request can be the one that keeps the next from being read.
  if (!open_ || slot + 1 != first_slot_ + slots_.size() || !busy_) return;
  busy_ = false;
  serve_later();
}

void Connection::serve_later() {
  const auto server = network_.servers_.find(server_);
  if (server == network_.servers_.end()) return;
  server->second.process->post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->serve_next();
  });
}

void Connection::answer(std::uint64_t slot, std::optional<BufferPtr> body) {
  if (!open_) return;
  work_done(slot);
  CHECK(slot >= first_slot_ && slot - first_slot_ < slots_.size(), "slot {}", slot);
  slots_[slot - first_slot_] = {true, std::move(body)};
  while (!slots_.empty() && slots_.front().done) {
    if (auto& first = slots_.front().answer) {
      travel(to_client_, [this, answer = std::move(*first)] {
        if (events_.on_answer) events_.on_answer(answer);
      });
    }
    slots_.pop_front();
    ++first_slot_;
  }
  if (slots_.empty() && !unread_.empty()) serve_later();
}

void Connection::reset() {
  if (!open_) return;
  open_ = false;
  network_.scheduler_.after(network_.latency(), [self = shared_from_this()] {
    if (self->events_.on_lost) self->events_.on_lost();
  });
}

void Connection::close_by_client() {
  open_ = false;
  events_ = {};
}

}  // namespace barnabas::sim
