#include "broker/protocol/writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/produce.h"

namespace barnabas::protocol {
namespace {

std::string text_of(const Piece& piece) {
  return std::string(as_text(std::get<BytesPiece>(piece).bytes));
}

// Bytes of a segment's file must reach the socket without being touched.
TEST(Writer, TakesPiecesOfRecordsInPlaceWithoutACopy) {
  const BufferPtr owner = Buffer::copy_of(as_bytes("batch"));
  const auto file = std::make_shared<FileDescriptor>(-1);
  Writer writer;
  writer.write_raw(as_bytes("<"));
  writer.write_records(
      Records(std::vector<Piece>{BytesPiece{owner, owner->view()}, FileRange{file, 100, 50}}),
      Encoding::kFixed);
  writer.write_raw(as_bytes(">"));
  const Payload payload = writer.finish();

  ASSERT_EQ(payload.pieces.size(), 4U);
  EXPECT_EQ(text_of(payload.pieces[0]), std::string("<\0\0\0\x37", 5));
  EXPECT_EQ(std::get<BytesPiece>(payload.pieces[1]).bytes.data(), owner->data());
  EXPECT_EQ(std::get<FileRange>(payload.pieces[2]).file, file);
  EXPECT_EQ(std::get<FileRange>(payload.pieces[2]).position_bytes, 100);
  EXPECT_EQ(text_of(payload.pieces[3]), ">");
  EXPECT_EQ(payload.size_bytes(), 1 + 4 + 55 + 1);
}

TEST(Writer, PiecesKeepTheirPlacesWhenTheBufferGrows) {
  const BufferPtr owner = Buffer::copy_of(as_bytes("piece"));
  std::string expected;
  Writer writer;
  for (int i = 0; i < 100; ++i) {
    const std::string text(20, static_cast<char>('a' + i % 26));
    writer.write_raw(as_bytes(text));
    writer.write_records(Records(BytesPiece{owner, owner->view()}), Encoding::kFlexible);
    expected += text + "\x06piece";
  }
  std::string written;
  for (const Piece& piece : writer.finish().pieces) written += text_of(piece);
  EXPECT_EQ(written, expected);
}

TEST(Writer, NothingWrittenIsAnEmptyPayload) {
  EXPECT_EQ(Writer().finish().size_bytes(), 0);
}

// A text of ours may quote what a stranger sent: too long a text must not bring the broker down.
TEST(Writer, CutsATextThatIsTooLongBetweenCharacters) {
  std::string text(kMaxStringBytes - 1, 'x');
  text += "\u00e9";  // two bytes, of which one would fit
  Writer writer;
  writer.write_string(text, Encoding::kFixed);
  const Payload payload = writer.finish();
  EXPECT_EQ(text_of(payload.pieces[0]), "\x7f\xfe" + std::string(kMaxStringBytes - 1, 'x'));
}

TEST(Writer, TaggedFieldsOfEverySizeAreMeasured) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 600U, 20000U}) {
    Writer writer;
    writer.write_unsigned_varint(1);
    const std::size_t start = writer.begin_tagged_field(3);
    writer.write_raw(as_bytes(std::string(size, 'x')));
    writer.end_tagged_field(start);
    writer.write<std::int8_t>(42);
    const Payload payload = writer.finish();
    Reader reader(std::get<BytesPiece>(payload.pieces[0]).bytes);
    reader.skip_tagged_fields();
    EXPECT_EQ(reader.read<std::int8_t>(), 42) << size;
    EXPECT_EQ(reader.remaining_bytes(), 0U);
  }
}

TEST(Messages, FetchResponseCarriesFileRanges) {
  const auto file = std::make_shared<FileDescriptor>(-1);
  FetchResponse response;
  FetchResponse::PartitionData partition;
  partition.records = Records(FileRange{file, 0, 1000});
  FetchResponse::FetchableTopicResponse topic;
  topic.partitions = {partition, partition};
  response.responses.push_back(topic);
  const Payload payload = response.encode(FetchResponse::kMaxVersion);
  ASSERT_EQ(payload.pieces.size(), 5U);
  EXPECT_EQ(std::get<FileRange>(payload.pieces[1]).size_bytes, 1000);
  EXPECT_EQ(std::get<FileRange>(payload.pieces[3]).size_bytes, 1000);
}

TEST(MessagesDeathTest, AFieldThatTheVersionLacksMustNotBeSet) {
  ProduceRequest request;
  request.transactional_id = "t";
  EXPECT_EQ(request.encode(3).size_bytes(), 13);
  EXPECT_DEATH((void)request.encode(2), "ProduceRequest.TransactionalId is set");
}

TEST(Messages, AnIgnorableFieldThatTheVersionLacksIsLeftOut) {
  ProduceResponse response;
  response.throttle_time_ms = 5;
  EXPECT_EQ(response.encode(0).size_bytes(), 4);
  EXPECT_EQ(response.encode(1).size_bytes(), 8);
}

}  // namespace
}  // namespace barnabas::protocol
