#include "admin/offset_query.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

namespace barnabas::admin {
namespace {

bool selects(const PartitionSelection& selection, const std::string& topic,
             std::int32_t partition) {
  return selection.matches({topic, PartitionId(partition)});
}

TEST(OffsetQuery, TimeIsANameOrANumber) {
  EXPECT_EQ(parse_offset_time("latest"), -1);
  EXPECT_EQ(parse_offset_time("earliest"), -2);
  EXPECT_EQ(parse_offset_time("max-timestamp"), -3);
  EXPECT_EQ(parse_offset_time("earliest-local"), -4);
  EXPECT_EQ(parse_offset_time("latest-tiered"), -5);
  EXPECT_EQ(parse_offset_time("-2"), -2);
  EXPECT_EQ(parse_offset_time("1700000000000"), 1700000000000);
  EXPECT_THROW(parse_offset_time("now"), std::runtime_error);
}

TEST(OffsetQuery, WithoutOptionsEveryPartitionIsMeant) {
  const auto all = PartitionSelection::from_topic(std::nullopt, std::nullopt);
  EXPECT_TRUE(all.may_match("t"));
  EXPECT_TRUE(selects(all, "t", 7));
}

TEST(OffsetQuery, TopicIsAnExpressionAndPartitionsAreASet) {
  const auto some = PartitionSelection::from_topic("t.*", "0,3");
  EXPECT_TRUE(selects(some, "topic", 0));
  EXPECT_TRUE(selects(some, "topic", 3));
  EXPECT_FALSE(selects(some, "topic", 1));
  EXPECT_FALSE(some.may_match("other"));
  EXPECT_THROW(PartitionSelection::from_topic("t", "0,x"), std::runtime_error);
}

TEST(OffsetQuery, PatternsNameTopicsAndRangesWithoutTheirEnd) {
  const auto some = PartitionSelection::from_patterns("a:1,b:0-2,c,d:5-,:7-8");
  EXPECT_TRUE(selects(some, "a", 1));
  EXPECT_FALSE(selects(some, "a", 0));
  EXPECT_TRUE(selects(some, "b", 1));
  EXPECT_FALSE(selects(some, "b", 2));
  EXPECT_TRUE(selects(some, "c", 99));
  EXPECT_FALSE(selects(some, "d", 4));
  EXPECT_TRUE(selects(some, "d", 5));
  EXPECT_TRUE(selects(some, "whatever", 7));
  EXPECT_FALSE(selects(some, "whatever", 8));
}

TEST(OffsetQuery, PatternOfAnotherShapeIsRefused) {
  EXPECT_THROW(PartitionSelection::from_patterns("t:x"), std::runtime_error);
  EXPECT_THROW(PartitionSelection::from_patterns("t:1:2"), std::runtime_error);
  EXPECT_THROW(PartitionSelection::from_patterns("t:99999999999"), std::runtime_error);
}

}  // namespace
}  // namespace barnabas::admin
