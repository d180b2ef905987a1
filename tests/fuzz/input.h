// What a fuzz target is given, taken from its front: a few choices, then what a stranger sent.
//
// Threads  externally synchronized.
#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/base/bytes.h"

namespace barnabas::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

  // 0 where nothing is left.
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }
  BytesView rest() const { return left_; }

 private:
  BytesView left_;
};

}  // namespace barnabas::fuzz
