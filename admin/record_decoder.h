// How kafka-dump-log shows the key and the value of a record: as text or numbers, or as what the
// records of Kafka's internal topics mean.
//
// Threads  immutable.
// Failure  std::runtime_error: the record is not what it is to be read as.
// Source   Kafka 3.9, DumpLogSegments.scala, TransactionLog.scala
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/bytes.h"

namespace barnabas::admin {

// Kafka's Decoder classes.
enum class FieldDecoder { kString, kLong, kInteger, kBytes };

// By the class's name, the deprecated ones of kafka.serializer, too. Throws for any other.
FieldDecoder field_decoder(std::string_view class_name);
// What to say of a deprecated one; nullopt: it is not.
std::optional<std::string> field_decoder_warning(std::string_view class_name);

struct RecordDecoder {
  enum class Records { kPlain, kConsumerOffsets, kTransactionState };
  struct Decoded {
    std::optional<std::string> key;
    std::optional<std::string> payload;
  };

  Records records = Records::kPlain;
  FieldDecoder key = FieldDecoder::kString;
  FieldDecoder value = FieldDecoder::kString;

  Decoded decode(std::int64_t offset, const std::optional<BytesView>& key_bytes,
                 const std::optional<BytesView>& value_bytes) const;
};

}  // namespace barnabas::admin
