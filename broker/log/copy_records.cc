#include "broker/log/copy_records.h"

#include <cstring>

#include "broker/log/file.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {

Result<BufferPtr> copy_records(const protocol::Records& records) {
  if (records.is_view()) return Buffer::copy_of(records.bytes());
  auto buffer = Buffer::allocate(static_cast<std::size_t>(records.size_bytes()));
  MutableBytesView left = buffer->view();
  for (const protocol::Piece& piece : records.pieces()) {
    const auto size = static_cast<std::size_t>(protocol::piece_size(piece));
    const MutableBytesView into = left.first(size);
    left = left.subspan(size);
    if (const auto* bytes = std::get_if<protocol::BytesPiece>(&piece)) {
      if (size > 0) std::memcpy(into.data(), bytes->bytes.data(), size);
      continue;
    }
    const auto& range = std::get<FileRange>(piece);
    TRY(const std::size_t got,
        File(range.file, "a log segment").read_at(range.position_bytes, into));
    if (got < size) {
      return Error{ErrorCode::kKafkaStorageError, "a log segment has become shorter"};
    }
  }
  return buffer;
}

}  // namespace barnabas::log
