#include "admin/record_decoder.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace barnabas::admin {
namespace {

using Records = RecordDecoder::Records;

// A version, a string and what follows.
std::string transaction_key(std::string_view id) {
  return std::string(3, '\0') + static_cast<char>(id.size()) + std::string(id);
}

TEST(RecordDecoder, ClassesByTheirNewAndOldNames) {
  EXPECT_EQ(field_decoder("org.apache.kafka.tools.api.LongDecoder"), FieldDecoder::kLong);
  EXPECT_EQ(field_decoder("kafka.serializer.IntegerDecoder"), FieldDecoder::kInteger);
  EXPECT_EQ(field_decoder_warning("org.apache.kafka.tools.api.LongDecoder"), std::nullopt);
  EXPECT_EQ(field_decoder_warning("kafka.serializer.LongDecoder"),
            "kafka.serializer.LongDecoder is deprecated. Please use "
            "org.apache.kafka.tools.api.LongDecoder instead");
  EXPECT_THROW(field_decoder("com.example.Decoder"), std::runtime_error);
}

TEST(RecordDecoder, PlainKeysAndValues) {
  const RecordDecoder decoder{.key = FieldDecoder::kInteger};
  const auto decoded = decoder.decode(0, as_bytes(std::string_view("\0\0\1\0", 4)), as_bytes("v"));
  EXPECT_EQ(decoded.key, "256");
  EXPECT_EQ(decoded.payload, "v");
  EXPECT_EQ(decoder.decode(0, std::nullopt, std::nullopt).key, std::nullopt);
  EXPECT_THROW(decoder.decode(0, as_bytes("abc"), std::nullopt), std::runtime_error);
}

TEST(RecordDecoder, OffsetsOfOtherKindsAndBrokenOnesAreSkippedWithAReason) {
  const RecordDecoder decoder{.records = Records::kConsumerOffsets};
  const auto newer = decoder.decode(7, as_bytes(std::string_view("\0\x9", 2)), std::nullopt);
  EXPECT_EQ(newer.key, "Unknown record type 9 at offset 7, skipping.");
  EXPECT_EQ(newer.payload, std::nullopt);
  const auto broken = decoder.decode(7, as_bytes(std::string_view("\0\1\0", 3)), std::nullopt);
  EXPECT_TRUE(broken.key->starts_with("Error at offset 7, skipping. ")) << *broken.key;
  EXPECT_THROW(decoder.decode(7, std::nullopt, std::nullopt), std::runtime_error);
}

TEST(RecordDecoder, ADeletedGroup) {
  const RecordDecoder decoder{.records = Records::kConsumerOffsets};
  const auto decoded = decoder.decode(0, as_bytes(std::string_view("\0\2\0\1g", 5)), std::nullopt);
  EXPECT_EQ(decoded.key, R"({"type":"2","data":{"group":"g"}})");
  EXPECT_EQ(decoded.payload, "<DELETE>");
}

TEST(RecordDecoder, TransactionState) {
  const RecordDecoder decoder{.records = Records::kTransactionState};
  const std::string key = transaction_key("tx");
  EXPECT_EQ(decoder.decode(0, as_bytes(key), std::nullopt).payload, "<DELETE>");
  std::string value(37, '\0');  // version 0: producer 0, state Empty, null partitions
  value.replace(17, 4, "\xff\xff\xff\xff");
  const auto decoded = decoder.decode(0, as_bytes(key), as_bytes(value));
  EXPECT_EQ(decoded.key, "transaction_metadata::transactionalId=tx");
  EXPECT_EQ(decoded.payload,
            "producerId:0,producerEpoch:0,state=Empty,partitions=[],txnLastUpdateTimestamp=0,"
            "txnTimeoutMs=0");
  EXPECT_EQ(decoder.decode(0, as_bytes(std::string_view("\0\5", 2)), std::nullopt).key,
            "unknown::version=5");
}

}  // namespace
}  // namespace barnabas::admin
