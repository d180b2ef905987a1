#include "broker/base/crc32c.h"

#include <isa-l/crc.h>

namespace barnabas {

std::uint32_t crc32c(BytesView bytes) {
  // ISA-L takes an int length and a non-const pointer, and neither inverts its argument nor its
  // result; pieces keep the length in range.
  constexpr std::size_t kPiece = 1 << 30;
  std::uint32_t crc = ~0U;
  while (!bytes.empty()) {
    const auto piece = bytes.first(bytes.size() < kPiece ? bytes.size() : kPiece);
    crc =
        crc32_iscsi(const_cast<unsigned char*>(piece.data()), static_cast<int>(piece.size()), crc);
    bytes = bytes.subspan(piece.size());
  }
  return ~crc;
}

}  // namespace barnabas
