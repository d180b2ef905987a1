// What a connection has still to send: frames, each a short head and a list of pieces.
//
// Bytes go out gathered, many pieces to a system call; file ranges by sendfile, small ones read
// and gathered with their neighbours, because below some 16 KB a range of its own costs more than
// it saves.
// Threads     externally synchronized.
// Failure     kBroken: the peer is gone, or a file has become shorter than its range; the frame can
//             not be finished and the connection has to be closed. Never waits, never spins.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "broker/base/bytes.h"
#include "broker/protocol/payload.h"

namespace barnabas::net {

class OutputQueue {
 public:
  static constexpr std::size_t kMaxHeadBytes = 16;
  static constexpr std::int64_t kSmallRangeBytes = 16 * 1024;

  enum class Status { kEmpty, kBlocked, kBroken };

  // Appends one frame: `head` (copied, at most kMaxHeadBytes, its length prefix in front), `body`.
  void push(BytesView head, protocol::Payload body);
  // Sends as much as the socket takes.
  Status write(int fd);

  bool empty() const { return frames_.empty(); }
  std::int64_t size_bytes() const { return size_bytes_; }
  void clear();

 private:
  struct Frame {
    std::array<std::uint8_t, kMaxHeadBytes> head;
    std::size_t head_bytes;
    protocol::Payload body;
  };
  // Where to go on: how much of the front frame's head, or of one of its pieces, is sent.
  struct Position {
    std::size_t piece = 0;  // 0: the head; n: body.pieces[n - 1]
    std::int64_t sent_bytes = 0;
  };
  enum class Step { kSent, kBlocked, kBroken };

  Step write_bytes(int fd);
  Step write_range(int fd, const FileRange& range);
  bool load_small_range(protocol::Piece& piece, std::int64_t sent_bytes);
  void advance(std::int64_t bytes);

  std::deque<Frame> frames_;
  Position at_;
  std::int64_t size_bytes_ = 0;
};

}  // namespace barnabas::net
