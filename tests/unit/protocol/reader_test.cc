#include "broker/protocol/reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::protocol {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Reader, FirstErrorSticksAndEverythingAfterItIsEmpty) {
  const Bytes bytes = {0x00, 0x05, 'a', 'b'};
  Reader reader{BytesView(bytes)};
  EXPECT_EQ(reader.read_string(Encoding::kFixed), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.read<std::int8_t>(), 0);
  EXPECT_EQ(reader.read_array_length(Encoding::kFixed, 1), 0U);
  const Error error = reader.error("SomeRequest");
  EXPECT_EQ(error.code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(error.detail, "SomeRequest: a length beyond the end (byte 2 of 4)");
}

TEST(Reader, UnsignedVarintsOfFiveBytesAtMost) {
  const Bytes largest = {0xff, 0xff, 0xff, 0xff, 0x0f};
  Reader good{BytesView(largest)};
  EXPECT_EQ(good.read_unsigned_varint(), 0xffffffffU);
  EXPECT_TRUE(good.ok());

  const Bytes longer = {0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
  Reader bad{BytesView(longer)};
  EXPECT_EQ(bad.read_unsigned_varint(), 0U);
  EXPECT_FALSE(bad.ok());
}

TEST(Reader, NullIsAnErrorWhereItMustNotBe) {
  const Bytes null_string = {0xff, 0xff};
  EXPECT_EQ(Reader{BytesView(null_string)}.read_nullable_string(Encoding::kFixed), std::nullopt);
  Reader string{BytesView(null_string)};
  (void)string.read_string(Encoding::kFixed);
  EXPECT_FALSE(string.ok());

  const Bytes null_compact = {0x00};
  Reader bytes{BytesView(null_compact)};
  (void)bytes.read_bytes(Encoding::kFlexible);
  EXPECT_FALSE(bytes.ok());
  Reader array{BytesView(null_compact)};
  (void)array.read_array_length(Encoding::kFlexible, 1);
  EXPECT_FALSE(array.ok());
  Reader records{BytesView(null_compact)};
  EXPECT_TRUE(records.read_nullable_records(Encoding::kFlexible).is_null());
  EXPECT_TRUE(records.ok());
}

// Kafka takes every negative length for null.
TEST(Reader, AnyNegativeLengthIsNull) {
  const Bytes bytes = {0xff, 0xfe};
  Reader reader{BytesView(bytes)};
  EXPECT_EQ(reader.read_nullable_string(Encoding::kFixed), std::nullopt);
  EXPECT_TRUE(reader.ok());
}

// A longer one could not be said again in versions with an int16 length.
TEST(Reader, RefusesStringsLongerThanAnInt16CanSay) {
  Bytes bytes = {0x81, 0x80, 0x02};  // 32768 + 1
  bytes.resize(3 + 32768, 'x');
  Reader reader{BytesView(bytes)};
  (void)reader.read_string(Encoding::kFlexible);
  EXPECT_FALSE(reader.ok());
}

TEST(Reader, CountsAreCheckedAgainstTheSmallestElement) {
  const Bytes bytes = {0x00, 0x00, 0x00, 0x02, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(Reader{BytesView(bytes)}.read_array_length(Encoding::kFixed, 3), 2U);
  Reader reader{BytesView(bytes)};
  EXPECT_EQ(reader.read_array_length(Encoding::kFixed, 4), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(Reader, UnknownTaggedFieldsAreSkipped) {
  const Bytes bytes = {2, 7, 1, 0xaa, 9, 2, 0xbb, 0xcc, 42};
  Reader reader{BytesView(bytes)};
  reader.skip_tagged_fields();
  EXPECT_EQ(reader.read<std::int8_t>(), 42);
  EXPECT_TRUE(reader.ok());
}

// A newer peer may have put more into a field than we know.
TEST(Reader, RestOfATaggedFieldIsSkipped) {
  const Bytes bytes = {1, 0, 3, 5, 0xaa, 0xbb, 42};
  Reader reader{BytesView(bytes)};
  ASSERT_EQ(reader.read_tagged_field_count(), 1U);
  const Reader::TaggedField field = reader.begin_tagged_field();
  EXPECT_EQ(field.tag, 0U);
  EXPECT_EQ(reader.read<std::int8_t>(), 5);
  EXPECT_EQ(reader.remaining_bytes(), 2U);
  reader.end_tagged_field(field);
  EXPECT_EQ(reader.read<std::int8_t>(), 42);
  EXPECT_TRUE(reader.ok());
}

TEST(Reader, ATaggedFieldCannotBeReadBeyondItsEnd) {
  const Bytes bytes = {1, 0, 1, 5, 0xaa, 0xbb, 42};
  Reader reader{BytesView(bytes)};
  (void)reader.read_tagged_field_count();
  const Reader::TaggedField field = reader.begin_tagged_field();
  (void)reader.read<std::int32_t>();
  reader.end_tagged_field(field);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.remaining_bytes(), 0U);
}

TEST(Reader, RecordsOfAMutableFrameCanBeWrittenTo) {
  Bytes bytes = {0x00, 0x00, 0x00, 0x02, 'a', 'b'};
  Reader reader{MutableBytesView(bytes)};
  const Records records = reader.read_nullable_records(Encoding::kFixed);
  records.mutable_bytes()[0] = 'z';
  EXPECT_EQ(bytes[4], 'z');
}

TEST(ReaderDeathTest, RecordsOfAReadOnlyFrameCannotBeWrittenTo) {
  const Bytes bytes = {0x00, 0x00, 0x00, 0x01, 'a'};
  const Records records = Reader{BytesView(bytes)}.read_nullable_records(Encoding::kFixed);
  EXPECT_DEATH((void)records.mutable_bytes(), "read-only");
}

}  // namespace
}  // namespace barnabas::protocol
