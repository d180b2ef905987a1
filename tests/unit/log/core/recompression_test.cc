// Batches that must be opened: stored in another codec, with keys or timestamps to be looked at;
// and what a client is told of single records.
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "broker/log/core/batch_validation.h"
#include "broker/log/core/record_errors.h"
#include "broker/protocol/compression.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/core/legacy_messages.h"

namespace barnabas::log {
namespace {

using protocol::Compression;
using protocol::RecordBatchBuilder;
using protocol::RecordBatchView;

constexpr Timestamp kAppendedAt = 1'000'000;
constexpr Compression kAllCodecs[] = {Compression::kNone, Compression::kGzip, Compression::kSnappy,
                                      Compression::kLz4, Compression::kZstd};

class Recompression : public ::testing::Test {
 protected:
  using Bytes = std::vector<std::uint8_t>;

  RecordBatchBuilder two_records(Compression codec) {
    RecordBatchBuilder builder;
    builder.codec = codec;
    builder.producer_id = ProducerId{7};
    builder.producer_epoch = ProducerEpoch{1};
    builder.base_sequence = 3;
    builder.transactional = true;
    builder.add(kAppendedAt - 5, "a", std::string(500, 'x'), {{"header", "h"}});
    builder.add(kAppendedAt - 9, std::nullopt, "2");
    return builder;
  }
  Result<ProducedBatch> validate(AppendOrigin origin = AppendOrigin::kClient) {
    return validate_produced(sent, origin, config, kAppendedAt);
  }
  ErrorCode error() { return validate().code_or(ErrorCode::kNone); }
  static std::string text_of_records(const RecordBatchView& batch) {
    Bytes storage;
    const auto records = protocol::records_of(batch, 1 << 20, storage);
    EXPECT_TRUE(records);
    return std::string(as_text(*records));
  }

