#include "broker/net/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "broker/base/check.h"
#include "broker/base/logging.h"
#include "broker/protocol/header.h"

namespace barnabas::net {
namespace {

// Reads in a row from one readable socket, before the others of the reactor have their turn.
constexpr int kRequestReadsPerTurn = 4;

}  // namespace

// Brings a handler's answer home.
class Connection::Sink final : public protocol::ResponseSink {
 public:
  Sink(std::shared_ptr<Connection> connection, std::uint64_t sequence, std::int64_t request_bytes)
      : connection_(std::move(connection)), sequence_(sequence), request_bytes_(request_bytes) {
    connection_->budget_->add_request();
    connection_->budget_->add_bytes(request_bytes_);
  }
  ~Sink() override { leave_the_queue(); }

  void respond(protocol::Payload body) override { answer(std::move(body)); }
  void respond_nothing() override { answer(std::nullopt); }
  void close_connection() override {
    at_home([](Connection& connection) { connection.close(); });
  }
  void work_done() override {
    at_home([sequence = sequence_](Connection& connection) { connection.work_done(sequence); });
  }
  void begun() override { leave_the_queue(); }

 private:
  void leave_the_queue() {
    if (!std::exchange(queued_, false)) return;
    connection_->budget_->remove_request();
    connection_->budget_->remove_bytes(request_bytes_);
  }

  void answer(std::optional<protocol::Payload> body) {
    leave_the_queue();
    at_home([sequence = sequence_, body = std::move(body)](Connection& connection) mutable {
      connection.answer(sequence, std::move(body));
    });
  }

  template <typename F>
  void at_home(F act) {
    Reactor& reactor = connection_->reactor_;
    if (reactor.is_current()) {
      act(*connection_);
    } else {
      reactor.post(
          [connection = connection_, act = std::move(act)]() mutable { act(*connection); });
    }
  }

