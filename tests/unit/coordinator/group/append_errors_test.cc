#include "broker/coordinator/group/core/append_errors.h"

#include <gtest/gtest.h>

namespace barnabas::group {
namespace {

using enum ErrorCode;

TEST(AppendErrors, OfAnUnavailableLogAreOfTheCoordinatorForBoth) {
  for (const ErrorCode error :
       {kUnknownTopicOrPartition, kNotEnoughReplicas, kNotEnoughReplicasAfterAppend}) {
    EXPECT_EQ(group_store_error(error), kCoordinatorNotAvailable) << error_name(error);
    EXPECT_EQ(offset_commit_error(error), kCoordinatorNotAvailable) << error_name(error);
  }
  for (const ErrorCode error : {kNotLeaderOrFollower, kKafkaStorageError}) {
    EXPECT_EQ(group_store_error(error), kNotCoordinator) << error_name(error);
    EXPECT_EQ(offset_commit_error(error), kNotCoordinator) << error_name(error);
  }
}
TEST(AppendErrors, OfSizeAreUnknownToMembersAndOfTheCommitToCommitters) {
  for (const ErrorCode error : {kMessageTooLarge, kRecordListTooLarge, kInvalidFetchSize}) {
    EXPECT_EQ(group_store_error(error), kUnknownServerError) << error_name(error);
    EXPECT_EQ(offset_commit_error(error), kInvalidCommitOffsetSize) << error_name(error);
  }
}
TEST(AppendErrors, TimeoutLetsMembersRejoinAndCommittersKnow) {
  EXPECT_EQ(group_store_error(kRequestTimedOut), kRebalanceInProgress);
  EXPECT_EQ(offset_commit_error(kRequestTimedOut), kRequestTimedOut);
}
TEST(AppendErrors, UnverifiedTransactionIsTriedAgain) {
  EXPECT_EQ(offset_commit_error(kNetworkException), kCoordinatorLoadInProgress);
}
TEST(AppendErrors, OthersAndNoneArePassedOn) {
  for (const ErrorCode error : {kNone, kCorruptMessage, kInvalidTxnState, kUnknownServerError}) {
    EXPECT_EQ(group_store_error(error), error) << error_name(error);
    EXPECT_EQ(offset_commit_error(error), error) << error_name(error);
  }
}

}  // namespace
}  // namespace barnabas::group
