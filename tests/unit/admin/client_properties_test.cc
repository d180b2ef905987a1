#include "admin/client_properties.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using Setting = std::optional<std::pair<std::string, std::string>>;

TEST(ClientProperties, NamesThatDifferAreTranslated) {
  EXPECT_EQ(to_librdkafka("linger.ms", "5"), Setting({"linger.ms", "5"}));
  EXPECT_EQ(to_librdkafka("send.buffer.bytes", "9"), Setting({"socket.send.buffer.bytes", "9"}));
}

TEST(ClientProperties, BufferMemoryIsCountedInKilobytes) {
  EXPECT_EQ(to_librdkafka("buffer.memory", "33554432"),
            Setting({"queue.buffering.max.kbytes", "32768"}));
  EXPECT_EQ(to_librdkafka("buffer.memory", "10"), Setting({"queue.buffering.max.kbytes", "1"}));
}

TEST(ClientProperties, WhatJavaTakesAndLibrdkafkaDoesNotIsTheNearestThatItTakes) {
  EXPECT_EQ(to_librdkafka("send.buffer.bytes", "-1"), Setting({"socket.send.buffer.bytes", "0"}));
  EXPECT_EQ(to_librdkafka("connections.max.idle.ms", "-1"),
            Setting({"connections.max.idle.ms", "0"}));
  EXPECT_EQ(to_librdkafka("batch.size", "0"), Setting({"batch.size", "1"}));
  EXPECT_EQ(to_librdkafka("fetch.max.bytes", "2147483647"),
            Setting({"fetch.max.bytes", "2147483135"}));
  EXPECT_EQ(to_librdkafka("max.poll.interval.ms", " 2147483647 "),
            Setting({"max.poll.interval.ms", "86400000"}));
  // Refused by both, so librdkafka is to see it.
  EXPECT_EQ(to_librdkafka("batch.size", "-2"), Setting({"batch.size", "-2"}));
  EXPECT_EQ(to_librdkafka("batch.size", "many"), Setting({"batch.size", "many"}));
}

TEST(ClientProperties, WhatBelongsToTlsAndSaslIsLeftOverInAFileForPlaintext) {
  EXPECT_EQ(to_librdkafka("sasl.jaas.config", "left.over required;"), std::nullopt);
  EXPECT_EQ(to_librdkafka("ssl.truststore.location", "/left/over"), std::nullopt);
}

TEST(ClientProperties, WhatOnlyAJvmNeedsIsDropped) {
  EXPECT_EQ(to_librdkafka("key.serializer", "x"), std::nullopt);
  EXPECT_EQ(to_librdkafka("interceptor.classes", "x"), std::nullopt);
}

TEST(ClientProperties, AssignorsAreNamedAsLibrdkafkaDoes) {
  EXPECT_EQ(to_librdkafka("partition.assignment.strategy",
                          "org.apache.kafka.clients.consumer.RangeAssignor, "
                          "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
            Setting({"partition.assignment.strategy", "range,cooperative-sticky"}));
  EXPECT_THROW(to_librdkafka("partition.assignment.strategy",
                             "org.apache.kafka.clients.consumer.StickyAssignor"),
               std::runtime_error);
}

TEST(ClientProperties, ResetPoliciesAreKafkasThree) {
  EXPECT_EQ(to_librdkafka("auto.offset.reset", "none"), Setting({"auto.offset.reset", "error"}));
  EXPECT_EQ(to_librdkafka("auto.offset.reset", "earliest"),
            Setting({"auto.offset.reset", "earliest"}));
  EXPECT_THROW(to_librdkafka("auto.offset.reset", "smallest"), std::runtime_error);
}

TEST(ClientProperties, OnlyTheClassicGroupProtocol) {
  EXPECT_EQ(to_librdkafka("group.protocol", "CLASSIC"), std::nullopt);
  EXPECT_THROW(to_librdkafka("group.protocol", "consumer"), std::runtime_error);
}

TEST(ClientProperties, AProducerWaitsForATopicAsLongAsMaxBlockMsSays) {
  EXPECT_EQ(max_block({}), std::chrono::milliseconds(60000));
  EXPECT_EQ(max_block({{"max.block.ms", " 1500 "}}), std::chrono::milliseconds(1500));
  for (const char* bad : {"-1", "soon"}) {
    EXPECT_THROW(max_block({{"max.block.ms", bad}}), std::runtime_error);
  }
}

TEST(ClientProperties, TruthIgnoresCaseAndBlanks) {
  EXPECT_TRUE(is_true({{"a", " True "}}, "a"));
  EXPECT_FALSE(is_true({{"a", "yes"}}, "a"));
  EXPECT_FALSE(is_true({}, "a"));
}

}  // namespace
}  // namespace barnabas::admin
