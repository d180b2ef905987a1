// The expected orders were printed by java.util.HashMap and HashSet (OpenJDK 17).
#include "admin/java_hash.h"
#include "broker/protocol/java_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace barnabas::admin {
namespace {

using testing::ElementsAre;

std::vector<std::string> ordered(std::vector<std::string> names,
                                 std::size_t table_size = kJavaDefaultCapacity) {
  return in_java_hash_order(std::move(names), protocol::java_hash_code, table_size);
}

TEST(JavaHash, HashesAreJavas) {
  EXPECT_EQ(java_partition_hash({"first", PartitionId(0)}), 97441393);
  EXPECT_EQ(java_partition_hash({"first", PartitionId(1)}), 97441424);
  EXPECT_EQ(java_partition_hash({"a", PartitionId(1)}), 1089);
}

TEST(JavaHash, MapThatHasGrownIteratesAsJavas) {
  EXPECT_THAT(ordered({"cleanup.policy", "compression.type", "delete.retention.ms",
                       "file.delete.delay.ms", "flush.messages", "flush.ms", "index.interval.bytes",
                       "max.message.bytes", "min.insync.replicas", "preallocate", "retention.bytes",
                       "retention.ms", "segment.bytes", "segment.ms"}),
              ElementsAre("compression.type", "file.delete.delay.ms", "max.message.bytes",
                          "min.insync.replicas", "preallocate", "index.interval.bytes",
                          "delete.retention.ms", "retention.bytes", "cleanup.policy", "flush.ms",
                          "retention.ms", "segment.bytes", "segment.ms", "flush.messages"));
}

TEST(JavaHash, MapOfAGivenCapacityIteratesAsJavas) {
  EXPECT_THAT(ordered({"a", "b", "q", "r", "first", "second"}, java_table_size_for(3)),
              ElementsAre("a", "q", "b", "r", "first", "second"));
}

TEST(JavaHash, TableSizesAreJavas) {
  EXPECT_EQ(java_table_size_for(0), 1U);
  EXPECT_EQ(java_table_size_for(3), 4U);
  EXPECT_EQ(java_table_size_for(16), 16U);
  EXPECT_EQ(java_table_size_for(17), 32U);
  EXPECT_EQ(java_copy_table_size(3), 8U);
  EXPECT_EQ(java_copy_table_size(12), 32U);
}

TEST(JavaHash, NothingIsNothing) {
  EXPECT_TRUE(ordered({}).empty());
  EXPECT_TRUE(ordered({}, java_table_size_for(0)).empty());
}

}  // namespace
}  // namespace barnabas::admin
