// What the tests of net share: a client made of a blocking socket, and a server whose handler is a
// function.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/net/reactor.h"
#include "broker/net/socket_server.h"
#include "broker/protocol/header.h"
#include "broker/protocol/request.h"

namespace barnabas::net {

inline constexpr std::chrono::seconds kPatience{20};

inline protocol::Payload payload_of(std::string_view text) {
  auto buffer = Buffer::copy_of(as_bytes(text));
  const BytesView view = buffer->view();
  protocol::Payload payload;
  payload.pieces.push_back(protocol::BytesPiece{std::move(buffer), view});
  return payload;
}

inline std::string bytes_of(const protocol::Payload& payload) {
  std::string all;
  for (const auto& piece : payload.pieces) {
    all += as_text(std::get<protocol::BytesPiece>(piece).bytes);
  }
  return all;
}

// A frame with a Metadata request (version 1) whose body is `body`.
inline std::string request_frame(std::int32_t correlation_id, std::string_view body) {
  return bytes_of(protocol::frame_request(protocol::ApiKey::kMetadata, 1, correlation_id, "test",
                                          payload_of(body)));
}
// The same of an OffsetCommit (version 2) and a Produce request (version 3), which may overtake.
inline std::string commit_frame(std::int32_t correlation_id, std::string_view body) {
  return bytes_of(protocol::frame_request(protocol::ApiKey::kOffsetCommit, 2, correlation_id,
                                          "test", payload_of(body)));
}
inline std::string produce_frame(std::int32_t correlation_id, std::string_view body) {
  return bytes_of(protocol::frame_request(protocol::ApiKey::kProduce, 3, correlation_id, "test",
                                          payload_of(body)));
}

// A client with a blocking socket: what it sends and sees are bytes.
class RawClient {
 public:
  explicit RawClient(std::int32_t port, int receive_buffer_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    }
    const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;  // the server has closed: the test sees it when it reads
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  // Exactly `size` bytes; fewer when the connection ends or nothing comes.
  std::string receive(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t n = ::recv(fd_, bytes.data() + filled, size - filled, 0);
      if (n <= 0) break;
      filled += static_cast<std::size_t>(n);
    }
    bytes.resize(filled);
    return bytes;
  }

  struct Response {
    std::int32_t correlation_id = -1;
    std::string body;
  };
  Response receive_response() {
    const std::string prefix = receive(4);
    if (prefix.size() < 4) return {};
    const auto length = load_be<std::int32_t>(as_bytes(prefix).data());
    const std::string frame = receive(static_cast<std::size_t>(length));
    if (frame.size() < 4) return {};
    return {load_be<std::int32_t>(as_bytes(frame).data()), frame.substr(4)};
  }

  // True when the server closes the connection, and sends nothing before.
  bool is_closed_by_server() {
    char byte;
    const ssize_t n = ::recv(fd_, &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
  }

  void set_patience(timeval patience) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

 private:
  int fd_;
};

// A server on a free port, with as many reactors as asked for.
class TestServer final : public protocol::RequestHandler {
 public:
  using Handle = std::function<void(protocol::Request, protocol::Responder)>;

  explicit TestServer(Handle handle, SocketOptions options = {}, int reactors = 1)
      : handle_(std::move(handle)) {
    std::vector<Reactor*> pointers;
    for (int i = 0; i < reactors; ++i) {
      reactors_.push_back(std::make_unique<Reactor>("test-reactor"));
      pointers.push_back(reactors_.back().get());
    }
    server_ = std::make_unique<SocketServer>(pointers, *this, options);
    const auto port = server_->bind("PLAINTEXT", "127.0.0.1", 0);
    EXPECT_TRUE(port) << port.error().detail;
    port_ = *port;
    server_->start();
  }
  ~TestServer() override { stop(); }

  void stop() {
    server_->stop();
    for (const auto& reactor : reactors_) reactor->stop();
  }
  std::int32_t port() const { return port_; }
  Reactor& reactor(std::size_t i = 0) { return *reactors_[i]; }

  void handle(protocol::Request request, protocol::Responder responder) override {
    handle_(std::move(request), std::move(responder));
  }

 private:
  const Handle handle_;
  std::vector<std::unique_ptr<Reactor>> reactors_;
  std::unique_ptr<SocketServer> server_;
  std::int32_t port_ = 0;
};

// Answers with the body of the request.
inline void echo(protocol::Request request, protocol::Responder responder) {
  responder.respond(payload_of(as_text(request.body)));
}

// Hands values from reactor threads to the test, which waits for them.
template <typename T>
class Mailbox {
 public:
  void put(T value) {
    const std::lock_guard lock(mu_);
    values_.push_back(std::move(value));
    cv_.notify_all();
  }
  // The next value; a failure of the test when none comes.
  T take() {
    std::unique_lock lock(mu_);
    if (!cv_.wait_for(lock, kPatience, [this] { return !values_.empty(); })) {
      ADD_FAILURE() << "nothing came";
      std::abort();
    }
    T value = std::move(values_.front());
    values_.erase(values_.begin());
    return value;
  }
  std::size_t size() {
    const std::lock_guard lock(mu_);
    return values_.size();
  }

 private:
  std::mutex mu_;
  std::condition_variable cv_;
  std::vector<T> values_;
};

}  // namespace barnabas::net
