#include "admin/error_text.h"

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

TEST(ErrorText, ExceptionsAreCalledAsInJava) {
  const std::string package = "org.apache.kafka.common.errors.";
  EXPECT_EQ(exception_name(ErrorCode::kTopicAlreadyExists), package + "TopicExistsException");
  EXPECT_EQ(exception_name(ErrorCode::kUnknownTopicOrPartition),
            package + "UnknownTopicOrPartitionException");
  EXPECT_EQ(exception_name(ErrorCode::kRequestTimedOut), package + "TimeoutException");
  EXPECT_EQ(exception_name(ErrorCode::kInvalidReplicationFactor),
            package + "InvalidReplicationFactorException");
}

TEST(ErrorText, BrokersMessageRanksAboveTheDefault) {
  EXPECT_EQ(broker_error(ErrorCode::kInvalidPartitions, "own words").detail, "own words");
  EXPECT_EQ(broker_error(ErrorCode::kUnknownTopicOrPartition, std::nullopt).detail,
            "This server does not host this topic-partition.");
  EXPECT_EQ(default_message(ErrorCode::kFencedInstanceId), "FENCED_INSTANCE_ID");
}

}  // namespace
}  // namespace barnabas::admin
