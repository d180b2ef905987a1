// Record batches as a message carries them: null, bytes, or pieces (bytes and file ranges).
//
// Invariants  Null and empty are different things on the wire.
// Owns        Pieces own what they show. A view (all that decoding makes) does not: the frame must
//             outlive it. Encoding takes pieces without a copy and copies views.
// Threads     A value type.
#pragma once

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/protocol/payload.h"

namespace barnabas::protocol {

class Records {
 public:
  Records() = default;  // null
  explicit Records(BytesView view) : content_(view) {}
  explicit Records(MutableBytesView view) : content_(view) {}
  explicit Records(std::vector<Piece> pieces) : content_(std::move(pieces)) {}
  explicit Records(FileRange range) : content_(one_piece(std::move(range))) {}
  explicit Records(BytesPiece piece) : content_(one_piece(std::move(piece))) {}
  static Records empty() { return Records(BytesView{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(content_); }
  // 0 for null.
  std::int64_t size_bytes() const {
    if (const auto* list = std::get_if<std::vector<Piece>>(&content_)) {
      std::int64_t sum = 0;
      for (const Piece& piece : *list) sum += piece_size(piece);
      return sum;
    }
    return static_cast<std::int64_t>(bytes().size());
  }

  // True where bytes() may be called: not for pieces.
  bool is_view() const { return !std::holds_alternative<std::vector<Piece>>(content_); }
  // The bytes of a view; empty for null.
  BytesView bytes() const {
    if (const auto* view = std::get_if<BytesView>(&content_)) return *view;
    if (const auto* view = std::get_if<MutableBytesView>(&content_)) return *view;
    CHECK(is_null(), "records held as pieces have no single view");
    return {};
  }
  // The bytes of a message that was decoded from a MutableBytesView, for offsets to be assigned in
  // place; empty for null.
  MutableBytesView mutable_bytes() const {
    if (const auto* view = std::get_if<MutableBytesView>(&content_)) return *view;
    CHECK(is_null(), "records are read-only");
    return {};
  }
  // The pieces; empty for null and for views.
  const std::vector<Piece>& pieces() const {
    static const std::vector<Piece> none;
    const auto* list = std::get_if<std::vector<Piece>>(&content_);
    return list ? *list : none;
  }

 private:
  static std::vector<Piece> one_piece(Piece piece) {
    std::vector<Piece> list;
    list.push_back(std::move(piece));
    return list;
  }

  std::variant<std::monostate, BytesView, MutableBytesView, std::vector<Piece>> content_;
};

}  // namespace barnabas::protocol
