// StrongInt<Tag, Rep>: an integer that does not mix with others of another meaning.
//
// Ids and epochs compare and print; Offset-like numbers also count: x + n, x - n, x - y, ++x.
// Threads  a value type.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstddef>
#include <functional>

namespace barnabas {

template <typename Tag, typename Rep>
class StrongInt {
 public:
  using rep = Rep;

  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongInt&) const = default;

  constexpr StrongInt& operator++() {
    ++value_;
    return *this;
  }
  constexpr StrongInt& operator+=(Rep n) {
    value_ = static_cast<Rep>(value_ + n);
    return *this;
  }
  friend constexpr StrongInt operator+(StrongInt x, Rep n) { return x += n; }
  friend constexpr StrongInt operator-(StrongInt x, Rep n) {
    return StrongInt(static_cast<Rep>(x.value_ - n));
  }
  friend constexpr Rep operator-(StrongInt x, StrongInt y) {
    return static_cast<Rep>(x.value_ - y.value_);
  }

 private:
  Rep value_{};
};

}  // namespace barnabas

template <typename Tag, typename Rep>
struct std::hash<barnabas::StrongInt<Tag, Rep>> {
  std::size_t operator()(barnabas::StrongInt<Tag, Rep> x) const noexcept {
    return std::hash<Rep>{}(x.value());
  }
};

template <typename Tag, typename Rep>
struct fmt::formatter<barnabas::StrongInt<Tag, Rep>> : fmt::formatter<Rep> {
  template <typename Context>
  auto format(barnabas::StrongInt<Tag, Rep> x, Context& context) const {
    return fmt::formatter<Rep>::format(x.value(), context);
  }
};
