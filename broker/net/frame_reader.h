// Cuts the bytes of a connection into frames: a length, int32, and that many bytes.
//
//   chunk (of the reactor)   | len | frame | len | frame | len | first half of a |
//                                                              \__ moved into a buffer of its own,
//   own buffer               | first half of a | second half, read straight into it |
//
// Small frames are handed out where they lie, several from one read; a frame that did not come
// whole is finished contiguously in its own buffer, and whatever follows it in the same read goes
// to the chunk again.
//
// Invariants  Never reads while a whole frame lies unread. At rest it holds no buffer.
// Memory      A frame that announces more than `at_once_bytes` gets memory as its bytes arrive, at
//             most twice as much.
// Threads     externally synchronized.
// Failure     kBadLength: the length is negative or above the limit; nothing can be read any more.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "broker/base/bytes.h"
#include "broker/net/buffer_pool.h"

namespace barnabas::net {

class FrameReader {
 public:
  enum class ReadStatus {
    kFilled,     // there may be more to read at once
    kDrained,    // the socket has no more for now
    kEndOfFile,  // the peer has closed
    kError,      // errno says why
  };
  struct Frame {
    BufferPtr owner;  // may be larger than the frame, and hold its neighbours
    MutableBytesView bytes;
  };
  enum class NextStatus { kFrame, kNone, kBadLength };

  // Up to here a stranger's frame gets its memory at once: pages that are never written cost
  // nothing, and no byte has to move. The usual limit of a request is 1 MB.
  static constexpr std::size_t kStrangersAtOnceBytes = 1280 * 1024;

  FrameReader(BufferPool& pool, std::int32_t max_frame_bytes, std::size_t at_once_bytes)
      : pool_(pool), max_frame_bytes_(max_frame_bytes), at_once_bytes_(at_once_bytes) {}
  ~FrameReader() { clear(); }
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // Reads once from a non-blocking socket. Only after next() has answered kNone.
  ReadStatus read(int fd);

  // Takes the next whole frame. Its owner goes back to the pool when the frame has been handled:
  // see done_with.
  NextStatus next(Frame& frame);
  // Gives the memory of a handled frame back, if nobody has kept it.
  void done_with(Frame frame);

  // True when bytes have come that next() has not handed out: an unfinished frame, or a whole one.
  bool has_pending_bytes() const { return prefix_bytes_ > 0 || frame_ != nullptr || begin_ < end_; }
  // The announced length of a frame that has not come whole, or not been handed out; else 0.
  std::int64_t frame_bytes_underway() const {
    return frame_ ? static_cast<std::int64_t>(frame_bytes_) : 0;
  }
  // The length that a wrong prefix announced, for the log.
  std::int32_t bad_length() const { return bad_length_; }

  // Forgets everything and gives the buffers back.
  void clear();

 private:
  static constexpr std::size_t kPrefixBytes = 4;

  void start_frame(std::size_t size_bytes, BytesView first);
  void grow_frame();
  void release_chunk();

  // Fixed at construction
  BufferPool& pool_;
  const std::int32_t max_frame_bytes_;
  const std::size_t at_once_bytes_;

  // The unfinished frame: frame_filled_ of frame_bytes_ have come.
  BufferPtr frame_;
  std::size_t frame_bytes_ = 0;
  std::size_t frame_filled_ = 0;

  // [begin_, end_) of the chunk has not been looked at.
  BufferPtr chunk_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  // A length of which only some bytes have come.
  std::array<std::uint8_t, kPrefixBytes> prefix_{};
  std::size_t prefix_bytes_ = 0;

  std::int32_t bad_length_ = 0;
};

}  // namespace barnabas::net
