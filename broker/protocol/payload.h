// An encoded response or request: a list of pieces, each bytes or a file range. Ignorant of
// sockets.
//
// Threads  a value type; moved to the connection that sends it.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/file_range.h"

namespace barnabas::protocol {

// Bytes inside a buffer that the piece keeps alive.
struct BytesPiece {
  BufferPtr owner;
  BytesView bytes;
};

using Piece = std::variant<BytesPiece, FileRange>;

inline std::int64_t piece_size(const Piece& piece) {
  if (const auto* bytes = std::get_if<BytesPiece>(&piece)) {
    return static_cast<std::int64_t>(bytes->bytes.size());
  }
  return std::get<FileRange>(piece).size_bytes;
}

struct Payload {
  std::vector<Piece> pieces;

  std::int64_t size_bytes() const {
    return std::accumulate(pieces.begin(), pieces.end(), std::int64_t{0},
                           [](std::int64_t sum, const Piece& p) { return sum + piece_size(p); });
  }
};

}  // namespace barnabas::protocol
