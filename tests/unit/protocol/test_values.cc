#include "tests/unit/protocol/test_values.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <stdexcept>

namespace barnabas::protocol::testing {
namespace {

// Source: tests/vectors/java, ValueRule.java; both change together.
class Filler : public FieldVisitor {
 public:
  Filler(const std::string& message, std::int16_t version, Variant variant,
         std::deque<std::string>& texts)
      : version_(version), variant_(variant), texts_(texts) {
    for (const char c : fmt::format("{}/{}/{}", message, version, static_cast<int>(variant))) {
      state_ = (state_ ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    }
  }

  bool begin_field(const FieldFacts& field) override {
    nullable_ = version_ >= field.first_nullable_version && version_ <= field.last_nullable_version;
    return version_ >= field.first_version && version_ <= field.last_version;
  }
  void end_field() override {}

  bool is_null(bool) override {
    return nullable_ && (variant_ == Variant::kNulls || (mixed() && below(3) == 0));
  }
  std::size_t array_length(std::size_t, bool of_structs) override {
    if (variant_ == Variant::kValues) return 2;
    if (variant_ == Variant::kNulls) return 1;
    if (variant_ == Variant::kEmpties) return of_structs ? 1 : 0;
    const std::uint64_t draw = below(8);
    return draw == 7 && !of_structs ? 130 : draw % 3;
  }

  void value(bool& x) override { x = !empty() && below(2) == 1; }
  void value(std::int8_t& x) override { x = integer<std::int8_t>(); }
  void value(std::int16_t& x) override { x = integer<std::int16_t>(); }
  void value(std::uint16_t& x) override { x = integer<std::uint16_t>(); }
  void value(std::int32_t& x) override { x = integer<std::int32_t>(); }
  void value(std::int64_t& x) override { x = integer<std::int64_t>(); }
  void value(double& x) override { x = empty() ? 0 : static_cast<std::int32_t>(next()) / 16.0; }
  void value(Uuid& x) override {
    store_be<std::uint64_t>(x.bytes.data(), empty() ? 0 : next());
    store_be<std::uint64_t>(x.bytes.data() + 8, empty() ? 0 : next());
  }
  void value(ErrorCode& x) override {
    x = empty() ? ErrorCode::kNone : error_from_wire(static_cast<std::int16_t>(below(129)) - 1);
  }
  void value(std::string_view& x) override {
    static constexpr std::array<std::string_view, 30> kLetters = {
        "a", "b", "c", "d", "e", "f", "g", "h",      "i",      "j",
        "k", "l", "m", "-", ".", "_", "0", "1",      "2",      "3",
        "4", "5", "6", "7", "8", "9", " ", "\u00e9", "\u6f22", "\U0001f600"};
    std::string& text = texts_.emplace_back();
    for (std::uint64_t left = length(); left > 0; --left) text += kLetters[below(kLetters.size())];
    x = text;
  }
  void value(BytesView& x) override {
    std::string& text = texts_.emplace_back();
    for (std::uint64_t left = length(); left > 0; --left) text += static_cast<char>(next());
    x = as_bytes(text);
  }
  void value(Records& x) override {
    BytesView bytes;
    value(bytes);
    x = Records(bytes);
  }

 private:
  bool empty() const { return variant_ == Variant::kEmpties; }
  bool mixed() const { return variant_ == Variant::kMixed || variant_ == Variant::kMoreMixed; }

  std::uint64_t next() {  // splitmix64
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  template <typename T>
  T integer() {
    using Limits = std::numeric_limits<T>;
    if (empty()) return 0;
    if (mixed()) {
      switch (below(8)) {
        case 0:
          return 0;
        case 1:
          return Limits::min();
        case 2:
          return Limits::max();
        case 3:
          return static_cast<T>(-1);
        default:
          break;
      }
    }
    return static_cast<T>(next());
  }
  std::uint64_t length() {
    if (empty()) return 0;
    if (mixed()) {
      const std::uint64_t draw = below(8);
      if (draw == 0) return 0;
      if (draw == 1) return 200;
    }
    return below(12) + 1;
  }

  std::int16_t version_;
  Variant variant_;
  std::deque<std::string>& texts_;
  std::uint64_t state_ = 0xcbf29ce484222325U;  // FNV-1a of the seed's text
  bool nullable_ = false;
};

class Printer : public FieldVisitor {
 public:
  const std::string& text() const { return text_; }

  bool begin_field(const FieldFacts& field) override {
    text_ += fmt::format("{}=", field.name);
    return true;
  }
  void end_field() override { text_ += ' '; }
  void begin_struct() override { text_ += "{ "; }
  void end_struct() override { text_ += "} "; }
  bool is_null(bool now) override {
    if (now) text_ += "null";
    return now;
  }
  std::size_t array_length(std::size_t now, bool) override {
    text_ += fmt::format("[{}] ", now);
    return now;
  }
  void value(bool& x) override { print(x); }
  void value(std::int8_t& x) override { print(x); }
  void value(std::int16_t& x) override { print(x); }
  void value(std::uint16_t& x) override { print(x); }
  void value(std::int32_t& x) override { print(x); }
  void value(std::int64_t& x) override { print(x); }
  void value(double& x) override { print(x); }
  void value(Uuid& x) override { print(x.to_string()); }
  void value(ErrorCode& x) override { print(error_name(x)); }
  void value(std::string_view& x) override { text_ += fmt::format("'{}' ", x); }
  void value(BytesView& x) override {
    text_ += "0x";
    for (const std::uint8_t byte : x) text_ += fmt::format("{:02x}", byte);
    text_ += ' ';
  }
  void value(Records& x) override {
    BytesView bytes = x.bytes();
    value(bytes);
  }

 private:
  template <typename T>
  void print(const T& x) {
    text_ += fmt::format("{} ", x);
  }

  std::string text_;
};

}  // namespace

FilledMessage fill(const AnyMessageType& type, std::int16_t version, Variant variant) {
  FilledMessage filled{type.make(), {}};
  if (variant != Variant::kDefaults) {
    Filler filler(type.name, version, variant, filled.texts);
    filled.message->visit(filler);
  }
  return filled;
}

std::string to_text(AnyMessage& message) {
  Printer printer;
  message.visit(printer);
  return printer.text();
}

std::vector<std::uint8_t> flatten(const Payload& payload) {
  std::vector<std::uint8_t> bytes;
  for (const Piece& piece : payload.pieces) {
    const BytesView view = std::get<BytesPiece>(piece).bytes;
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

}  // namespace barnabas::protocol::testing
