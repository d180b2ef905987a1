#include "broker/base/crc32c.h"

#include <gtest/gtest.h>

#include <array>

namespace barnabas {
namespace {

// The vectors of RFC 3720, appendix B.4.
TEST(Crc32c, AgreesWithRfc3720) {
  std::array<std::uint8_t, 32> zeros{};
  EXPECT_EQ(crc32c(zeros), 0x8a9136aaU);
  std::array<std::uint8_t, 32> ones;
  ones.fill(0xff);
  EXPECT_EQ(crc32c(ones), 0x62a8ab43U);
  std::array<std::uint8_t, 32> rising;
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(rising), 0x46dd794eU);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
}

TEST(Crc32c, OfNothingIsZero) {
  EXPECT_EQ(crc32c({}), 0U);
}

}  // namespace
}  // namespace barnabas
