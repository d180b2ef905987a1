#include "admin/partition_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;

std::string refused_list(const char* json) {
  try {
    parse_partition_list(json);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(PartitionList, TopicsAndPartitions) {
  EXPECT_THAT(
      parse_partition_list(R"({"version":1,"partitions":
      [{"topic":"foo","partition":1},{"topic":"bar","partition":0,"x":null}]})"),
      ElementsAre(TopicPartition{"foo", PartitionId(1)}, TopicPartition{"bar", PartitionId(0)}));
}

TEST(PartitionList, MistakesAreTold) {
  EXPECT_EQ(refused_list("not json"), "Replica election data is empty");
  EXPECT_EQ(refused_list("{}"), "Replica election data is missing \"partitions\" field");
  EXPECT_EQ(
      refused_list(R"({"partitions":[{"topic":"t","partition":0},{"topic":"t","partition":0}]})"),
      "Replica election data contains duplicate partitions: [t-0]");
  for (const char* json :
       {R"({"partitions":[{"topic":"t"}]})", R"({"partitions":[{"topic":1,"partition":0}]})",
        R"({"partitions":[{"topic":"t","partition":0.5}]})", R"({"partitions":[3]})"}) {
    EXPECT_NE(refused_list(json), "") << json;
  }
}

TEST(PartitionList, MissingFileIsNamed) {
  EXPECT_THROW(read_partition_list("no/such/file.json"), std::runtime_error);
}

}  // namespace
}  // namespace barnabas::admin
