#include "admin/topic_filter.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

TEST(TopicFilter, WholeNameHasToMatch) {
  EXPECT_TRUE(TopicFilter("first").matches("first"));
  EXPECT_FALSE(TopicFilter("first").matches("first2"));
  EXPECT_TRUE(TopicFilter("fir.*").matches("first2"));
}

TEST(TopicFilter, CommaSeparatesAlternatives) {
  const TopicFilter filter("a, b");
  EXPECT_TRUE(filter.matches("a"));
  EXPECT_TRUE(filter.matches("b"));
  EXPECT_FALSE(filter.matches("ab"));
}

TEST(TopicFilter, QuotesAroundAreDropped) {
  EXPECT_TRUE(TopicFilter("\"test\\.topic\"").matches("test.topic"));
  EXPECT_FALSE(TopicFilter("'test\\.topic'").matches("test-topic"));
}

TEST(TopicFilter, InvalidExpressionIsNamed) {
  try {
    TopicFilter filter("a(b");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "a(b is an invalid regex.");
  }
}

TEST(TopicNames, InternalOnesAndThoseThatCollide) {
  EXPECT_TRUE(is_internal_topic("__consumer_offsets"));
  EXPECT_TRUE(is_internal_topic("__transaction_state"));
  EXPECT_FALSE(is_internal_topic("__mine"));
  EXPECT_TRUE(has_collision_chars("a.b"));
  EXPECT_TRUE(has_collision_chars("a_b"));
  EXPECT_FALSE(has_collision_chars("a-b"));
}

}  // namespace
}  // namespace barnabas::admin
