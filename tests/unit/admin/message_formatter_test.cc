#include "admin/message_formatter.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

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
                    std::string_view class_name = kDefault) {
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

TEST(MessageFormatter, DeserializersThatShowTextOfTheirOwn) {
  const auto shown = [](std::string_view type, std::string_view value) {
    ConsumedRecord of = record();
    of.value = value;
    return printed({{"value.deserializer", "org.apache.kafka.common.serialization." +
                                               std::string(type) + "Deserializer"}},
                   of);
  };
  EXPECT_EQ(shown("Boolean", std::string_view("\1", 1)), "true\n");
  EXPECT_THROW(shown("Boolean", "tr"), std::runtime_error);
  EXPECT_EQ(shown("UUID", "0123ABCD-0000-4000-8000-000000000001"),
            "0123abcd-0000-4000-8000-000000000001\n");
  EXPECT_THROW(shown("UUID", "no uuid"), std::runtime_error);
  EXPECT_EQ(shown("Bytes", std::string_view("a\\\n\xff", 4)), "a\\x5C\\x0A\\xFF\n");
  EXPECT_EQ(shown("Double", std::string_view("\x40\x59\0\0\0\0\0\0", 8)), "100.0\n");
}

TEST(MessageFormatter, RecordsOfInternalTopicsByTheNewNamesOfTheirFormattersAndTheOld) {
  ConsumedRecord of = record();
  of.key = std::string_view("\0\1\0\1g\0\1t\0\0\0\7", 12);
  of.value = std::nullopt;
  const std::string package = "org.apache.kafka.tools.consumer.";
  const std::string old = "kafka.coordinator.group.GroupMetadataManager$";
  EXPECT_EQ(printed({}, of, package + "OffsetsMessageFormatter"),
            R"({"key":{"version":1,"data":{"group":"g","topic":"t","partition":7}},"value":null})");
  EXPECT_EQ(printed({}, of, old + "OffsetsMessageFormatter"), "[g,t,7]::NULL\n");
  EXPECT_EQ(printed({}, of, package + "GroupMetadataMessageFormatter"), "");
  EXPECT_EQ(printed({}, of, old + "GroupMetadataMessageFormatter"), "");
  EXPECT_EQ(printed({}, of, package + "TransactionLogMessageFormatter"),
            R"({"key":{"version":1,"data":"unknown"},"value":null})");
}

}  // namespace
}  // namespace barnabas::admin
