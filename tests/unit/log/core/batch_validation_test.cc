// What a leader refuses from a producer, and with which of Kafka's errors.

#include "broker/log/core/batch_validation.h"

#include <gtest/gtest.h>

#include <functional>

#include "broker/base/random.h"

namespace barnabas::log {
namespace {

using protocol::MutableRecordBatchView;
using protocol::RecordBatchBuilder;
using protocol::RecordBatchView;
using Bytes = std::vector<std::uint8_t>;

constexpr Timestamp kValidatedAt = 1'000'000;

RecordBatchBuilder three_records() {
  RecordBatchBuilder builder;
  builder.add(kValidatedAt - 5, "a", "1")
      .add(kValidatedAt + 7, std::nullopt, "2")
      .add(kValidatedAt, "c", std::nullopt);
  return builder;
}

class BatchValidationTest : public ::testing::Test {
 protected:
  ErrorCode validate(Bytes& sent, AppendOrigin origin = AppendOrigin::kClient) {
    const auto result = validate_produced(sent, origin, config, kValidatedAt);
    if (result) log_append_time = result->log_append_time;
    return result.code_or(ErrorCode::kNone);
  }
  // Changes a sound batch, gives it a new CRC and validates it.
  ErrorCode validate_changed(const std::function<void(std::uint8_t*)>& change,
                             AppendOrigin origin = AppendOrigin::kClient) {
    bytes = three_records().build();
    change(bytes.data());
    MutableRecordBatchView(bytes.data()).update_crc();
    return validate(bytes, origin);
  }

  LogConfig config;
  Bytes bytes;
  Timestamp log_append_time = kNoTimestamp;
};

TEST_F(BatchValidationTest, SoundBatchIsTakenUnchanged) {
  bytes = three_records().build();
  const Bytes before = bytes;
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  EXPECT_EQ(bytes, before);
}

TEST_F(BatchValidationTest, NoWholeBatchIsAnInvalidRecord) {
  Bytes empty;
  EXPECT_EQ(validate(empty), ErrorCode::kInvalidRecord);
  bytes = three_records().build();
  bytes.pop_back();
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, MoreThanOneBatchIsAnInvalidRecord) {
  bytes = three_records().build();
  const Bytes again = bytes;
  bytes.insert(bytes.end(), again.begin(), again.end());
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, UnknownMagicIsAnInvalidRecord) {
  bytes = three_records().build();
  bytes[16] = 3;
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, LengthBelowTheHeaderIsCorrupt) {
  bytes = three_records().build();
  store_be(bytes.data() + 8, std::int32_t{48});
  EXPECT_EQ(validate(bytes), ErrorCode::kCorruptMessage);
  store_be(bytes.data() + 8, std::int32_t{-1});
  EXPECT_EQ(validate(bytes), ErrorCode::kCorruptMessage);
}

TEST_F(BatchValidationTest, WrongCrcIsCorrupt) {
  bytes = three_records().build();
  bytes.back() ^= 1;
  EXPECT_EQ(validate(bytes), ErrorCode::kCorruptMessage);
}

TEST_F(BatchValidationTest, ClientsBaseOffsetMustBeZero) {
  bytes = three_records().build();
  MutableRecordBatchView(bytes.data()).set_base_offset(Offset(1));
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidRecord);
  EXPECT_EQ(validate(bytes, AppendOrigin::kCoordinator), ErrorCode::kNone);
}

TEST_F(BatchValidationTest, BatchAboveMaxMessageBytesIsTooLarge) {
  bytes = three_records().build();
  config.max_message_bytes = static_cast<std::int32_t>(bytes.size());
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  config.max_message_bytes = static_cast<std::int32_t>(bytes.size()) - 1;
  EXPECT_EQ(validate(bytes), ErrorCode::kMessageTooLarge);
}

TEST_F(BatchValidationTest, BatchAboveSegmentBytesIsRecordListTooLarge) {
  bytes = three_records().build();
  config.segment_bytes = static_cast<std::int64_t>(bytes.size()) - 1;
  EXPECT_EQ(validate(bytes), ErrorCode::kRecordListTooLarge);
}

TEST_F(BatchValidationTest, RecordCountMustSpanTheOffsets) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { store_be(at + 57, std::int32_t{2}); }),
            ErrorCode::kInvalidRecord);
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { store_be(at + 23, std::int32_t{3}); }),
            ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, DeclaredRecordsMustBeThere) {
  const auto declare = [](std::int32_t count) {
    return [count](std::uint8_t* at) {
      store_be(at + 57, count);
      store_be(at + 23, count - 1);
    };
  };
  EXPECT_EQ(validate_changed(declare(4)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(validate_changed(declare(2)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(validate_changed(declare(0)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(validate_changed(declare(-5)), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, OffsetDeltasMustBeContiguous) {
  // Byte 61 is the length of the first record; then attributes, timestamp delta, offset delta.
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { at[64] = 2; }), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, ClientsMayNotWriteControlRecords) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { at[22] |= 0x20; }), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, ProducerIdNeedsASequence) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { store_be(at + 43, std::int64_t{5}); }),
            ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, TransactionalBatchNeedsAProducerId) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { at[22] |= 0x10; }), ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, UnknownCodecIsUnsupported) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) { at[22] |= 5; }),
            ErrorCode::kUnsupportedCompressionType);
}

