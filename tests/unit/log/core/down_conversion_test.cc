// What consumers from before there were record batches are given of them.
#include "broker/log/core/down_conversion.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/log/core/up_conversion.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/core/legacy_messages.h"

namespace barnabas::log {
namespace {

using protocol::Compression;
using protocol::LegacyMessageReader;
using protocol::RecordBatchBuilder;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kPlenty = 1 << 20;

struct Seen {
  std::int64_t offset;
  Timestamp timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  bool operator==(const Seen&) const = default;
};

// The messages of a set, those of wrappers included, as a consumer counts them.
std::vector<Seen> seen_in(BytesView bytes) {
  std::vector<Seen> all;
  LegacyMessageReader reader(bytes);
  const auto text = [](const std::optional<BytesView>& from) {
    return from ? std::optional<std::string>(as_text(*from)) : std::nullopt;
  };
  while (const auto message = reader.next()) {
    EXPECT_TRUE(message->crc_matches());
    if (!message->is_compressed()) {
      all.push_back(
          {message->offset, message->timestamp, text(message->key), text(message->value)});
      continue;
    }
    const auto inner = protocol::inner_messages(*message, kPlenty);
    EXPECT_TRUE(inner) << inner.error().detail;
    auto wrapped = seen_in(*inner);
    EXPECT_FALSE(wrapped.empty());
    const std::int64_t first = message->magic == 0 ? 0 : message->offset - wrapped.back().offset;
    for (Seen& one : wrapped) {
      one.offset += first;
      all.push_back(std::move(one));
    }
  }
  EXPECT_EQ(reader.end(), LegacyMessageReader::End::kWhole);
  return all;
}

Bytes converted(const Bytes& batches, std::int8_t magic, std::int64_t from = 0,
                std::size_t max_bytes = kPlenty) {
  auto messages = down_convert(batches, magic, Offset{from}, max_bytes, LogConfig());
  EXPECT_TRUE(messages) << messages.error().detail;
  return messages ? *std::move(messages) : Bytes();
}

// Offsets 5, 6 and 7; with what the old formats have no place for.
RecordBatchBuilder three_to_convert(Compression codec = Compression::kNone) {
  RecordBatchBuilder builder;
  builder.base_offset = Offset{5};
  builder.producer_id = ProducerId{9};
  builder.base_sequence = 0;
  builder.codec = codec;
  builder.add(1000, "a", "1", {{"header", "of it"}});
  builder.add(1002, std::nullopt, std::string(100, 'x'));
  builder.add(1001, "c", std::nullopt);
  return builder;
}
std::vector<Seen> the_three(std::int8_t magic) {
  const auto at = [magic](Timestamp timestamp) { return magic == 0 ? kNoTimestamp : timestamp; };
  return {{5, at(1000), "a", "1"},
          {6, at(1002), std::nullopt, std::string(100, 'x')},
          {7, at(1001), "c", std::nullopt}};
}

Bytes marker_at(std::int64_t offset) {
  RecordBatchBuilder builder;
  builder.base_offset = Offset{offset};
  builder.control = true;
  builder.transactional = true;
  builder.add(1000, std::string_view("\0\0\0\1", 4), std::string_view("\0\0\0\0\0\0", 6));
  return builder.build();
}

TEST(DownConversion, MakesAMessageOfEachRecordOfAnUncompressedBatch) {
  for (const std::int8_t magic : {0, 1}) {
    const Bytes messages = converted(three_to_convert().build(), magic);
    EXPECT_EQ(seen_in(messages), the_three(magic));
    const auto first = LegacyMessageReader(messages).next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->magic, magic);
    EXPECT_EQ(first->attributes, 0);
  }
}
TEST(DownConversion, WritesTheBytesOfTheFormat) {
  const LegacyMessageBuilder builder{.magic = 1, .offset = 5, .timestamp = 1000};
  const Bytes messages = converted(three_to_convert().build(), 1);
  const Bytes first = builder.build("a", "1");
  ASSERT_GT(messages.size(), first.size());
  EXPECT_EQ(Bytes(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(first.size())),
            first);
}
TEST(DownConversion, MakesOneWrapperOfACompressedBatchInItsCodec) {
  for (const auto codec : {Compression::kGzip, Compression::kSnappy, Compression::kLz4}) {
    for (const std::int8_t magic : {0, 1}) {
      const Bytes messages = converted(three_to_convert(codec).build(), magic);
      EXPECT_EQ(seen_in(messages), the_three(magic));
      const auto wrapper = LegacyMessageReader(messages).next();
      ASSERT_TRUE(wrapper);
      EXPECT_EQ(wrapper->size_bytes(), messages.size());
      EXPECT_EQ(wrapper->codec(), static_cast<std::uint8_t>(codec));
      EXPECT_EQ(wrapper->offset, 7);
      EXPECT_EQ(wrapper->timestamp, magic == 0 ? kNoTimestamp : 1002);
      EXPECT_FALSE(wrapper->key);
    }
  }
}
// The checksum in the header of an lz4 frame: of magic 0 it is wrong (KAFKA-3160), of magic 1
// right.
TEST(DownConversion, WritesTheLz4HeaderThatReadersOfEachMagicCheck) {
  const Bytes batch = three_to_convert(Compression::kLz4).build();
  constexpr std::size_t kChecksumAt = 6;
  const auto frame_of = [&](std::int8_t magic) {
    const Bytes messages = converted(batch, magic);
    const auto wrapper = LegacyMessageReader(messages).next();
    return Bytes(wrapper->value->begin(), wrapper->value->end());
  };
  EXPECT_EQ(frame_of(1)[kChecksumAt], 0x82);  // of 60 40, as every lz4 tool writes it
  EXPECT_EQ(frame_of(0)[kChecksumAt], 0x1a);  // of 04 22 4d 18 60 40
}
TEST(DownConversion, LeavesOutRecordsBelowTheOffsetOnlyWhereTheyAreNotCompressed) {
  const auto all = the_three(1);
  EXPECT_EQ(seen_in(converted(three_to_convert().build(), 1, 6)),
            std::vector(all.begin() + 1, all.end()));
  EXPECT_EQ(seen_in(converted(three_to_convert(Compression::kGzip).build(), 1, 6)), all);
}
TEST(DownConversion, GivesEachMessageTheTimeOfItsBatchWhereThatIsLogAppendTime) {
  for (const auto codec : {Compression::kNone, Compression::kGzip}) {
    Bytes batch = three_to_convert(codec).build();
    protocol::MutableRecordBatchView(batch.data()).set_max_timestamp(true, 7777);
    const Bytes messages = converted(batch, 1);
    for (const Seen& one : seen_in(messages)) EXPECT_EQ(one.timestamp, 7777);
    const auto first = LegacyMessageReader(messages).next();
    EXPECT_TRUE(first->has_log_append_time());
    EXPECT_EQ(first->timestamp, 7777);
    EXPECT_EQ(LegacyMessageReader(converted(batch, 0)).next()->attributes & 0x08, 0);
  }
}
TEST(DownConversion, LeavesOutMarkers) {
  EXPECT_EQ(seen_in(converted(joined(marker_at(4), three_to_convert().build()), 1)), the_three(1));
}
// Else a consumer would take the end of what it may read for the end of the log.
TEST(DownConversion, SaysThatThereIsMoreWhereNoRecordIsTold) {
  const Bytes cut = converted(marker_at(4), 1);
  ASSERT_EQ(cut.size(), 12u);
  EXPECT_FALSE(LegacyMessageReader(cut).next());
  EXPECT_EQ(load_be<std::int64_t>(cut.data()), -1);
  EXPECT_GT(load_be<std::int32_t>(cut.data() + 8), 0);
}
TEST(DownConversion, OfNothingWholeIsNothing) {
  Bytes batch = three_to_convert().build();
  batch.pop_back();
  EXPECT_TRUE(converted(batch, 1).empty());
  EXPECT_TRUE(converted({}, 1).empty());
  EXPECT_EQ(seen_in(converted(joined(three_to_convert().build(), batch), 1)), the_three(1));
}
TEST(DownConversion, ConvertsTheFirstBatchWholeAndFurtherOnesWhileTheyFit) {
  const Bytes one = three_to_convert().build();
  const std::size_t size = converted(one, 1).size();
  const Bytes three = joined(joined(one, one), one);
  EXPECT_EQ(converted(three, 1, 0, 1).size(), size);
  EXPECT_EQ(converted(three, 1, 0, 2 * size - 1).size(), size);
  EXPECT_EQ(converted(three, 1, 0, 2 * size).size(), 2 * size);
  EXPECT_EQ(converted(three, 1).size(), 3 * size);
}
TEST(DownConversion, OfZstdIsRefusedOrEndsWhatIsTold) {
  const Bytes zstd = three_to_convert(Compression::kZstd).build();
  for (const std::int8_t magic : {0, 1}) {
    EXPECT_EQ(down_convert(zstd, magic, Offset{0}, kPlenty, LogConfig()).code_or(ErrorCode::kNone),
              ErrorCode::kUnsupportedCompressionType);
    EXPECT_EQ(down_convert(joined(marker_at(0), zstd), magic, Offset{0}, kPlenty, LogConfig())
                  .code_or(ErrorCode::kNone),
              ErrorCode::kUnsupportedCompressionType);
    EXPECT_EQ(seen_in(converted(joined(three_to_convert().build(), zstd), magic)),
              the_three(magic));
  }
}
TEST(DownConversion, IsTheWayBackOfUpConversion) {
  for (const std::int8_t magic : {0, 1}) {
    for (const auto codec : {Compression::kNone, Compression::kGzip, Compression::kLz4}) {
      const LegacyMessageBuilder builder{.magic = magic, .timestamp = 1000};
      LegacyMessageBuilder second = builder;
      second.offset = 1;
      const Bytes plain = joined(builder.build("a", "1"), second.build(std::nullopt, "2"));
      const Bytes sent = codec == Compression::kNone ? plain : second.wrap(codec, plain);
      const auto batch = up_convert(sent, LogConfig(), 1000);
      ASSERT_TRUE(batch);
      EXPECT_EQ(seen_in(converted(*batch, magic)), seen_in(plain));
    }
  }
}
// What is stored was checked; whatever the bytes, there is an error or an end.
TEST(DownConversion, SurvivesAnyBytes) {
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = three_to_convert(static_cast<Compression>(i % 5)).build();
    for (int change = 0; change <= i % 4; ++change) {
      bytes[17 + random.below(bytes.size() - 17)] = static_cast<std::uint8_t>(random.below(256));
    }
    static_cast<void>(
        down_convert(bytes, static_cast<std::int8_t>(i % 2), Offset{5}, kPlenty, LogConfig()));
  }
}

}  // namespace
}  // namespace barnabas::log
