#include "admin/message_formatter.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace barnabas::admin {
namespace {

constexpr const char* kDefault = "org.apache.kafka.tools.consumer.DefaultMessageFormatter";

ConsumedRecord record() {
  ConsumedRecord record;
  record.partition = 2;
  record.offset = 17;
  record.timestamp_kind = TimestampKind::kCreateTime;
  record.timestamp_ms = 1234;
  record.key = "k";
  record.value = "v";
  record.headers = {{"h1", "a"}, {"h2", std::nullopt}};
  return record;
}

std::string printed(const config::Properties& properties, const ConsumedRecord& of = record(),
                    const char* class_name = kDefault) {
  std::string out;
  MessageFormatter(class_name, properties).format(of, out);
  return out;
}

TEST(MessageFormatter, ValueAloneByDefault) {
  EXPECT_EQ(printed({}), "v\n");
}

TEST(MessageFormatter, EverythingInKafkasOrder) {
  EXPECT_EQ(printed({{"print.timestamp", "true"},
                     {"print.partition", "true"},
                     {"print.offset", "true"},
                     {"print.headers", "true"},
                     {"print.key", "true"}}),
            "CreateTime:1234\tPartition:2\tOffset:17\th1:a,h2:null\tk\tv\n");
}

TEST(MessageFormatter, LastPartEndsTheLine) {
  EXPECT_EQ(printed({{"print.key", "true"}, {"print.value", "false"}}), "k\n");
  EXPECT_EQ(printed({{"print.offset", "true"}, {"print.value", "false"}}), "Offset:17\n");
  EXPECT_EQ(printed({{"print.value", "false"}}), "");
}

TEST(MessageFormatter, NullsAndMissingThings) {
  ConsumedRecord bare;
  EXPECT_EQ(printed({{"print.timestamp", "true"}, {"print.headers", "true"}, {"print.key", "true"}},
                    bare),
            "NO_TIMESTAMP\tNO_HEADERS\tnull\tnull\n");
  EXPECT_EQ(printed({{"null.literal", "-"}}, bare), "-\n");
}

TEST(MessageFormatter, SeparatorsMayBeChosen) {
  EXPECT_EQ(printed({{"print.key", "true"},
                     {"print.headers", "true"},
                     {"key.separator", "|"},
                     {"headers.separator", ";"},
                     {"line.separator", "\r\n"}}),
            "h1:a;h2:null|k|v\r\n");
}

TEST(MessageFormatter, DeserializersReadBigEndianNumbers) {
  ConsumedRecord of = record();
  const std::string five("\0\0\0\0\0\0\0\5", 8);
  of.value = five;
  const config::Properties properties{
      {"value.deserializer", "org.apache.kafka.common.serialization.LongDeserializer"}};
  EXPECT_EQ(printed(properties, of), "5\n");
  of.value = "short";
  EXPECT_THROW(printed(properties, of), std::runtime_error);
}

TEST(MessageFormatter, OtherFormatters) {
  EXPECT_EQ(printed({}, record(), "org.apache.kafka.tools.consumer.NoOpMessageFormatter"), "");
  EXPECT_EQ(printed({}, record(), "org.apache.kafka.tools.consumer.LoggingMessageFormatter"),
            "v\n");
  EXPECT_THROW(printed({}, record(), "my.own.Formatter"), std::runtime_error);
}

}  // namespace
}  // namespace barnabas::admin
