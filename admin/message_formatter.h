// How kafka-console-consumer prints a record.
//
//   CreateTime:<ms> Partition:<p> Offset:<o> <headers> <key> <value>
//
// what is switched on of it, joined by key.separator.
// Threads  immutable.
// Failure  the constructor throws UsageError where it does not know the class.
// Source   Kafka 3.9, DefaultMessageFormatter.java
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/internal_record_formatter.h"
#include "config/properties.h"

namespace barnabas::admin {

enum class TimestampKind { kNone, kCreateTime, kLogAppendTime };

struct ConsumedRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  TimestampKind timestamp_kind = TimestampKind::kNone;
  std::int64_t timestamp_ms = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> headers;
};

// How the bytes of a field are read; the name is that of Java's deserializer.
enum class FieldType { kText, kBoolean, kShort, kInteger, kLong, kFloat, kDouble, kUuid, kBytes };

class MessageFormatter {
 public:
  // `class_name`: --formatter; `properties`: --property, --formatter-config and the deserializers.
  MessageFormatter(std::string_view class_name, const config::Properties& properties);

  // Appends the text of one record. Error: a field's size is not that of its type.
  void format(const ConsumedRecord& record, std::string& out) const;

 private:
  void append_field(FieldType type, const std::optional<std::string_view>& bytes,
                    std::string& out) const;

  // Fixed at construction
  bool silent_ = false;
  std::optional<InternalRecordFormatter> internal_;
  bool print_timestamp_ = false;
  bool print_partition_ = false;
  bool print_offset_ = false;
  bool print_headers_ = false;
  bool print_key_ = false;
  bool print_value_ = true;
  std::string key_separator_ = "\t";
  std::string line_separator_ = "\n";
  std::string headers_separator_ = ",";
  std::string null_literal_ = "null";
  FieldType key_type_ = FieldType::kText;
  FieldType value_type_ = FieldType::kText;
  FieldType headers_type_ = FieldType::kText;
};

}  // namespace barnabas::admin
