#include "admin/log_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace barnabas::admin {
namespace {

using protocol::RecordBatchBuilder;
using protocol::RecordBatchView;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Pair;

std::vector<std::uint8_t> some_batch(std::int64_t base, protocol::Compression codec) {
  RecordBatchBuilder builder;
  builder.base_offset = Offset(base);
  builder.leader_epoch = LeaderEpoch(3);
  builder.producer_id = ProducerId(7);
  builder.producer_epoch = ProducerEpoch(1);
  builder.base_sequence = 10;
  builder.codec = codec;
  builder.add(1000, "k", "value", {{"a", "1"}, {"b", std::nullopt}});
  builder.add(1005, std::nullopt, std::nullopt);
  return builder.build();
}

std::string lines_of(const std::vector<std::uint8_t>& batch, RecordLines::Options options) {
  std::string out;
  RecordLines(options).append(RecordBatchView(batch.data()), out);
  return out;
}

TEST(LogDump, TheLineOfABatchHasEveryFieldOfItsHeader) {
  auto bytes = some_batch(5, protocol::Compression::kNone);
  const std::string crc = std::to_string(RecordBatchView(bytes.data()).crc());
  EXPECT_EQ(batch_line(RecordBatchView(bytes.data()), 99),
            "baseOffset: 5 lastOffset: 6 count: 2 baseSequence: 10 lastSequence: 11 producerId: 7 "
            "producerEpoch: 1 partitionLeaderEpoch: 3 isTransactional: false isControl: false "
            "deleteHorizonMs: OptionalLong.empty position: 99 CreateTime: 1005 size: " +
                std::to_string(bytes.size()) + " magic: 2 compresscodec: none crc: " + crc +
                " isvalid: true");
  bytes.back() ^= 1;
  EXPECT_THAT(batch_line(RecordBatchView(bytes.data()), 0), EndsWith("isvalid: false"));
}

TEST(LogDump, RecordsOfCompressedBatchesAreShownAsThoseOfOthers) {
  const RecordLines::Options options{.contents = true};
  const std::string plain = lines_of(some_batch(5, protocol::Compression::kNone), options);
  EXPECT_EQ(plain,
            "| offset: 5 CreateTime: 1000 keySize: 1 valueSize: 5 sequence: 10 headerKeys: [a,b] "
            "key: k payload: value\n"
            "| offset: 6 CreateTime: 1005 keySize: -1 valueSize: -1 sequence: 11 headerKeys: []\n");
  for (const auto codec : {protocol::Compression::kGzip, protocol::Compression::kZstd}) {
    EXPECT_EQ(lines_of(some_batch(5, codec), options), plain);
  }
}

TEST(LogDump, ContentsAndMetadataAreAskedForSeparately) {
  const auto batch = some_batch(5, protocol::Compression::kNone);
  EXPECT_THAT(lines_of(batch, {}), HasSubstr("headerKeys: [a,b]\n"));
  EXPECT_EQ(lines_of(batch, {.metadata = false, .contents = true}), "| key: k payload: value\n\n");
}

TEST(LogDump, AMarkerIsShownAsWhatItSays) {
  RecordBatchBuilder builder;
  builder.transactional = true;
  builder.control = true;
  builder.add(1, std::string_view("\0\0\0\1", 4), std::string_view("\0\0\0\0\0\5", 6));
  const auto marker = builder.build();
  EXPECT_THAT(lines_of(marker, {.contents = true}),
              EndsWith("headerKeys: [] endTxnMarker: COMMIT coordinatorEpoch: 5\n"));
}

TEST(LogDump, GapsBetweenOffsetsAreRememberedTheLastFirst) {
  RecordLines lines({});
  std::string out;
  for (const std::int64_t base : {5, 9, 20}) {
    const auto batch = some_batch(base, protocol::Compression::kNone);
    lines.append(RecordBatchView(batch.data()), out);
  }
  EXPECT_THAT(lines.gaps(), ElementsAre(Pair(10, 20), Pair(6, 9)));
}

TEST(LogDump, RecordsThatCannotBeReadAreAnError) {
  auto batch = some_batch(5, protocol::Compression::kGzip);
  batch[protocol::kBatchOverhead] ^= 0xff;
  EXPECT_THROW(lines_of(batch, {}), std::runtime_error);
  auto cut = some_batch(5, protocol::Compression::kNone);
  store_be(cut.data() + 57, 3);  // recordCount
  EXPECT_THROW(lines_of(cut, {}), std::runtime_error);
}

}  // namespace
}  // namespace barnabas::admin
