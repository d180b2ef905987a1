// What becomes of message sets of magic 0 and 1, and what is refused with which of Kafka's errors.

#include "broker/log/core/up_conversion.h"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/log/core/batch_validation.h"
#include "broker/log/core/timestamp_math.h"
#include "broker/protocol/record_batch.h"
#include "tests/unit/log/core/legacy_messages.h"

namespace barnabas::log {
namespace {

using protocol::Compression;
using protocol::RecordBatchView;
using Bytes = std::vector<std::uint8_t>;

constexpr Timestamp kProducedAt = 1'000'000;

Bytes vector_of(const std::string& name) {
  std::ifstream file(std::string(BARNABAS_LEGACY_VECTORS) + "/" + name + ".txt");
  std::string hex;
  file >> hex;
  EXPECT_FALSE(hex.empty()) << name;
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

struct Record {
  std::int32_t offset_delta;
  Timestamp timestamp;
  std::optional<std::string> key;
  std::optional<std::string> value;
  bool operator==(const Record&) const = default;
};

std::vector<Record> records_of(const RecordBatchView& batch) {
  std::vector<Record> records;
  Bytes storage;
  const auto bytes = protocol::records_of(batch, 10'000'000, storage);
  EXPECT_TRUE(bytes);
  protocol::RecordReader reader(batch, *bytes);
  protocol::RecordView record;
  const auto text = [](const std::optional<BytesView>& from) {
    return from ? std::optional<std::string>(as_text(*from)) : std::nullopt;
  };
  while (reader.next(record)) {
    records.push_back({record.offset_delta,
                       wrapping_add(batch.base_timestamp(), record.timestamp_delta),
                       text(record.key), text(record.value)});
    EXPECT_EQ(record.header_count, 0);
  }
  EXPECT_FALSE(reader.corrupt());
  return records;
}

class UpConversion : public ::testing::Test {
 protected:
  ErrorCode error_of(Bytes messages) {
    return validate_produced(messages, AppendOrigin::kClient, config, kProducedAt)
        .code_or(ErrorCode::kNone);
  }
  Bytes converted(const Bytes& messages) {
    auto batch = up_convert(messages, config, kProducedAt);
    EXPECT_TRUE(batch) << batch.error().detail;
    return batch ? *std::move(batch) : Bytes();
  }

  LogConfig config;
  LegacyMessageBuilder v0{.magic = 0};
  LegacyMessageBuilder v1{.timestamp = kProducedAt};
};

// ---- what Kafka's own classes wrote

constexpr struct {
  const char* name;
  Compression codec;
} kCodecs[] = {{"none", Compression::kNone},
               {"gzip", Compression::kGzip},
               {"snappy", Compression::kSnappy},
               {"lz4", Compression::kLz4}};

TEST_F(UpConversion, MessagesOfKafkasClientsBecomeTheBatchesThatKafkaMakes) {
  for (const std::string magic : {"0", "1"}) {
    const Bytes expected = vector_of("batch-of-magic-" + magic);
    EXPECT_EQ(converted(vector_of("magic-" + magic + "-none")), expected);
    const auto records = records_of(RecordBatchView(expected.data()));
    ASSERT_EQ(records.size(), 5u);
    EXPECT_EQ(records[2],
              (Record{2, magic == "0" ? kNoTimestamp : 1'000'020, "key-2", std::string(100, 'c')}));
    EXPECT_FALSE(records[1].key);
    EXPECT_FALSE(records[3].value);
    for (const auto& [name, codec] : kCodecs) {
      const Bytes bytes = converted(vector_of("magic-" + magic + "-" + name));
      const RecordBatchView batch(bytes.data());
      EXPECT_EQ(batch.size_bytes(), bytes.size());
      EXPECT_TRUE(batch.crc_matches());
      EXPECT_EQ(batch.codec(), static_cast<std::uint8_t>(codec)) << name;
      EXPECT_EQ(batch.last_offset_delta(), 4);
      EXPECT_EQ(batch.max_timestamp(), magic == "0" ? kNoTimestamp : 1'000'040);
      EXPECT_FALSE(batch.has_producer_id());
      EXPECT_EQ(batch.base_sequence(), protocol::kNoSequence);
      EXPECT_EQ(records_of(batch), records) << magic << " " << name;
    }
  }
}

// The time of the wrapper is that of its messages.
TEST_F(UpConversion, LogAppendTimeOfAWrapperIsThatOfItsMessages) {
  const Bytes bytes = converted(vector_of("magic-1-gzip-log-append-time"));
  EXPECT_FALSE(RecordBatchView(bytes.data()).has_log_append_time());
  for (const Record& record : records_of(RecordBatchView(bytes.data()))) {
    EXPECT_EQ(record.timestamp, 2'000'000);
  }
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  EXPECT_EQ(error_of(vector_of("magic-1-gzip-log-append-time")), ErrorCode::kInvalidTimestamp);
}

// ---- what is taken

TEST_F(UpConversion, CutLastMessageIsLeftOut) {
  const Bytes whole = v1.build("k", "v");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(converted(joined(whole, cut)), converted(whole)) << size;
    const Bytes wrapper = v1.wrap(Compression::kGzip, joined(whole, cut));
    EXPECT_EQ(converted(wrapper), converted(v1.wrap(Compression::kGzip, whole))) << size;
    EXPECT_EQ(error_of(cut), ErrorCode::kInvalidRecord) << size;
  }
}

TEST_F(UpConversion, InnerOffsetsAreGivenAnew) {
  LegacyMessageBuilder second = v1;
  second.offset = 77;
  LegacyMessageBuilder wrapper = v1;  // of offset 0, as some versions of librdkafka write it
  const Bytes inner = joined(v1.build("a", "1"), second.build("b", "2"));
  const auto records =
      records_of(RecordBatchView(converted(wrapper.wrap(Compression::kLz4, inner)).data()));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].offset_delta, 1);
  wrapper.offset = 77;
  EXPECT_EQ(error_of(wrapper.wrap(Compression::kLz4, inner)), ErrorCode::kNone);
  wrapper.offset = 76;
  EXPECT_EQ(error_of(wrapper.wrap(Compression::kLz4, inner)), ErrorCode::kInvalidRecord);
}

