// The read buffers of one reactor.
//
// A reactor reads into one chunk, whichever connection is readable, and frames are handled where
// they lie in it; a frame that is larger gets a buffer of its own. Both are used again as soon as
// no handler has kept them, so that a broker under load allocates nothing to read, and one at rest
// holds a chunk and at most one spare frame buffer per reactor.
// Threads  externally synchronized (the reactor).
#pragma once

#include <cstddef>

#include "broker/base/bytes.h"

namespace barnabas::net {

class BufferPool {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;
  // A frame buffer up to this size is kept for the next frame: a follower's usual answer, 1 MB of
  // each of four partitions. Made anew for each, the kernel would clear and map every page of it.
  static constexpr std::size_t kMaxSpareBytes = 4352 * 1024;

  // A buffer of kChunkBytes.
  BufferPtr take_chunk();
  // A buffer of at least `size_bytes`.
  BufferPtr take_frame(std::size_t size_bytes);
  // Takes a buffer back; one that somebody else still holds is let go.
  void give_back(BufferPtr buffer);

 private:
  BufferPtr chunk_;
  BufferPtr frame_;
};

}  // namespace barnabas::net
