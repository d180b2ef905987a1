#include "broker/protocol/java_string.h"

#include <gtest/gtest.h>

#include <limits>

namespace barnabas::protocol {
namespace {

TEST(JavaHashCode, IsThatOfJava) {
  EXPECT_EQ(java_hash_code(""), 0);
  EXPECT_EQ(java_hash_code("a"), 97);
  EXPECT_EQ(java_hash_code("hello"), 99162322);
  EXPECT_EQ(java_hash_code("group"), 98629247);
  EXPECT_EQ(java_hash_code("segment.bytes"), -2022974992);
}
TEST(JavaHashCode, OverflowsAsInJava) {
  EXPECT_EQ(java_hash_code("polygenelubricants"), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(java_hash_code("my-consumer-group"), 1513705513);
}
TEST(JavaHashCode, IsOfUtf16UnitsNotOfBytes) {
  EXPECT_EQ(java_hash_code("\u00e9"), 233);
  EXPECT_EQ(java_hash_code("\u20ac"), 8364);
  EXPECT_EQ(java_hash_code("\U0001F600"), 1772899) << "a surrogate pair";
  EXPECT_EQ(java_hash_code("gr\u00fcppe-\U0001F600"), -1039948164);
}
TEST(JavaHashCode, WhatIsNoUtf8IsTheReplacementCharacter) {
  EXPECT_EQ(java_hash_code("\xff"), 0xFFFD);
  EXPECT_EQ(java_hash_code("\x80"), 0xFFFD);
  EXPECT_EQ(java_hash_code("\xe2\x82"), 0xFFFD) << "cut off";
  EXPECT_EQ(java_hash_code("\xc3"
                           "a"),
            0xFFFD * 31 + 'a')
      << "the next character counts";
}
TEST(Utf16Length, CountsUnits) {
  EXPECT_EQ(utf16_length(""), 0u);
  EXPECT_EQ(utf16_length("abc"), 3u);
  EXPECT_EQ(utf16_length("\u00e9\u20ac"), 2u);
  EXPECT_EQ(utf16_length("\U0001F600"), 2u);
}

TEST(PartitionFor, IsTheHashModuloTheCount) {
  EXPECT_EQ(partition_for("group", 50), PartitionId(47));
  EXPECT_EQ(partition_for("group", 1), PartitionId(0));
  EXPECT_EQ(partition_for("", 50), PartitionId(0));
}
TEST(PartitionFor, NegativeHashCountsAsItsAbsoluteValue) {
  EXPECT_EQ(partition_for("gr\u00fcppe-\U0001F600", 50), PartitionId(14));
}
TEST(PartitionFor, HashWithoutAbsoluteValueIsZero) {
  EXPECT_EQ(partition_for("polygenelubricants", 50), PartitionId(0));
  EXPECT_EQ(partition_for("polygenelubricants", 7), PartitionId(0));
}
TEST(PartitionFor, NamesBeyondTheBasicPlaneAreHashedAsPairs) {
  EXPECT_EQ(partition_for("\U0001F600", 50), PartitionId(49));
}

}  // namespace
}  // namespace barnabas::protocol
