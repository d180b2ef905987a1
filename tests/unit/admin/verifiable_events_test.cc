#include "admin/verifiable_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

using testing::StartsWith;

const TopicPartition kPartition{"t", PartitionId(2)};

// Without the time.
std::string text(const JsonLine& line) {
  const std::string whole = line.str();
  EXPECT_THAT(whole, StartsWith("{\"timestamp\":"));
  return whole.substr(whole.find(','));
}

TEST(VerifiableEvents, Producers) {
  EXPECT_EQ(text(event("startup_complete")), ",\"name\":\"startup_complete\"}");
  EXPECT_EQ(
      text(send_success({std::nullopt, "0"}, kPartition, 10)),
      ",\"name\":\"producer_send_success\",\"key\":null,\"value\":\"0\",\"offset\":10,\"topic\":"
      "\"t\",\"partition\":2}");
  EXPECT_EQ(text(send_error({"1", "5.0"}, "b@d", "X", "a \"b\"\n\x01")),
            ",\"name\":\"producer_send_error\",\"topic\":\"b@d\",\"key\":\"1\",\"value\":\"5.0\","
            "\"exception\":\"class X\",\"message\":\"a \\\"b\\\"\\n\\u0001\"}");
  EXPECT_EQ(text(tool_data(3, 2, -1, 6.5)),
            ",\"name\":\"tool_data\",\"sent\":3,\"acked\":2,\"target_throughput\":-1,"
            "\"avg_throughput\":6.5}");
  EXPECT_EQ(text(tool_data(1, 0, 5, 0)),
            ",\"name\":\"tool_data\",\"sent\":1,\"acked\":0,\"target_throughput\":5,"
            "\"avg_throughput\":0.0}");
}

TEST(VerifiableEvents, Consumers) {
  EXPECT_EQ(text(partitions_event("partitions_assigned", {kPartition, {"t", PartitionId(3)}})),
            ",\"name\":\"partitions_assigned\",\"partitions\":[{\"topic\":\"t\",\"partition\":2},"
            "{\"topic\":\"t\",\"partition\":3}]}");
  EXPECT_EQ(text(partitions_event("partitions_revoked", {})),
            ",\"name\":\"partitions_revoked\",\"partitions\":[]}");
  const std::vector<ConsumedRange> ranges{{kPartition, 5, 0, 4}};
  EXPECT_EQ(text(records_consumed(10, ranges)),
            ",\"name\":\"records_consumed\",\"count\":10,\"partitions\":[{\"topic\":\"t\","
            "\"partition\":2,\"count\":5,\"minOffset\":0,\"maxOffset\":4}]}");
  EXPECT_EQ(
      text(record_data(std::nullopt, "v", kPartition, 7)),
      ",\"name\":\"record_data\",\"key\":null,\"value\":\"v\",\"topic\":\"t\",\"partition\":2,"
      "\"offset\":7}");
  EXPECT_EQ(text(offsets_committed(ranges, std::nullopt)),
            ",\"name\":\"offsets_committed\",\"offsets\":[{\"topic\":\"t\",\"partition\":2,"
            "\"offset\":5}],\"success\":true}");
  EXPECT_EQ(text(offsets_committed(ranges, "why")),
            ",\"name\":\"offsets_committed\",\"offsets\":[{\"topic\":\"t\",\"partition\":2,"
            "\"offset\":5}],\"error\":\"why\",\"success\":false}");
}

}  // namespace
}  // namespace barnabas::admin