  LogConfig config;
  Bytes sent;
};

TEST_F(Recompression, StoresEveryCodecInEveryOther) {
  for (const auto from : kAllCodecs) {
    for (const auto to : kAllCodecs) {
      sent = two_records(from).build();
      const std::string records = text_of_records(RecordBatchView(sent.data()));
      config.compression = to;
      const auto produced = validate();
      ASSERT_TRUE(produced) << produced.error().detail;
      const RecordBatchView batch = produced->batch;
      EXPECT_EQ(batch.codec(), static_cast<std::uint8_t>(to));
      EXPECT_TRUE(batch.crc_matches());
      EXPECT_EQ(produced->made == nullptr, from == to);
      EXPECT_EQ(text_of_records(batch), records);
      EXPECT_EQ(batch.producer_id(), ProducerId{7});
      EXPECT_EQ(batch.base_sequence(), 3);
      EXPECT_TRUE(batch.is_transactional());
      EXPECT_EQ(batch.record_count(), 2);
      EXPECT_EQ(batch.last_offset_delta(), 1);
      EXPECT_EQ(batch.max_timestamp(), kAppendedAt - 5);
    }
  }
}
TEST_F(Recompression, KeepsTheProducersCodecWithoutOneOfTheTopic) {
  for (const auto codec : kAllCodecs) {
    sent = two_records(codec).build();
    const auto before = sent;
    const auto produced = validate();
    ASSERT_TRUE(produced);
    EXPECT_EQ(produced->batch.data(), sent.data());
    EXPECT_EQ(sent, before);
  }
}
TEST_F(Recompression, StampsLogAppendTime) {
  config.compression = Compression::kZstd;
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  sent = two_records(Compression::kGzip).build();
  const auto produced = validate();
  ASSERT_TRUE(produced);
  EXPECT_TRUE(produced->batch.has_log_append_time());
  EXPECT_EQ(produced->batch.max_timestamp(), kAppendedAt);
  EXPECT_TRUE(produced->batch.crc_matches());
}
TEST_F(Recompression, TakesTheLevelOfTheTopic) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  const auto size_at = [&](Compression codec, protocol::CompressionLevels levels) {
    config.compression = codec;
    config.compression_levels = levels;
    sent = RecordBatchBuilder().add(kAppendedAt, "k", text).build();
    const auto produced = validate();
    EXPECT_TRUE(produced);
    return produced->batch.size_bytes();
  };
  EXPECT_GT(size_at(Compression::kGzip, {.gzip = 1}), size_at(Compression::kGzip, {.gzip = 9}));
  EXPECT_GT(size_at(Compression::kLz4, {.lz4 = 9}), size_at(Compression::kLz4, {.lz4 = 12}));
  EXPECT_GT(size_at(Compression::kZstd, {.zstd = -50}), size_at(Compression::kZstd, {.zstd = 3}));
  for (const int level : {1, 2, 17}) {
    EXPECT_GT(size_at(Compression::kLz4, {.lz4 = level}), 0u);
  }
}
TEST_F(Recompression, ConvertsMessageSetsToTheCodecOfTheTopic) {
  config.compression = Compression::kLz4;
  sent = LegacyMessageBuilder{.timestamp = kAppendedAt}.build("k", std::string(200, 'x'));
  const auto produced = validate();
  ASSERT_TRUE(produced);
  EXPECT_EQ(produced->batch.codec(), static_cast<std::uint8_t>(Compression::kLz4));
}
TEST_F(Recompression, LeavesMarkersAlone) {
  config.compression = Compression::kGzip;
  RecordBatchBuilder builder;
  builder.control = true;
  builder.add(kAppendedAt, std::string_view("\0\0\0\1", 4), std::string_view("\0\0\0\0\0\0", 6));
  sent = builder.build();
  const auto produced = validate(AppendOrigin::kCoordinator);
  ASSERT_TRUE(produced);
  EXPECT_FALSE(produced->batch.is_compressed());
}
TEST_F(Recompression, OfABatchThatBecomesTooLargeIsRefused) {
  config.compression = Compression::kNone;
  config.max_message_bytes = 300;
  sent = two_records(Compression::kGzip).build();
  ASSERT_LT(sent.size(), 300u);
  EXPECT_EQ(error(), ErrorCode::kMessageTooLarge);
}
TEST_F(Recompression, OfWhatIsNotInItsCodecIsCorrupt) {
  for (const auto codec : kAllCodecs) {
    if (codec == Compression::kNone) continue;
    config.compression = Compression::kNone;
    sent = two_records(codec).build();
    sent[protocol::kBatchOverhead] ^= 0x55;
    sent[protocol::kBatchOverhead + 2] ^= 0x55;
    protocol::MutableRecordBatchView(sent.data()).update_crc();
    EXPECT_NE(error(), ErrorCode::kNone);
  }
}
TEST_F(Recompression, OpensABatchForTheKeysOfACompactedTopic) {
  config.compacted = true;
  for (const auto codec : kAllCodecs) {
    sent = two_records(codec).build();
    EXPECT_EQ(error(), ErrorCode::kInvalidRecord);
    RecordBatchBuilder keyed;
    keyed.codec = codec;
    sent = keyed.add(kAppendedAt, "k", "v").build();
    EXPECT_EQ(error(), ErrorCode::kNone);
  }
}
// The header says nothing of records in the middle.
TEST_F(Recompression, OpensABatchForTimestampLimits) {
  config.message_timestamp_before_max_ms = 100;
  for (const auto codec : kAllCodecs) {
    RecordBatchBuilder builder;
    builder.codec = codec;
    builder.add(kAppendedAt, "a", "1").add(kAppendedAt - 101, "b", "2").add(kAppendedAt, "c", "3");
    sent = builder.build();
    EXPECT_EQ(error(), ErrorCode::kInvalidTimestamp);
    sent = two_records(codec).build();
    EXPECT_EQ(error(), ErrorCode::kNone);
  }
}

// ---- what is told of single records

class RecordErrors : public Recompression {
 protected:
  std::vector<RecordError> errors() {
    return record_errors(sent, {"t", PartitionId{3}}, config, kAppendedAt);
  }
};

TEST_F(RecordErrors, NameTheRecordsWithoutAKey) {
  config.compacted = true;
  for (const auto codec : kAllCodecs) {
    sent = two_records(codec).build();
    const auto found = errors();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 1);
    EXPECT_EQ(found[0].error, ErrorCode::kInvalidRecord);
    EXPECT_EQ(found[0].message,
              "Compacted topic cannot accept message without key in topic partition t-3");
    EXPECT_EQ(summary_of(found),
              "One or more records have been rejected due to 1 record errors in total, and only "
              "showing the first three errors at most: [RecordError(batchIndex=1, "
              "message='Compacted topic cannot accept message without key in topic partition "
              "t-3')]");
  }
}
TEST_F(RecordErrors, NameTheRecordsOutOfTheTimestampLimits) {
  config.message_timestamp_before_max_ms = 8;
  config.message_timestamp_after_max_ms = 1;
  sent = two_records(Compression::kGzip).build();
  const auto found = errors();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].error, ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(found[0].message,
            "Timestamp 999991 of message with offset 1 is out of range. The timestamp should be "
            "within [999992, 1000001]");
  EXPECT_EQ(summary_of(found), "One or more records have been rejected due to invalid timestamp");
}
TEST_F(RecordErrors, AreNoneWhereSomethingElseIsWrong) {
  sent = two_records(Compression::kNone).build();
  EXPECT_TRUE(errors().empty());
  sent.pop_back();
  EXPECT_TRUE(errors().empty());
  sent.clear();
  EXPECT_TRUE(errors().empty());
}

}  // namespace
}  // namespace barnabas::log
