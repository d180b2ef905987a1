#include "broker/net/frame_reader.h"

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::net {
FrameReader::ReadStatus FrameReader::read(int fd) {
  CHECK(begin_ == end_, "a frame lies unread");
  std::array<iovec, 2> parts{};
  int count = 0;
  std::size_t frame_room = 0;
  bool chunk_used = true;
  if (frame_) {
    if (frame_filled_ == frame_->size()) grow_frame();
    const std::size_t end = std::min(frame_bytes_, frame_->size());
    frame_room = end - frame_filled_;
    parts[count++] = {frame_->data() + frame_filled_, frame_room};
    chunk_used = end == frame_bytes_;
  }
  std::size_t chunk_room = 0;
  if (chunk_used) {
    if (!chunk_) chunk_ = pool_.take_chunk();
    // What has come of a length stands before what comes now.
    std::memcpy(chunk_->data(), prefix_.data(), prefix_bytes_);
    chunk_room = chunk_->size() - prefix_bytes_;
    parts[count++] = {chunk_->data() + prefix_bytes_, chunk_room};
  }

  ssize_t n;
  do {
    n = ::readv(fd, parts.data(), count);
  } while (n < 0 && errno == EINTR);
  if (n <= 0) {
    const int error = errno;
    release_chunk();
    errno = error;
    if (n == 0) return ReadStatus::kEndOfFile;
    return error == EAGAIN ? ReadStatus::kDrained : ReadStatus::kError;
  }

  const auto bytes = static_cast<std::size_t>(n);
  const std::size_t to_frame = std::min(bytes, frame_room);
  frame_filled_ += to_frame;
  if (bytes > to_frame) {
    begin_ = 0;
    end_ = std::exchange(prefix_bytes_, 0) + bytes - to_frame;
  } else {
    release_chunk();
  }
  return bytes == frame_room + chunk_room ? ReadStatus::kFilled : ReadStatus::kDrained;
}

FrameReader::NextStatus FrameReader::next(Frame& frame) {
  if (frame_) {
    if (frame_filled_ < frame_bytes_) return NextStatus::kNone;
    frame.bytes = frame_->view().first(frame_bytes_);
    frame.owner = std::exchange(frame_, nullptr);
    return NextStatus::kFrame;
  }
  const std::size_t available = end_ - begin_;
  if (available < kPrefixBytes) {
    if (available > 0) std::memcpy(prefix_.data(), chunk_->data() + begin_, available);
    if (available > 0) prefix_bytes_ = available;
    begin_ = end_ = 0;
    release_chunk();
    return NextStatus::kNone;
  }
  const auto length = load_be<std::int32_t>(chunk_->data() + begin_);
  if (length < 0 || length > max_frame_bytes_) {
    bad_length_ = length;
    return NextStatus::kBadLength;
  }
  const auto size = static_cast<std::size_t>(length);
  const auto rest = chunk_->view().subspan(begin_ + kPrefixBytes, available - kPrefixBytes);
  if (rest.size() < size) {
    start_frame(size, rest);
    begin_ = end_ = 0;
    release_chunk();
    return NextStatus::kNone;
  }
  frame.owner = chunk_;
  frame.bytes = rest.first(size);
  begin_ += kPrefixBytes + size;
  return NextStatus::kFrame;
}

void FrameReader::done_with(Frame frame) {
  // A chunk with further frames in it is given back with the last of them.
  if (frame.owner != chunk_) pool_.give_back(std::move(frame.owner));
}

void FrameReader::start_frame(std::size_t size_bytes, BytesView first) {
  frame_ = pool_.take_frame(std::min(size_bytes, std::max(at_once_bytes_, first.size())));
  frame_bytes_ = size_bytes;
  frame_filled_ = first.size();
  if (!first.empty()) std::memcpy(frame_->data(), first.data(), first.size());
}

void FrameReader::grow_frame() {
  const auto larger = Buffer::allocate(std::min(frame_bytes_, frame_->size() * 2));
  std::memcpy(larger->data(), frame_->data(), frame_filled_);
  frame_ = larger;
}

void FrameReader::release_chunk() {
  if (chunk_ && begin_ == end_) pool_.give_back(std::exchange(chunk_, nullptr));
}

void FrameReader::clear() {
  begin_ = end_ = prefix_bytes_ = 0;
  frame_filled_ = frame_bytes_ = 0;
  release_chunk();
  pool_.give_back(std::exchange(frame_, nullptr));
}

}  // namespace barnabas::net