TEST_F(UpConversion, ConvertedBatchHasTheTopicsTimestampType) {
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  Bytes messages = v0.build("k", "v");
  const auto produced = validate_produced(messages, AppendOrigin::kClient, config, kProducedAt);
  ASSERT_TRUE(produced);
  EXPECT_EQ(produced->log_append_time, kProducedAt);
  EXPECT_TRUE(produced->batch.has_log_append_time());
  EXPECT_EQ(produced->batch.max_timestamp(), kProducedAt);
  EXPECT_TRUE(produced->batch.crc_matches());
}

TEST_F(UpConversion, TimestampsMayBeAsFarApartAsNumbersAre) {
  LegacyMessageBuilder last = v1;
  last.timestamp = std::numeric_limits<std::int64_t>::max();
  LegacyMessageBuilder none = v1;
  none.timestamp = kNoTimestamp;
  const Bytes bytes = converted(joined(none.build("k", "v"), last.build("k", "v")));
  EXPECT_EQ(RecordBatchView(bytes.data()).max_timestamp(), last.timestamp);
}

// ---- what is refused

TEST_F(UpConversion, WrongCrcIsCorrupt) {
  for (const auto& messages : {v0, v1}) {
    Bytes bytes = messages.build("k", "v");
    bytes.back() ^= 1;
    EXPECT_EQ(error_of(bytes), ErrorCode::kCorruptMessage);
    EXPECT_EQ(error_of(joined(messages.build("k", "v"), bytes)), ErrorCode::kCorruptMessage);
    EXPECT_EQ(error_of(messages.wrap(Compression::kSnappy, bytes)), ErrorCode::kCorruptMessage);
    Bytes wrapper = messages.wrap(Compression::kSnappy, messages.build("k", "v"));
    wrapper.back() ^= 1;
    EXPECT_EQ(error_of(wrapper), ErrorCode::kCorruptMessage);
  }
}

