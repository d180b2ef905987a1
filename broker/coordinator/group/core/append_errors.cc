#include "broker/coordinator/group/core/append_errors.h"

#include <optional>

namespace barnabas::group {
namespace {

std::optional<ErrorCode> of_the_coordinator(ErrorCode log_error) {
  switch (log_error) {
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kNotEnoughReplicas:
    case ErrorCode::kNotEnoughReplicasAfterAppend:
      return ErrorCode::kCoordinatorNotAvailable;
    case ErrorCode::kNotLeaderOrFollower:
    case ErrorCode::kKafkaStorageError:
      return ErrorCode::kNotCoordinator;
    default:
      return std::nullopt;
  }
}

bool is_of_size(ErrorCode log_error) {
  return log_error == ErrorCode::kMessageTooLarge || log_error == ErrorCode::kRecordListTooLarge ||
         log_error == ErrorCode::kInvalidFetchSize;
}

}  // namespace

ErrorCode group_store_error(ErrorCode log_error) {
  if (const auto error = of_the_coordinator(log_error)) return *error;
  if (log_error == ErrorCode::kRequestTimedOut) return ErrorCode::kRebalanceInProgress;
  return is_of_size(log_error) ? ErrorCode::kUnknownServerError : log_error;
}

ErrorCode offset_commit_error(ErrorCode log_error) {
  // A transaction that could not be verified: clients try again without looking for a coordinator.
  if (log_error == ErrorCode::kNetworkException) return ErrorCode::kCoordinatorLoadInProgress;
  if (const auto error = of_the_coordinator(log_error)) return *error;
  return is_of_size(log_error) ? ErrorCode::kInvalidCommitOffsetSize : log_error;
}

}  // namespace barnabas::group
