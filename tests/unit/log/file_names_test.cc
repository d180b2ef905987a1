#include "broker/log/file_names.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

TEST(FileNames, OffsetsHaveTwentyDigits) {
  EXPECT_EQ(segment_file(Offset(0), ".log"), "00000000000000000000.log");
  EXPECT_EQ(segment_file(Offset(9223372036854775807), ".index"), "09223372036854775807.index");
  EXPECT_EQ(offset_of_file("00000000000000000042.timeindex"), Offset(42));
  EXPECT_EQ(offset_of_file("00000000000000000042.log.deleted"), Offset(42));
}

TEST(FileNames, OtherNamesHaveNoOffset) {
  for (const char* name :
       {"leader-epoch-checkpoint", "42.log", "0000000000000000004x.log", "-0000000000000000042.log",
        "99999999999999999999.log", "00000000000000000042", ""}) {
    EXPECT_FALSE(offset_of_file(name)) << name;
  }
}

TEST(FileNames, PartitionFollowsTheLastDash) {
  const auto tp = parse_partition_directory("a-b.c_d-17");
  ASSERT_TRUE(tp);
  EXPECT_EQ(tp->topic, "a-b.c_d");
  EXPECT_EQ(tp->partition, PartitionId(17));
  for (const char* name : {"nodash", "t-", "-1", "t-x", "t-1x", "t-99999999999"}) {
    EXPECT_FALSE(parse_partition_directory(name)) << name;
  }
}

TEST(FileNames, DeleteDirectoryIsCutToTwoHundredFiftyFive) {
  Random random(1);
  const Uuid id = Uuid::random(random);
  const TopicPartition tp{std::string(249, 't'), PartitionId(123)};
  const std::string name = delete_directory(tp, id);
  EXPECT_EQ(name.size(), 255u);
  EXPECT_TRUE(name.ends_with("-delete"));
  EXPECT_NE(name.find("-123."), std::string::npos);
  EXPECT_EQ(delete_directory({"t", PartitionId(0)}, Uuid{}),
            "t-0.00000000000000000000000000000000-delete");
}

}  // namespace
}  // namespace barnabas::log