TEST_F(UpConversion, LengthThatCannotBeIsCorrupt) {
  const Bytes whole = v1.build("key", "value");
  for (const std::size_t at : {8u, 26u, 33u}) {  // of the message, the key and the value
    for (const std::int32_t size : {13, 1'000'000, std::numeric_limits<std::int32_t>::max()}) {
      if (at == 8 && size != 13) continue;  // the message is cut
      Bytes bytes = whole;
      store_be(bytes.data() + at, size);
      LegacyMessageBuilder::fix_crc(bytes);
      EXPECT_EQ(error_of(bytes), ErrorCode::kCorruptMessage) << at << " " << size;
      EXPECT_EQ(error_of(v1.wrap(Compression::kGzip, bytes)), ErrorCode::kCorruptMessage);
    }
  }
}

TEST_F(UpConversion, MoreThanOneMagicIsAnInvalidRecord) {
  const Bytes batch = protocol::RecordBatchBuilder().add(kProducedAt, "k", "v").build();
  const Bytes first = v0.build("k", "v");
  const Bytes second = v1.build("k", "v");
  EXPECT_EQ(error_of(joined(first, second)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(joined(first, batch)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(joined(batch, first)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v0.wrap(Compression::kGzip, second)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v1.wrap(Compression::kGzip, first)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v1.wrap(Compression::kGzip, batch)), ErrorCode::kInvalidRecord);
  Bytes unknown = second;
  unknown[16] = 3;
  EXPECT_EQ(error_of(joined(second, unknown)), ErrorCode::kCorruptMessage);
}

TEST_F(UpConversion, WrapperIsAloneAndHoldsPlainMessages) {
  const Bytes plain = v1.build("k", "v");
  const Bytes wrapper = v1.wrap(Compression::kGzip, plain);
  EXPECT_EQ(error_of(wrapper), ErrorCode::kNone);
  EXPECT_EQ(error_of(joined(wrapper, wrapper)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(joined(plain, wrapper)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(joined(wrapper, plain)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v1.wrap(Compression::kGzip, wrapper)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v1.wrap(Compression::kGzip, {})), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(v1.wrap(Compression::kZstd, plain)), ErrorCode::kInvalidRecord);
  LegacyMessageBuilder builder = v1;
  builder.attributes = static_cast<std::uint8_t>(Compression::kGzip);
  EXPECT_EQ(error_of(builder.build("k", std::nullopt)), ErrorCode::kInvalidRecord);
  EXPECT_EQ(error_of(builder.build("k", "no gzip")), ErrorCode::kCorruptMessage);
  builder.attributes = 5;
  EXPECT_EQ(error_of(builder.build("k", "v")), ErrorCode::kUnsupportedCompressionType);
}

TEST_F(UpConversion, CompactedTopicNeedsKeys) {
  config.compacted = true;
  for (const auto& messages : {v0, v1}) {
    EXPECT_EQ(error_of(messages.build("k", std::nullopt)), ErrorCode::kNone);
    const Bytes keyless = messages.build(std::nullopt, "v");
    EXPECT_EQ(error_of(keyless), ErrorCode::kInvalidRecord);
    EXPECT_EQ(error_of(messages.wrap(Compression::kGzip, keyless)), ErrorCode::kInvalidRecord);
  }
}

TEST_F(UpConversion, TimestampsOutsideTheLimitsAreInvalid) {
  config.message_timestamp_before_max_ms = 4;
  config.message_timestamp_after_max_ms = 6;
  const auto at = [this](Timestamp timestamp, bool wrapped) {
    LegacyMessageBuilder builder = v1;
    builder.timestamp = timestamp;
    const Bytes message = builder.build("k", "v");
    return error_of(wrapped ? v1.wrap(Compression::kGzip, message) : message);
  };
  for (const bool wrapped : {false, true}) {
    EXPECT_EQ(at(kProducedAt - 4, wrapped), ErrorCode::kNone);
    EXPECT_EQ(at(kProducedAt + 6, wrapped), ErrorCode::kNone);
    EXPECT_EQ(at(kNoTimestamp, wrapped), ErrorCode::kNone);
    EXPECT_EQ(at(kProducedAt - 5, wrapped), ErrorCode::kInvalidTimestamp);
    EXPECT_EQ(at(kProducedAt + 7, wrapped), ErrorCode::kInvalidTimestamp);
  }
  config = {};
  EXPECT_EQ(at(-2, false), ErrorCode::kInvalidTimestamp);
  EXPECT_EQ(error_of(v0.build("k", "v")), ErrorCode::kNone);
}

TEST_F(UpConversion, LogAppendTimeOfAClientIsRefusedOnALogAppendTimeTopic) {
  LegacyMessageBuilder builder = v1;
  builder.attributes = 0x08;
  EXPECT_EQ(error_of(builder.build("k", "v")), ErrorCode::kNone);
  config.message_timestamp_type = TimestampType::kLogAppendTime;
  EXPECT_EQ(error_of(builder.build("k", "v")), ErrorCode::kInvalidTimestamp);
}

TEST_F(UpConversion, SizeIsCheckedBeforeAndAfter) {
  const Bytes message = v0.build("k", std::string(100, 'x'));
  const auto size = static_cast<std::int32_t>(message.size());
  const auto batch = static_cast<std::int32_t>(converted(message).size());
  ASSERT_GT(batch, size);
  config.max_message_bytes = size - 1;
  EXPECT_EQ(error_of(message), ErrorCode::kMessageTooLarge);
  config.max_message_bytes = batch - 1;
  EXPECT_EQ(error_of(message), ErrorCode::kMessageTooLarge);
  config.max_message_bytes = batch;
  EXPECT_EQ(error_of(message), ErrorCode::kNone);
  config.segment_bytes = batch - 1;
  EXPECT_EQ(error_of(message), ErrorCode::kRecordListTooLarge);
}

// A megabyte that says it is far more than one: refused when the bound is reached.
TEST_F(UpConversion, BombIsRefused) {
  std::string zeros;
  zeros.resize(104857600);
  const Bytes bomb = v1.wrap(Compression::kGzip, v1.build("k", zeros));
  ASSERT_LT(bomb.size(), 200'000u);
  EXPECT_EQ(error_of(bomb), ErrorCode::kMessageTooLarge);
}
TEST_F(UpConversion, BoundOfWhatComesOutIsTheConfigurations) {
  const Bytes bomb = v1.wrap(Compression::kGzip, v1.build("k", std::string(1'000'000, '\0')));
  config.max_decompressed_bytes = 1'000'000;
  EXPECT_EQ(error_of(bomb), ErrorCode::kMessageTooLarge);
  config.max_decompressed_bytes = 1'000'100;
  EXPECT_EQ(error_of(bomb), ErrorCode::kNone);
}

// Whatever the bytes, with or without a right CRC: nothing outside them is read (ASan), and what is
// taken is a sound batch.
TEST_F(UpConversion, SurvivesAnyChangedBytes) {
  std::vector<Bytes> sources;
  for (const std::string magic : {"0", "1"}) {
    for (const auto& codec : kCodecs)
      sources.push_back(vector_of("magic-" + magic + "-" + codec.name));
  }
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed);
    Bytes bytes = sources[seed % sources.size()];
    for (std::uint64_t change = 0; change <= random.below(4); ++change) {
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
    }
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    if (bytes.size() > 16 && random.below(4) != 0) LegacyMessageBuilder::fix_crc(bytes);
    if (bytes.size() > 16 && bytes[16] > 1) continue;
    const auto batch = up_convert(bytes, config, kProducedAt);
    if (!batch) continue;
    const RecordBatchView view(batch->data());
    ASSERT_TRUE(view.crc_matches()) << seed;
    ASSERT_EQ(records_of(view).size(), static_cast<std::size_t>(view.record_count())) << seed;
  }
}

}  // namespace
}  // namespace barnabas::log
