#include "admin/error_text.h"

#include <fmt/format.h>

#include <cctype>
#include <map>

namespace barnabas::admin {

std::string exception_name(ErrorCode code) {
  // Where the class is not the code's name in another spelling.
  static const std::map<ErrorCode, std::string_view> kIrregular{
      {ErrorCode::kUnknownServerError, "UnknownServerException"},
      {ErrorCode::kRequestTimedOut, "TimeoutException"},
      {ErrorCode::kTopicAlreadyExists, "TopicExistsException"},
      {ErrorCode::kInvalidTopicException, "InvalidTopicException"},
      {ErrorCode::kInvalidConfig, "InvalidConfigurationException"},
      {ErrorCode::kKafkaStorageError, "KafkaStorageException"},
      {ErrorCode::kTopicAuthorizationFailed, "TopicAuthorizationException"},
      {ErrorCode::kGroupAuthorizationFailed, "GroupAuthorizationException"},
      {ErrorCode::kClusterAuthorizationFailed, "ClusterAuthorizationException"},
      {ErrorCode::kMessageTooLarge, "RecordTooLargeException"},
      {ErrorCode::kRecordListTooLarge, "RecordBatchTooLargeException"},
      {ErrorCode::kCorruptMessage, "CorruptRecordException"},
      {ErrorCode::kNetworkException, "NetworkException"},
      {ErrorCode::kNonEmptyGroup, "GroupNotEmptyException"},
      {ErrorCode::kOffsetMetadataTooLarge, "OffsetMetadataTooLarge"},
  };
  std::string name;
  if (const auto irregular = kIrregular.find(code); irregular != kIrregular.end()) {
    name = irregular->second;
  } else {
    bool start = true;
    for (const char c : error_name(code)) {
      if (c == '_') {
        start = true;
        continue;
      }
      name += start ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      start = false;
    }
    name += "Exception";
  }
  return "org.apache.kafka.common.errors." + name;
}

std::string default_message(ErrorCode code) {
  static const std::map<ErrorCode, std::string_view> kMessages{
      {ErrorCode::kUnknownServerError,
       "The server experienced an unexpected error when processing the request."},
      {ErrorCode::kOffsetOutOfRange,
       "The requested offset is not within the range of offsets maintained by the server."},
      {ErrorCode::kUnknownTopicOrPartition, "This server does not host this topic-partition."},
      {ErrorCode::kPolicyViolation, "Request parameters do not satisfy the configured policy."},
      {ErrorCode::kKafkaStorageError, "Disk error when trying to access log file on the disk."},
      {ErrorCode::kLeaderNotAvailable,
       "There is no leader for this topic-partition as we are in the middle of a leadership "
       "election."},
      {ErrorCode::kRequestTimedOut, "The request timed out."},
      {ErrorCode::kNetworkException, "The server disconnected before a response was received."},
      {ErrorCode::kTopicAuthorizationFailed, "Topic authorization failed."},
      {ErrorCode::kClusterAuthorizationFailed, "Cluster authorization failed."},
      {ErrorCode::kUnsupportedVersion, "The version of API is not supported."},
      {ErrorCode::kTopicAlreadyExists, "Topic with this name already exists."},
      {ErrorCode::kInvalidPartitions, "Number of partitions is below 1."},
      {ErrorCode::kInvalidReplicationFactor,
       "Replication factor is below 1 or larger than the number of available brokers."},
      {ErrorCode::kInvalidReplicaAssignment, "Replica assignment is invalid."},
      {ErrorCode::kInvalidConfig, "Configuration is invalid."},
      {ErrorCode::kNotController, "This is not the correct controller for this cluster."},
      {ErrorCode::kInvalidTopicException,
       "The request attempted to perform an operation on an invalid topic."},
      {ErrorCode::kTopicDeletionDisabled, "Topic deletion is disabled."},
      {ErrorCode::kPreferredLeaderNotAvailable, "The preferred leader was not available."},
      {ErrorCode::kEligibleLeadersNotAvailable,
       "Eligible topic partition leaders are not available."},
      {ErrorCode::kElectionNotNeeded, "Leader election not needed for topic partition."},
      {ErrorCode::kUnknownTopicId, "This server does not host this topic ID."},
      {ErrorCode::kGroupAuthorizationFailed, "Group authorization failed."},
      {ErrorCode::kInvalidGroupId, "The configured groupId is invalid."},
      {ErrorCode::kNonEmptyGroup, "The group is not empty."},
      {ErrorCode::kGroupIdNotFound, "The group id does not exist."},
      {ErrorCode::kGroupSubscribedToTopic,
       "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed "
       "to it."},
      {ErrorCode::kUnknownMemberId, "The coordinator is not aware of this member."},
      {ErrorCode::kOffsetMetadataTooLarge,
       "The metadata field of the offset request was too large."},
      {ErrorCode::kInvalidCommitOffsetSize, "The committing offset data size is not valid."},
      {ErrorCode::kUnsupportedForMessageFormat,
       "The message format version on the broker does not support the request."},
  };
  const auto known = kMessages.find(code);
  return std::string(known != kMessages.end() ? known->second : error_name(code));
}

std::string execution_error(const Error& error) {
  return fmt::format("{}: {}", exception_name(error.code), error.detail);
}

Error broker_error(ErrorCode code, const std::optional<std::string_view>& message) {
  return {code, message ? std::string(*message) : default_message(code)};
}

}  // namespace barnabas::admin
