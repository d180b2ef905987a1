#include "broker/log/copy_records.h"

#include <algorithm>
#include <cstring>

#include "broker/log/file.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {

Result<BufferPtr> copy_records(const protocol::Records& records, std::int64_t max_bytes) {
  const auto total = static_cast<std::size_t>(std::min(records.size_bytes(), max_bytes));
  if (records.is_view()) return Buffer::copy_of(records.bytes().first(total));
  auto buffer = Buffer::allocate(total);
  MutableBytesView left = buffer->view();
  for (const protocol::Piece& piece : records.pieces()) {
    const auto size = std::min(static_cast<std::size_t>(protocol::piece_size(piece)), left.size());
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
