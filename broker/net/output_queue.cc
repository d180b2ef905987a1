#include "broker/net/output_queue.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::net {
namespace {

constexpr std::size_t kMaxGathered = 64;

bool is_large_range(const protocol::Piece& piece) {
  const auto* range = std::get_if<FileRange>(&piece);
  return range != nullptr && range->size_bytes >= OutputQueue::kSmallRangeBytes;
}

}  // namespace

void OutputQueue::push(BytesView head, protocol::Payload body) {
  CHECK(head.size() <= kMaxHeadBytes);
  size_bytes_ += static_cast<std::int64_t>(head.size()) + body.size_bytes();
  Frame& frame = frames_.emplace_back();
  if (!head.empty()) std::memcpy(frame.head.data(), head.data(), head.size());
  frame.head_bytes = head.size();
  frame.body = std::move(body);
}

OutputQueue::Status OutputQueue::write(int fd) {
  while (!frames_.empty()) {
    Step step;
    if (at_.piece > 0 && is_large_range(frames_.front().body.pieces[at_.piece - 1])) {
      step = write_range(fd, std::get<FileRange>(frames_.front().body.pieces[at_.piece - 1]));
    } else {
      step = write_bytes(fd);
    }
    if (step == Step::kBlocked) return Status::kBlocked;
    if (step == Step::kBroken) return Status::kBroken;
  }
  return Status::kEmpty;
}

OutputQueue::Step OutputQueue::write_bytes(int fd) {
  std::array<iovec, kMaxGathered> parts;
  std::size_t count = 0;
  std::int64_t total = 0;
  bool more = false;  // a range follows: its first bytes shall share the packet
  Position at = at_;
  for (std::size_t f = 0; f < frames_.size() && count < kMaxGathered && !more; ++f) {
    Frame& frame = frames_[f];
    for (; at.piece <= frame.body.pieces.size() && count < kMaxGathered; ++at.piece) {
      BytesView bytes;
      if (at.piece == 0) {
        bytes = BytesView(frame.head.data(), frame.head_bytes);
      } else {
        protocol::Piece& piece = frame.body.pieces[at.piece - 1];
        if (is_large_range(piece)) {
          more = true;
          break;
        }
        if (!load_small_range(piece, at.sent_bytes)) return Step::kBroken;
        bytes = std::get<protocol::BytesPiece>(piece).bytes;
      }
      bytes = bytes.subspan(static_cast<std::size_t>(at.sent_bytes));
      at.sent_bytes = 0;
      if (bytes.empty()) continue;
      parts[count++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
      total += static_cast<std::int64_t>(bytes.size());
    }
    if (!more) at.piece = 0;
  }
  if (total == 0) {
    advance(0);
    return Step::kSent;
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  ssize_t n;
  do {
    n = ::sendmsg(fd, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  } while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN ? Step::kBlocked : Step::kBroken;
  advance(n);
  return n == total ? Step::kSent : Step::kBlocked;
}

OutputQueue::Step OutputQueue::write_range(int fd, const FileRange& range) {
  off_t position = range.position_bytes + at_.sent_bytes;
  const auto left = static_cast<std::size_t>(range.size_bytes - at_.sent_bytes);
  ssize_t n;
  do {
    n = ::sendfile(fd, range.file->get(), &position, left);
  } while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN ? Step::kBlocked : Step::kBroken;
  if (n == 0) return Step::kBroken;  // the file ends before its range does
  advance(n);
  return Step::kSent;
}

// Makes a small range a piece of bytes; false when the file is shorter than its range.
bool OutputQueue::load_small_range(protocol::Piece& piece, std::int64_t sent_bytes) {
  const auto* range = std::get_if<FileRange>(&piece);
  if (range == nullptr) return true;
  CHECK(sent_bytes == 0);  // a small range is sent as bytes from its first byte on
  auto buffer = Buffer::allocate(static_cast<std::size_t>(range->size_bytes));
  std::size_t filled = 0;
  while (filled < buffer->size()) {
    const ssize_t n = ::pread(range->file->get(), buffer->data() + filled, buffer->size() - filled,
                              range->position_bytes + static_cast<off_t>(filled));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    filled += static_cast<std::size_t>(n);
  }
  const BytesView bytes = buffer->view();
  piece = protocol::BytesPiece{std::move(buffer), bytes};
  return true;
}

// Moves past `bytes` sent, and past everything that is empty after them.
void OutputQueue::advance(std::int64_t bytes) {
  size_bytes_ -= bytes;
  while (!frames_.empty()) {
    Frame& frame = frames_.front();
    while (at_.piece <= frame.body.pieces.size()) {
      const std::int64_t size = at_.piece == 0 ? static_cast<std::int64_t>(frame.head_bytes)
                                               : piece_size(frame.body.pieces[at_.piece - 1]);
      const std::int64_t step = std::min(bytes, size - at_.sent_bytes);
      bytes -= step;
      at_.sent_bytes += step;
      if (at_.sent_bytes < size) return;
      // What is sent need not be kept until the frame's last byte has gone.
      if (at_.piece > 0) frame.body.pieces[at_.piece - 1] = protocol::BytesPiece{};
      ++at_.piece;
      at_.sent_bytes = 0;
    }
    frames_.pop_front();
    at_ = {};
  }
}

void OutputQueue::clear() {
  frames_.clear();
  at_ = {};
  size_bytes_ = 0;
}

}  // namespace barnabas::net
