// Requests to other brokers: the one interface through which `replica` and `controller` speak to
// their peers. `net` implements it over TCP, the simulator over its network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/api_key.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/payload.h"

namespace barnabas::protocol {

// The body of an answer, after its header. `body` points into `frame`.
struct ResponseFrame {
  BufferPtr frame;
  BytesView body;
};

// One connection to one peer. Requests leave in the order of send() and are answered in it.
//
// Connects on the first send and again after a loss; a request that was sent on a lost connection
// is failed, never sent again (the caller knows whether that is safe).
// Threads  bound to the executor given to Transport::open: every call and every callback is there.
class Channel {
 public:
  // Error: NETWORK_EXCEPTION (no connection, or lost before the answer), REQUEST_TIMED_OUT.
  using Callback = std::function<void(Result<ResponseFrame>)>;

  // The destructor closes the connection and drops the callbacks of unanswered requests uncalled.
  virtual ~Channel() = default;

  // Sends one request; `body` is the encoded message without its header. The callback is called
  // exactly once, never from inside send(). A timed-out request closes the connection.
  virtual void send(ApiKey api, std::int16_t version, Payload body, Duration timeout,
                    Callback callback) = 0;
};

// Threads  thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual std::unique_ptr<Channel> open(std::string host, std::int32_t port, std::string client_id,
                                        Executor& home) = 0;
};

}  // namespace barnabas::protocol
