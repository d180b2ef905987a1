#include "admin/message_formatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <map>
#include <regex>
#include <stdexcept>

#include "admin/client_properties.h"
#include "admin/java_text.h"
#include "admin/tool.h"
#include "admin/tool_log.h"
#include "broker/base/bytes.h"

namespace barnabas::admin {
namespace {

FieldType field_type(const config::Properties& properties, std::string_view key) {
  static const std::map<std::string_view, FieldType> kTypes{
      {"StringDeserializer", FieldType::kText},     {"ByteArrayDeserializer", FieldType::kText},
      {"BytesDeserializer", FieldType::kBytes},     {"ShortDeserializer", FieldType::kShort},
      {"BooleanDeserializer", FieldType::kBoolean}, {"UUIDDeserializer", FieldType::kUuid},
      {"IntegerDeserializer", FieldType::kInteger}, {"LongDeserializer", FieldType::kLong},
      {"FloatDeserializer", FieldType::kFloat},     {"DoubleDeserializer", FieldType::kDouble},
  };
  constexpr std::string_view kPackage = "org.apache.kafka.common.serialization.";
  const auto found = properties.find(key);
  if (found == properties.end()) return FieldType::kText;
  std::string_view name = found->second;
  if (name.starts_with(kPackage)) {
    const auto type = kTypes.find(name.substr(kPackage.size()));
    if (type != kTypes.end()) return type->second;
  }
  log_tool_error(fmt::format("Unable to instantiate a deserializer from {}", name),
                 "org.apache.kafka.tools.consumer.DefaultMessageFormatter");
  return FieldType::kText;
}

template <typename T>
T number(std::string_view bytes) {
  if (bytes.size() != sizeof(T)) {
    throw std::runtime_error(
        fmt::format("Size of data received by the deserializer is not {}", sizeof(T)));
  }
  return load_be<T>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
}

std::string boolean_text(std::string_view bytes) {
  if (bytes.size() != 1) {
    throw std::runtime_error("Size of data received by BooleanDeserializer is not 1");
  }
  if (static_cast<unsigned char>(bytes[0]) > 1) {
    throw std::runtime_error(fmt::format("Unexpected byte received by BooleanDeserializer: {}",
                                         static_cast<int>(bytes[0])));
  }
  return bytes[0] == 1 ? "true" : "false";
}

std::string uuid_text(std::string_view text) {
  static const std::regex kShape("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  if (!std::regex_match(text.begin(), text.end(), kShape)) {
    throw std::runtime_error("Error parsing data into UUID");
  }
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// As Kafka's Bytes shows itself.
std::string escaped_bytes(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      out += static_cast<char>(c);
    } else {
      out += fmt::format("\\x{:02X}", c);
    }
  }
  return out;
}

std::string_view short_class_name(std::string_view class_name) {
  return class_name.substr(class_name.find_last_of(".$") + 1);
}

}  // namespace

MessageFormatter::MessageFormatter(std::string_view class_name,
                                   const config::Properties& properties) {
  const std::string_view name = short_class_name(class_name);
  if (class_name.starts_with("kafka.")) {
    fmt::print(
        stderr,
        "WARNING: {} is deprecated and will be removed in the next major release. Please use "
        "org.apache.kafka.tools.consumer.{} instead\n",
        class_name, name);
  }
  internal_ = InternalRecordFormatter::of_class(class_name);
  if (internal_) return;
  if (!class_name.starts_with("kafka.tools.") &&
      !class_name.starts_with("org.apache.kafka.tools.consumer.")) {
    throw UsageError(std::string(class_name));
  }
  silent_ = name == "NoOpMessageFormatter";
  if (!silent_ && name != "DefaultMessageFormatter" && name != "LoggingMessageFormatter") {
    throw UsageError(std::string(class_name));
  }

  const auto flag = [&](std::string_view key, bool& into) {
    if (properties.contains(key)) into = is_true(properties, key);
  };
  flag("print.timestamp", print_timestamp_);
  flag("print.key", print_key_);
  flag("print.offset", print_offset_);
  flag("print.partition", print_partition_);
  flag("print.headers", print_headers_);
  flag("print.value", print_value_);
  const auto text = [&](std::string_view key, std::string& into) {
    const auto found = properties.find(key);
    if (found != properties.end()) into = found->second;
  };
  text("key.separator", key_separator_);
  text("line.separator", line_separator_);
  text("headers.separator", headers_separator_);
  text("null.literal", null_literal_);
  key_type_ = field_type(properties, "key.deserializer");
  value_type_ = field_type(properties, "value.deserializer");
  headers_type_ = field_type(properties, "headers.deserializer");
}

void MessageFormatter::append_field(FieldType type, const std::optional<std::string_view>& bytes,
                                    std::string& out) const {
  const std::string_view shown = bytes ? *bytes : std::string_view(null_literal_);
  if (!bytes || type == FieldType::kText) {
    out += shown;
    return;
  }
  auto into = std::back_inserter(out);
  switch (type) {
    case FieldType::kShort:
      fmt::format_to(into, "{}", number<std::int16_t>(shown));
      break;
    case FieldType::kInteger:
      fmt::format_to(into, "{}", number<std::int32_t>(shown));
      break;
    case FieldType::kLong:
      fmt::format_to(into, "{}", number<std::int64_t>(shown));
      break;
    case FieldType::kFloat:
      out += java_real(std::bit_cast<float>(number<std::int32_t>(shown)));
      break;
    case FieldType::kDouble:
      out += java_real(std::bit_cast<double>(number<std::int64_t>(shown)));
      break;
    case FieldType::kBoolean:
      out += boolean_text(shown);
      break;
    case FieldType::kUuid:
      out += uuid_text(shown);
      break;
    case FieldType::kBytes:
      out += escaped_bytes(shown);
      break;
    case FieldType::kText:
      break;
  }
}

void MessageFormatter::format(const ConsumedRecord& record, std::string& out) const {
  if (silent_) return;
  if (internal_) {
    internal_->format(record.key, record.value, out);
    return;
  }
  // A separator follows each part; after the last one it is the line's.
  const auto end_part = [&](bool more) { out += more ? key_separator_ : line_separator_; };
  if (print_timestamp_) {
    switch (record.timestamp_kind) {
      case TimestampKind::kNone:
        out += "NO_TIMESTAMP";
        break;
      case TimestampKind::kCreateTime:
        out += fmt::format("CreateTime:{}", record.timestamp_ms);
        break;
      case TimestampKind::kLogAppendTime:
        out += fmt::format("LogAppendTime:{}", record.timestamp_ms);
        break;
    }
    end_part(print_offset_ || print_partition_ || print_headers_ || print_key_ || print_value_);
  }
  if (print_partition_) {
    out += fmt::format("Partition:{}", record.partition);
    end_part(print_offset_ || print_headers_ || print_key_ || print_value_);
  }
  if (print_offset_) {
    out += fmt::format("Offset:{}", record.offset);
    end_part(print_headers_ || print_key_ || print_value_);
  }
  if (print_headers_) {
    if (record.headers.empty()) out += "NO_HEADERS";
    for (std::size_t i = 0; i < record.headers.size(); ++i) {
      if (i > 0) out += headers_separator_;
      out += record.headers[i].first;
      out += ':';
      append_field(headers_type_, record.headers[i].second, out);
    }
    end_part(print_key_ || print_value_);
  }
  if (print_key_) {
    append_field(key_type_, record.key, out);
    end_part(print_value_);
  }
  if (print_value_) {
    append_field(value_type_, record.value, out);
    out += line_separator_;
  }
}

}  // namespace barnabas::admin
