// What a stranger can send: cut frames, damaged frames, lengths that lie. Decoding answers with an
// error, never crashes, and never allocates much more than the frame is long.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "broker/base/random.h"
#include "tests/unit/protocol/any_message.h"
#include "tests/unit/protocol/test_values.h"

namespace {

thread_local std::size_t allocated_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  allocated_bytes += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace barnabas::protocol::testing {
namespace {

// A message allocates as many times its bytes as its largest element in memory exceeds the least
// that this may take on the wire: so many times at most, whatever the message. Itself and an
// error's text come on top.
constexpr std::size_t kMaxGrowth = 64;
constexpr std::size_t kAllocationBase = 2048;

void expect_bounded_allocation(const AnyMessageType& type, BytesView bytes, std::int16_t version) {
  const std::size_t before = allocated_bytes;
  auto decoded = type.decode(bytes, version);
  EXPECT_LE(allocated_bytes - before, kAllocationBase + (type.growth + 1) * bytes.size())
      << "version " << version << ", " << bytes.size() << " bytes";
}

// In a block of its own, so that a sanitizer sees every read beyond the end.
Result<std::unique_ptr<AnyMessage>> decode_copy(const AnyMessageType& type, BytesView bytes,
                                                std::int16_t version,
                                                std::unique_ptr<std::uint8_t[]>& copy) {
  copy = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  return type.decode({copy.get(), bytes.size()}, version);
}

// check(bytes, version) for every version of a message with every variant of values.
template <typename Check>
void for_each_encoded(const AnyMessageType& type, Check check) {
  for (int number = type.min_version; number <= type.max_version; ++number) {
    const auto version = static_cast<std::int16_t>(number);
    for (const Variant variant : kVariants) {
      FilledMessage filled = fill(type, version, variant);
      check(flatten(filled.message->encode(version)), version);
    }
  }
}

TEST(HostileBytes, CutAnywhereAreAnError) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    for_each_encoded(type, [&](const std::vector<std::uint8_t>& bytes, std::int16_t version) {
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        std::unique_ptr<std::uint8_t[]> copy;
        const auto decoded = decode_copy(type, BytesView(bytes).first(length), version, copy);
        ASSERT_FALSE(decoded) << "version " << version << ", the first " << length << " of "
                              << bytes.size() << " bytes";
        EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidRequest);
        expect_bounded_allocation(type, BytesView(bytes).first(length), version);
      }
    });
  }
}

TEST(HostileBytes, DamagedAreAnErrorOrAnotherMessage) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    Random random(7);
    for_each_encoded(type, [&](std::vector<std::uint8_t> bytes, std::int16_t version) {
      if (bytes.empty()) return;
      for (int round = 0; round < 40; ++round) {
        std::vector<std::uint8_t> damaged = bytes;
        for (std::uint64_t left = 1 + random.below(4); left > 0; --left) {
          const std::uint8_t interesting[] = {0x00, 0x01, 0x7f,
                                              0x80, 0xff, static_cast<std::uint8_t>(random.next())};
          damaged[random.below(damaged.size())] = interesting[random.below(std::size(interesting))];
        }
        expect_bounded_allocation(type, damaged, version);
        std::unique_ptr<std::uint8_t[]> copy;
        auto decoded = decode_copy(type, damaged, version, copy);
        if (!decoded) {
          EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidRequest);
          continue;
        }
        // It is a message like any other: it can be written, and read back.
        const std::vector<std::uint8_t> again = flatten((*decoded)->encode(version));
        auto read_back = type.decode(again, version);
        ASSERT_TRUE(read_back) << read_back.error().detail;
        EXPECT_EQ(to_text(**read_back), to_text(**decoded));
      }
    });
  }
}

// Every place of a frame may be a count or a length: the greatest there must not be believed.
TEST(HostileBytes, LengthsThatLieAllocateNothing) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    for_each_encoded(type, [&](const std::vector<std::uint8_t>& bytes, std::int16_t version) {
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const bool flexible : {false, true}) {
          std::vector<std::uint8_t> lying = bytes;
          // 0x7fffffff as an int32, and 0xffffffff as an unsigned varint.
          const std::uint8_t fixed[] = {0x7f, 0xff, 0xff, 0xff};
          const std::uint8_t varint[] = {0xff, 0xff, 0xff, 0xff, 0x0f};
          const BytesView lie = flexible ? BytesView(varint) : BytesView(fixed);
          const std::size_t length = std::min(lie.size(), lying.size() - at);
          std::copy_n(lie.begin(), length, lying.begin() + static_cast<std::ptrdiff_t>(at));
          expect_bounded_allocation(type, lying, version);
        }
      }
    });
  }
}

TEST(HostileBytes, GrowInMemoryByASmallMultiple) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    EXPECT_LE(type.growth, kMaxGrowth);
  }
}

}  // namespace
}  // namespace barnabas::protocol::testing
