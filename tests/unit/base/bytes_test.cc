#include "broker/base/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace barnabas {
namespace {

TEST(Bytes, IntegersAreWrittenInNetworkOrderAtAnyAlignment) {
  std::array<std::uint8_t, 9> bytes{};
  store_be<std::int64_t>(bytes.data() + 1, 0x0102030405060708);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 9>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(load_be<std::int64_t>(bytes.data() + 1), 0x0102030405060708);
  EXPECT_EQ(load_be<std::int32_t>(bytes.data() + 1), 0x01020304);
  EXPECT_EQ(load_be<std::int16_t>(bytes.data() + 1), 0x0102);
  EXPECT_EQ(load_be<std::int8_t>(bytes.data() + 8), 8);
}

TEST(Bytes, NegativeNumbersSurvive) {
  std::array<std::uint8_t, 8> bytes{};
  store_be<std::int16_t>(bytes.data(), -2);
  EXPECT_EQ(load_be<std::int16_t>(bytes.data()), -2);
  store_be<std::int32_t>(bytes.data(), -3);
  EXPECT_EQ(load_be<std::int32_t>(bytes.data()), -3);
}

TEST(Buffer, CopyIsIndependentOfItsSource) {
  std::array<std::uint8_t, 3> source{1, 2, 3};
  const BufferPtr copy = Buffer::copy_of(source);
  source[0] = 9;
  EXPECT_EQ(copy->view()[0], 1);
  EXPECT_EQ(copy->size(), 3U);
}

TEST(Buffer, MayBeEmpty) {
  EXPECT_EQ(Buffer::copy_of({})->size(), 0U);
}

}  // namespace
}  // namespace barnabas
