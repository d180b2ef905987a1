// A request as it reaches the handlers, and the slot in which its answer is put.
//
// Responses of one connection keep the order of its requests. Until a request is answered, or says
// work_done(), the next one of its connection is not read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "broker/base/bytes.h"
#include "broker/base/executor.h"
#include "broker/protocol/api_key.h"
#include "broker/protocol/payload.h"

namespace barnabas::protocol {

// What handlers note of a connection. Lives as long as it, or as the last of its requests.
// Threads  any.
struct ConnectionNotes {
  // Its Metadata requests so far: of named topics, of all.
  std::atomic<bool> asked_for_topics{false};
  std::atomic<bool> asked_for_all{false};
};

struct Request {
  ApiKey api;
  std::int16_t version = 0;
  std::int32_t correlation_id = 0;
  std::string client_id;  // null on the wire: empty
  BufferPtr frame;        // keeps `body` alive; the handler may write into it (offsets in place)
  MutableBytesView body;  // after the request header
  std::string listener;   // the name of the listener that the connection came in by
  std::string client_address;  // the peer's IP address, for logs and group members
  Executor* home = nullptr;    // the reactor of the connection
  std::shared_ptr<ConnectionNotes> connection = std::make_shared<ConnectionNotes>();
};

// Whether a request may be handled while earlier ones of its connection still wait to be answered.
// What is written may, for "it is written" does not grow old on its way:
//   Produce       pipelines live by it
//   OffsetCommit  of a member that is joining again: behind its JoinGroup, as Kafka does it, the
//                 generation that it names has ended whenever it is looked at, and librdkafka then
//                 gives up all that it owns and joins once more, over and over
// Whatever else is asked is about the time at which it is answered, as in Kafka: metadata that
// waited behind a Fetch would name a leader of half a second ago, after the client has heard of the
// next one elsewhere, and librdkafka 2.0 reads from neither then, for ever.
inline bool may_overtake(ApiKey api) {
  return api == ApiKey::kProduce || api == ApiKey::kOffsetCommit;
}

// What a Responder does; `net` and the simulator implement it.
// Threads  any thread, one call at a time; net posts to the connection's reactor.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void respond(Payload body) = 0;
  virtual void respond_nothing() = 0;
  virtual void close_connection() = 0;
  virtual void work_done() = 0;
  virtual void begun() {}
};

// The one answer that a request is owed. Move-only; given up without an answer it closes the
// connection, so that no client waits for ever.
// Threads  one owner at a time; any thread.
class Responder {
 public:
  explicit Responder(std::unique_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = default;
  ~Responder() {
    if (sink_) sink_->close_connection();
  }

  // Answers with the encoded message, without its header.
  void respond(Payload body) { std::exchange(sink_, nullptr)->respond(std::move(body)); }
  // Ends the request without an answer on the wire (produce with acks=0).
  void respond_nothing() { std::exchange(sink_, nullptr)->respond_nothing(); }
  // Answers by closing the connection, as Kafka does for what it cannot parse.
  void close_connection() { std::exchange(sink_, nullptr)->close_connection(); }

  // All work of this request is done and it merely waits to be answered: the next request of the
  // connection, if it may overtake, is handled now, up to the connection's bound of unanswered
  // ones.
  void work_done() { sink_->work_done(); }

  // A handler has begun with this request: it waits in no queue any more (queued.max.requests).
  void begun() { sink_->begun(); }

 private:
  std::unique_ptr<ResponseSink> sink_;
};

// Takes every request of a server. Called on the connection's reactor; must not block.
// Threads  thread-safe.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void handle(Request request, Responder responder) = 0;
};

}  // namespace barnabas::protocol
