// One client's connection: frames in, requests to the handler, answers out in order.
//
//   socket -> FrameReader -> request header -> RequestHandler --.
//   socket <- OutputQueue <- front slot answered? <- slot <-----'
//
// Every request takes a slot; answers leave from the front slot only, so their order is that of the
// requests whenever they come. The next request is handled when the ones before it are answered or,
// if it may overtake (protocol/request.h), have said work_done(), and while the unanswered ones,
// and the answers that the peer has not taken yet, stay within bounds; until then the socket is not
// read.
//
// Threads     reactor-bound, but for the answers of a Slot, which come from any thread.
// Owns        Its socket. The server's ConnectionSet and every unanswered slot hold it.
// Failure     What cannot be parsed, or sent, closes the connection.
// Source      Kafka 3.9, kafka/network/SocketServer.scala (Processor)
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "broker/base/clock.h"
#include "broker/base/file_range.h"
#include "broker/net/frame_reader.h"
#include "broker/net/output_queue.h"
#include "broker/net/reactor.h"
#include "broker/net/request_budget.h"
#include "broker/protocol/request.h"

namespace barnabas::net {

struct ConnectionLimits {
  std::int32_t max_request_bytes = 104857600;    // socket.request.max.bytes
  Duration max_idle = std::chrono::minutes(10);  // connections.max.idle.ms; <= 0: never
  std::size_t max_unanswered_requests = 256;
  std::int64_t max_unanswered_bytes = 16 * 1024 * 1024;  // of their frames
  std::int64_t max_unsent_bytes = 1024 * 1024;
};

class Connection final : public Reactor::TurnEndHook,
                         public std::enable_shared_from_this<Connection> {
 public:
  using OnClosed = std::function<void(Connection&)>;

  Connection(Reactor& reactor, FileDescriptor socket, std::string listener,
             std::string client_address, const ConnectionLimits& limits,
             protocol::RequestHandler& handler, std::shared_ptr<RequestBudget> budget,
             OnClosed on_closed);
  ~Connection() override;

  // Starts to read.
  void start();
  // Closes the socket at once; answers that come later are dropped. Idempotent.
  void close();
  // The budget has room again.
  void go_on() { schedule_turn_end(); }
  Time last_active() const { return last_active_; }
  const std::string& listener() const { return listener_; }
  bool is_idle_since(Time then) const { return slots_.empty() && last_active_ <= then; }

 private:
  class Sink;

  // The place of one request's answer.
  struct Slot {
    std::int32_t correlation_id = 0;
    bool flexible_head = false;  // the answer's header ends with tagged fields
    bool work_done = false;
    bool answered = false;
    std::int64_t request_bytes = 0;
    std::optional<protocol::Payload> body;  // none: answered without a frame
  };

  void on_readable();
  void on_writable();
  void on_turn_end() override;

  bool may_handle() const;
  // A frame that is begun is finished, whatever the others hold.
  bool may_read() const;
  void count_frame_underway();
  // Handles requests that have come for as long as it may.
  void handle_pending();
  // Holds it back if it has to wait for those before it.
  void handle_frame(FrameReader::Frame& frame);
  void flush();
  void schedule_turn_end();

  // From a Sink, on the reactor.
  void answer(std::uint64_t sequence, std::optional<protocol::Payload> body);
  void work_done(std::uint64_t sequence);
  Slot* slot(std::uint64_t sequence);
  void close_because(const std::string& reason);

  // Fixed at construction
  Reactor& reactor_;
  const std::string listener_;
  const std::string client_address_;
  const ConnectionLimits& limits_;
  protocol::RequestHandler& handler_;
  const std::shared_ptr<protocol::ConnectionNotes> notes_ =
      std::make_shared<protocol::ConnectionNotes>();
  const std::shared_ptr<RequestBudget> budget_;  // answers may come when the server has gone

  // Reactor thread only
  OnClosed on_closed_;
  FileDescriptor socket_;
  std::unique_ptr<FdWatch> readable_;
  std::unique_ptr<FdWatch> writable_;
  FrameReader reader_;
  OutputQueue output_;
  std::deque<Slot> slots_;
  std::uint64_t first_sequence_ = 0;  // of slots_.front()
  std::size_t working_ = 0;           // slots whose work is not done
  std::int64_t unanswered_bytes_ = 0;
  std::int64_t counted_frame_bytes_ = 0;  // in the budget
  bool frames_pending_ = false;           // the reader may hold a whole frame, or held_back_ does
  std::optional<FrameReader::Frame> held_back_;  // until all before it are answered
  bool handling_ = false;
  bool turn_end_scheduled_ = false;
  bool closed_ = false;
  Time last_active_{};
};

}  // namespace barnabas::net
