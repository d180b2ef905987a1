#include "broker/net/buffer_pool.h"

#include <utility>

namespace barnabas::net {

BufferPtr BufferPool::take_chunk() {
  if (chunk_) return std::exchange(chunk_, nullptr);
  return Buffer::allocate(kChunkBytes);
}

BufferPtr BufferPool::take_frame(std::size_t size_bytes) {
  if (frame_ && frame_->size() >= size_bytes) return std::exchange(frame_, nullptr);
  // A little more than asked for lets frames of about one size use one buffer.
  constexpr std::size_t kRound = 64 * 1024;
  if (size_bytes <= kMaxSpareBytes) size_bytes = (size_bytes + kRound - 1) / kRound * kRound;
  return Buffer::allocate(size_bytes);
}

void BufferPool::give_back(BufferPtr buffer) {
  // Nobody can come by a reference to a buffer that has one only.
  if (!buffer || buffer.use_count() != 1) return;
  // use_count() orders nothing; taking and dropping a reference does: what a handler on another
  // thread read from the buffer before it let go, it has read before we write here again.
  {
    const BufferPtr fence = buffer;  // NOLINT(performance-unnecessary-copy-initialization)
  }
  if (buffer->size() == kChunkBytes) {
    chunk_ = std::move(buffer);
  } else if (buffer->size() <= kMaxSpareBytes) {
    if (!frame_ || frame_->size() < buffer->size()) frame_ = std::move(buffer);
  }
}

}  // namespace barnabas::net
