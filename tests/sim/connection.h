// One simulated connection: two ordered directions, and the server's side of it with the rules of a
// real one (answers in the order of the requests; the next request waits until the ones before are
// answered or, if it may overtake, say work_done).
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/protocol/request.h"
#include "tests/sim/network.h"

namespace barnabas::sim {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Frame {
    protocol::ApiKey api;
    std::int16_t version = 0;
    std::string client_id;
    BufferPtr body;
  };
  // The client's end; called in no process, so it posts to its own.
  struct Client {
    std::function<void(BufferPtr answer)> on_answer;
    std::function<void()> on_lost;
  };

  Connection(Network& network, Address client, Address server, Client events);

  Address client() const { return client_; }
  Address server() const { return server_; }
  bool open() const { return open_; }

  void send(Frame frame);
  // Both ends are told: the client by on_lost, after a delay.
  void reset();
  // The client's end went away by itself: no call to it any more.
  void close_by_client();
  // Sends on what the cut link held.
  void on_healed();

 private:
  friend class Sink;
  struct Slot {  // one request's place in the order of answers
    bool done = false;
    std::optional<BufferPtr> answer;  // nullopt: answered by nothing
  };
  // Tasks under way in one direction, in order.
  struct Direction {
    std::deque<std::function<void()>> queue;
    Time last_arrival{};
  };

  void travel(Direction& direction, std::function<void()> arrive);
  void arrive_first(Direction& direction);
  void serve_next();
  void serve_later();
  void answer(std::uint64_t slot, std::optional<BufferPtr> body);
  void work_done(std::uint64_t slot);

  Network& network_;
  const Address client_;
  const std::shared_ptr<protocol::ConnectionNotes> notes_ =
      std::make_shared<protocol::ConnectionNotes>();
  const Address server_;
  Client events_;
  bool open_ = true;
  Direction to_server_;
  Direction to_client_;
  // Server side
  std::deque<Frame> unread_;
  bool busy_ = false;  // a request is being worked on: the next is not read
  std::deque<Slot> slots_;
  std::uint64_t first_slot_ = 0;
};

}  // namespace barnabas::sim