  const std::shared_ptr<Connection> connection_;
  const std::uint64_t sequence_;
  const std::int64_t request_bytes_;
  bool queued_ = true;
};

Connection::Connection(Reactor& reactor, FileDescriptor socket, std::string listener,
                       std::string client_address, const ConnectionLimits& limits,
                       protocol::RequestHandler& handler, std::shared_ptr<RequestBudget> budget,
                       OnClosed on_closed)
    : reactor_(reactor),
      listener_(std::move(listener)),
      client_address_(std::move(client_address)),
      limits_(limits),
      handler_(handler),
      budget_(std::move(budget)),
      on_closed_(std::move(on_closed)),
      socket_(std::move(socket)),
      reader_(reactor.buffers(), limits.max_request_bytes, FrameReader::kStrangersAtOnceBytes),
      last_active_(SystemClock().now()) {}

Connection::~Connection() {
  CHECK(closed_ || !readable_, "a connection ended while it was watched");
}

void Connection::start() {
  readable_ = std::make_unique<FdWatch>(reactor_, socket_.get(), FdWatch::Kind::kReadable,
                                        [this] { on_readable(); });
  writable_ = std::make_unique<FdWatch>(reactor_, socket_.get(), FdWatch::Kind::kWritable,
                                        [this] { on_writable(); });
  readable_->enable();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  if (readable_) readable_->disable();
  if (writable_) writable_->disable();
  held_back_.reset();
  reader_.clear();
  output_.clear();
  count_frame_underway();
  slots_.clear();
  working_ = 0;
  socket_ = FileDescriptor(-1);
  // The watches go at the end of the turn: this may be running inside one of them.
  schedule_turn_end();
  if (on_closed_) std::exchange(on_closed_, nullptr)(*this);
}

void Connection::close_because(const std::string& reason) {
  log_info("[SocketServer] Closing the connection of {} on listener {}: {}", client_address_,
           listener_, reason);
  close();
}

bool Connection::may_handle() const {
  return !closed_ && working_ == 0 && (!held_back_ || slots_.empty()) &&
         slots_.size() < limits_.max_unanswered_requests &&
         unanswered_bytes_ <= limits_.max_unanswered_bytes &&
         output_.size_bytes() <= limits_.max_unsent_bytes && budget_->has_room_for_a_request();
}

bool Connection::may_read() const {
  return !frames_pending_ && may_handle() &&
         (reader_.frame_bytes_underway() > 0 || budget_->has_room_for_bytes());
}

void Connection::count_frame_underway() {
  const std::int64_t before = std::exchange(counted_frame_bytes_, reader_.frame_bytes_underway());
  if (counted_frame_bytes_ > before) budget_->add_bytes(counted_frame_bytes_ - before);
  if (counted_frame_bytes_ < before) budget_->remove_bytes(before - counted_frame_bytes_);
}

void Connection::on_readable() {
  const auto self = shared_from_this();  // the handler may close us
  for (int i = 0; i < kRequestReadsPerTurn; ++i) {
    if (closed_) return;
    if (!may_read()) {
      // Taken off only now, not when the request began: most are answered before more comes, and
      // then it costs no system call.
      readable_->disable();
      return;
    }
    const FrameReader::ReadStatus status = reader_.read(socket_.get());
    if (status == FrameReader::ReadStatus::kEndOfFile) return close();
    if (status == FrameReader::ReadStatus::kError) return close();
    last_active_ = SystemClock().now();
    frames_pending_ = true;
    handle_pending();
    if (status == FrameReader::ReadStatus::kDrained) return;
  }
}

void Connection::on_writable() {
  schedule_turn_end();
}

void Connection::handle_pending() {
  handling_ = true;
  while (frames_pending_ && may_handle()) {
    FrameReader::Frame frame;
    auto next = FrameReader::NextStatus::kFrame;
    if (held_back_) {
      frame = *std::exchange(held_back_, std::nullopt);
    } else {
      next = reader_.next(frame);
    }
    switch (next) {
      case FrameReader::NextStatus::kNone:
        frames_pending_ = false;
        break;
      case FrameReader::NextStatus::kBadLength:
        close_because(fmt::format("invalid request length {} (the limit is {})",
                                  reader_.bad_length(), limits_.max_request_bytes));
        break;
      case FrameReader::NextStatus::kFrame:
        handle_frame(frame);
        if (!closed_ && !held_back_) reader_.done_with(std::move(frame));
        break;
    }
  }
  handling_ = false;
  count_frame_underway();
}

void Connection::handle_frame(FrameReader::Frame& frame) {
  const Result<protocol::DecodedRequestHeader> header =
      protocol::decode_request_header(frame.bytes);
  if (!header) return close_because(header.error().detail);
  if (!slots_.empty() && !protocol::may_overtake(header->api->key)) {
    held_back_ = std::move(frame);
    return;
  }

  Slot& slot = slots_.emplace_back();
  slot.correlation_id = header->correlation_id;
  const protocol::ApiKey api = header->api->key;
  slot.flexible_head = protocol::response_header_version(api, header->version) > 0;
  slot.request_bytes = static_cast<std::int64_t>(frame.bytes.size());
  unanswered_bytes_ += slot.request_bytes;
  ++working_;
  const std::uint64_t sequence = first_sequence_ + slots_.size() - 1;

  protocol::Request request{
      .api = api,
      .version = header->version,
      .correlation_id = header->correlation_id,
      .client_id = std::string(header->client_id.value_or(std::string_view{})),
      .frame = frame.owner,
      .body = frame.bytes.subspan(header->size_bytes),
      .listener = listener_,
      .client_address = client_address_,
      .home = &reactor_,
      .connection = notes_};
  handler_.handle(std::move(request), protocol::Responder(std::make_unique<Sink>(
                                          shared_from_this(), sequence, slot.request_bytes)));
}

Connection::Slot* Connection::slot(std::uint64_t sequence) {
  if (closed_) return nullptr;
  CHECK(sequence >= first_sequence_ && sequence - first_sequence_ < slots_.size(),
        "slot {} of [{}, +{})", sequence, first_sequence_, slots_.size());
  return &slots_[sequence - first_sequence_];
}

void Connection::work_done(std::uint64_t sequence) {
  Slot* const done = slot(sequence);
  if (done == nullptr || std::exchange(done->work_done, true)) return;
  --working_;
  if (!handling_) schedule_turn_end();
}

void Connection::answer(std::uint64_t sequence, std::optional<protocol::Payload> body) {
  Slot* const answered = slot(sequence);
  if (answered == nullptr) return;
  CHECK(!answered->answered, "answered twice");
  answered->answered = true;
  answered->body = std::move(body);
  if (!std::exchange(answered->work_done, true)) --working_;

  while (!slots_.empty() && slots_.front().answered) {
    Slot& front = slots_.front();
    if (front.body) {
      // Length, correlation id, and in flexible versions an empty section of tagged fields.
      std::array<std::uint8_t, 9> head{};
      const std::size_t head_bytes = front.flexible_head ? 9 : 8;
      const std::int64_t size =
          static_cast<std::int64_t>(head_bytes - 4) + front.body->size_bytes();
      if (size > std::numeric_limits<std::int32_t>::max()) {
        return close_because(fmt::format("an answer of {} bytes fits in no frame", size));
      }
      store_be(head.data(), static_cast<std::int32_t>(size));
      store_be(head.data() + 4, front.correlation_id);
      output_.push(BytesView(head).first(head_bytes), std::move(*front.body));
    }
    unanswered_bytes_ -= front.request_bytes;
    slots_.pop_front();
    ++first_sequence_;
  }
  last_active_ = SystemClock().now();
  schedule_turn_end();
}

void Connection::schedule_turn_end() {
  if (std::exchange(turn_end_scheduled_, true)) return;
  reactor_.at_turn_end(shared_from_this());
}

void Connection::on_turn_end() {
  turn_end_scheduled_ = false;
  if (!closed_) flush();
  if (!closed_ && frames_pending_ && may_handle()) {
    handle_pending();
    if (!closed_) flush();
  }
  if (closed_) {
    readable_.reset();
    writable_.reset();
    return;
  }
  if (frames_pending_ && may_handle()) {
    schedule_turn_end();
  } else if (may_read()) {
    readable_->enable();
  }
}

void Connection::flush() {
  switch (output_.write(socket_.get())) {
    case OutputQueue::Status::kEmpty:
      writable_->disable();
      break;
    case OutputQueue::Status::kBlocked:
      writable_->enable();
      break;
    case OutputQueue::Status::kBroken:
      close();
      break;
  }
}

}  // namespace barnabas::net