TEST_F(BatchValidationTest, CompressedBatchIsTakenByHeaderAndCrc) {
  EXPECT_EQ(validate_changed([](std::uint8_t* at) {
              at[22] |= 4;
              at[61] = 0x28;  // no record any more
            }),
            ErrorCode::kNone);
  EXPECT_EQ(validate_changed([](std::uint8_t* at) {
              at[22] |= 4;
              store_be(at + 57, std::int32_t{2});
            }),
            ErrorCode::kInvalidRecord);
}

TEST_F(BatchValidationTest, CompactedTopicNeedsKeys) {
  config.compacted = true;
  bytes = three_records().build();
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidRecord);
  bytes = RecordBatchBuilder().add(kValidatedAt, "k", "v").build();
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
}

TEST_F(BatchValidationTest, TimestampsOutsideTheLimitsAreInvalid) {
  bytes = three_records().build();
  config.message_timestamp_before_max_ms = 5;
  config.message_timestamp_after_max_ms = 7;
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  config.message_timestamp_before_max_ms = 4;
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidTimestamp);
  config.message_timestamp_before_max_ms = 5;
  config.message_timestamp_after_max_ms = 6;
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidTimestamp);
}

TEST_F(BatchValidationTest, MissingTimestampIsAccepted) {
  config.message_timestamp_before_max_ms = 0;
  bytes = RecordBatchBuilder().add(kNoTimestamp, "k", "v").build();
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
}

TEST_F(BatchValidationTest, MaxTimestampIsMadeExact) {
  bytes = three_records().build();
  store_be(bytes.data() + 35, kValidatedAt + 999);
  MutableRecordBatchView(bytes.data()).update_crc();
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  const RecordBatchView batch(bytes.data());
  EXPECT_EQ(batch.max_timestamp(), kValidatedAt + 7);
  EXPECT_TRUE(batch.crc_matches());
}

TEST_F(BatchValidationTest, LogAppendTimeTopicStampsTheBatch) {
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  bytes = three_records().build();
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  const RecordBatchView batch(bytes.data());
  EXPECT_TRUE(batch.has_log_append_time());
  EXPECT_EQ(batch.max_timestamp(), kValidatedAt);
  EXPECT_EQ(log_append_time, kValidatedAt);
  EXPECT_TRUE(batch.crc_matches());
}

TEST_F(BatchValidationTest, ClientsLogAppendTimeIsRefusedOnALogAppendTimeTopic) {
  auto builder = three_records();
  builder.log_append_time = true;
  bytes = builder.build();
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidTimestamp);
}

TEST_F(BatchValidationTest, ClientsLogAppendTimeIsRewrittenOnACreateTimeTopic) {
  auto builder = three_records();
  builder.log_append_time = true;
  bytes = builder.build();
  EXPECT_EQ(validate(bytes), ErrorCode::kNone);
  EXPECT_FALSE(RecordBatchView(bytes.data()).has_log_append_time());
  EXPECT_TRUE(RecordBatchView(bytes.data()).crc_matches());
}

TEST_F(BatchValidationTest, LogAppendTimeWithoutATimestampIsRefused) {
  auto builder = RecordBatchBuilder().add(kNoTimestamp, "k", "v");
  builder.log_append_time = true;
  bytes = builder.build();
  EXPECT_EQ(validate(bytes), ErrorCode::kInvalidTimestamp);
}

TEST_F(BatchValidationTest, CutBatchAfterTheFirstIsLeftOut) {
  bytes = three_records().build();
  const Bytes cut(bytes.begin(), bytes.begin() + 40);
  const std::size_t size = bytes.size();
  bytes.insert(bytes.end(), cut.begin(), cut.end());
  const auto result = validate_produced(bytes, AppendOrigin::kClient, config, kValidatedAt);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->batch.size_bytes(), size);
}

// What strangers send: no byte of a batch may be changed, with or without a matching CRC, into
// something that reads outside it (ASan) or is taken with other records than it declares.
TEST_F(BatchValidationTest, SurvivesAnyChangedBytes) {
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    bytes = three_records().build();
    const std::size_t changes = 1 + random.below(4);
    for (std::size_t i = 0; i < changes; ++i) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
    }
    if (RecordBatchView(bytes.data()).size_bytes() == bytes.size()) {
      MutableRecordBatchView(bytes.data()).update_crc();
    }
    const auto result = validate_produced(bytes, AppendOrigin::kClient, config, kValidatedAt);
    if (!result || result->batch.is_compressed()) continue;
    protocol::RecordReader reader(result->batch);
    protocol::RecordView record;
    int count = 0;
    while (reader.next(record)) ++count;
    ASSERT_FALSE(reader.corrupt()) << seed;
    ASSERT_EQ(count, result->batch.last_offset_delta() + 1) << seed;
  }
}

Bytes replicated(std::int64_t offset) {
  auto builder = three_records();
  builder.base_offset = Offset(offset);
  return builder.build();
}

Bytes join(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

TEST(ReplicatedBatches, WholeBatchesAreKeptAndACutOneLeftOut) {
  const Bytes two = join(replicated(0), replicated(10));
  Bytes sent = join(two, replicated(20));
  sent.pop_back();
  const auto kept = validate_replicated(sent);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), two.size());
  EXPECT_TRUE(validate_replicated({})->empty());
}

TEST(ReplicatedBatches, OffsetsThatDoNotRiseAreCorrupt) {
  EXPECT_EQ(validate_replicated(join(replicated(10), replicated(12))).code_or(ErrorCode::kNone),
            ErrorCode::kCorruptMessage);
  EXPECT_EQ(validate_replicated(join(replicated(10), replicated(0))).code_or(ErrorCode::kNone),
            ErrorCode::kCorruptMessage);
}

TEST(ReplicatedBatches, WrongCrcIsCorrupt) {
  Bytes sent = join(replicated(0), replicated(10));
  sent.back() ^= 1;
  EXPECT_EQ(validate_replicated(sent).code_or(ErrorCode::kNone), ErrorCode::kCorruptMessage);
}

TEST(ReplicatedBatches, LegacyMagicIsUnsupported) {
  Bytes sent = replicated(0);
  sent[16] = 1;
  EXPECT_EQ(validate_replicated(sent).code_or(ErrorCode::kNone),
            ErrorCode::kUnsupportedForMessageFormat);
}

}  // namespace
}  // namespace barnabas::log
