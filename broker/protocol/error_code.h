// Kafka's error codes: the one table. Source: Errors.java of Kafka 3.9.
//
// One vocabulary from the log to the wire: what a Result carries is what a client is told.
#pragma once

#include <cstdint>
#include <string_view>

#include "broker/base/result.h"

namespace barnabas {

// X(code on the wire, Kafka's name, our constant, retriable)
#define BARNABAS_ERROR_CODES(X)                                                            \
  X(-1, UNKNOWN_SERVER_ERROR, kUnknownServerError, false)                                  \
  X(0, NONE, kNone, false)                                                                 \
  X(1, OFFSET_OUT_OF_RANGE, kOffsetOutOfRange, false)                                      \
  X(2, CORRUPT_MESSAGE, kCorruptMessage, true)                                             \
  X(3, UNKNOWN_TOPIC_OR_PARTITION, kUnknownTopicOrPartition, true)                         \
  X(4, INVALID_FETCH_SIZE, kInvalidFetchSize, false)                                       \
  X(5, LEADER_NOT_AVAILABLE, kLeaderNotAvailable, true)                                    \
  X(6, NOT_LEADER_OR_FOLLOWER, kNotLeaderOrFollower, true)                                 \
  X(7, REQUEST_TIMED_OUT, kRequestTimedOut, true)                                          \
  X(8, BROKER_NOT_AVAILABLE, kBrokerNotAvailable, false)                                   \
  X(9, REPLICA_NOT_AVAILABLE, kReplicaNotAvailable, true)                                  \
  X(10, MESSAGE_TOO_LARGE, kMessageTooLarge, false)                                        \
  X(11, STALE_CONTROLLER_EPOCH, kStaleControllerEpoch, false)                              \
  X(12, OFFSET_METADATA_TOO_LARGE, kOffsetMetadataTooLarge, false)                         \
  X(13, NETWORK_EXCEPTION, kNetworkException, true)                                        \
  X(14, COORDINATOR_LOAD_IN_PROGRESS, kCoordinatorLoadInProgress, true)                    \
  X(15, COORDINATOR_NOT_AVAILABLE, kCoordinatorNotAvailable, true)                         \
  X(16, NOT_COORDINATOR, kNotCoordinator, true)                                            \
  X(17, INVALID_TOPIC_EXCEPTION, kInvalidTopicException, false)                            \
  X(18, RECORD_LIST_TOO_LARGE, kRecordListTooLarge, false)                                 \
  X(19, NOT_ENOUGH_REPLICAS, kNotEnoughReplicas, true)                                     \
  X(20, NOT_ENOUGH_REPLICAS_AFTER_APPEND, kNotEnoughReplicasAfterAppend, true)             \
  X(21, INVALID_REQUIRED_ACKS, kInvalidRequiredAcks, false)                                \
  X(22, ILLEGAL_GENERATION, kIllegalGeneration, false)                                     \
  X(23, INCONSISTENT_GROUP_PROTOCOL, kInconsistentGroupProtocol, false)                    \
  X(24, INVALID_GROUP_ID, kInvalidGroupId, false)                                          \
  X(25, UNKNOWN_MEMBER_ID, kUnknownMemberId, false)                                        \
  X(26, INVALID_SESSION_TIMEOUT, kInvalidSessionTimeout, false)                            \
  X(27, REBALANCE_IN_PROGRESS, kRebalanceInProgress, false)                                \
  X(28, INVALID_COMMIT_OFFSET_SIZE, kInvalidCommitOffsetSize, false)                       \
  X(29, TOPIC_AUTHORIZATION_FAILED, kTopicAuthorizationFailed, false)                      \
  X(30, GROUP_AUTHORIZATION_FAILED, kGroupAuthorizationFailed, false)                      \
  X(31, CLUSTER_AUTHORIZATION_FAILED, kClusterAuthorizationFailed, false)                  \
  X(32, INVALID_TIMESTAMP, kInvalidTimestamp, false)                                       \
  X(33, UNSUPPORTED_SASL_MECHANISM, kUnsupportedSaslMechanism, false)                      \
  X(34, ILLEGAL_SASL_STATE, kIllegalSaslState, false)                                      \
  X(35, UNSUPPORTED_VERSION, kUnsupportedVersion, false)                                   \
  X(36, TOPIC_ALREADY_EXISTS, kTopicAlreadyExists, false)                                  \
  X(37, INVALID_PARTITIONS, kInvalidPartitions, false)                                     \
  X(38, INVALID_REPLICATION_FACTOR, kInvalidReplicationFactor, false)                      \
  X(39, INVALID_REPLICA_ASSIGNMENT, kInvalidReplicaAssignment, false)                      \
  X(40, INVALID_CONFIG, kInvalidConfig, false)                                             \
  X(41, NOT_CONTROLLER, kNotController, true)                                              \
  X(42, INVALID_REQUEST, kInvalidRequest, false)                                           \
  X(43, UNSUPPORTED_FOR_MESSAGE_FORMAT, kUnsupportedForMessageFormat, false)               \
  X(44, POLICY_VIOLATION, kPolicyViolation, false)                                         \
  X(45, OUT_OF_ORDER_SEQUENCE_NUMBER, kOutOfOrderSequenceNumber, false)                    \
  X(46, DUPLICATE_SEQUENCE_NUMBER, kDuplicateSequenceNumber, false)                        \
  X(47, INVALID_PRODUCER_EPOCH, kInvalidProducerEpoch, false)                              \
  X(48, INVALID_TXN_STATE, kInvalidTxnState, false)                                        \
  X(49, INVALID_PRODUCER_ID_MAPPING, kInvalidProducerIdMapping, false)                     \
  X(50, INVALID_TRANSACTION_TIMEOUT, kInvalidTransactionTimeout, false)                    \
  X(51, CONCURRENT_TRANSACTIONS, kConcurrentTransactions, true)                            \
  X(52, TRANSACTION_COORDINATOR_FENCED, kTransactionCoordinatorFenced, false)              \
  X(53, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, kTransactionalIdAuthorizationFailed, false) \
  X(54, SECURITY_DISABLED, kSecurityDisabled, false)                                       \
  X(55, OPERATION_NOT_ATTEMPTED, kOperationNotAttempted, false)                            \
  X(56, KAFKA_STORAGE_ERROR, kKafkaStorageError, true)                                     \
  X(57, LOG_DIR_NOT_FOUND, kLogDirNotFound, false)                                         \
  X(58, SASL_AUTHENTICATION_FAILED, kSaslAuthenticationFailed, false)                      \
  X(59, UNKNOWN_PRODUCER_ID, kUnknownProducerId, false)                                    \
  X(60, REASSIGNMENT_IN_PROGRESS, kReassignmentInProgress, false)                          \
  X(61, DELEGATION_TOKEN_AUTH_DISABLED, kDelegationTokenAuthDisabled, false)               \
  X(62, DELEGATION_TOKEN_NOT_FOUND, kDelegationTokenNotFound, false)                       \
  X(63, DELEGATION_TOKEN_OWNER_MISMATCH, kDelegationTokenOwnerMismatch, false)             \
  X(64, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, kDelegationTokenRequestNotAllowed, false)    \
  X(65, DELEGATION_TOKEN_AUTHORIZATION_FAILED, kDelegationTokenAuthorizationFailed, false) \
  X(66, DELEGATION_TOKEN_EXPIRED, kDelegationTokenExpired, false)                          \
  X(67, INVALID_PRINCIPAL_TYPE, kInvalidPrincipalType, false)                              \
  X(68, NON_EMPTY_GROUP, kNonEmptyGroup, false)                                            \
  X(69, GROUP_ID_NOT_FOUND, kGroupIdNotFound, false)                                       \
  X(70, FETCH_SESSION_ID_NOT_FOUND, kFetchSessionIdNotFound, true)                         \
  X(71, INVALID_FETCH_SESSION_EPOCH, kInvalidFetchSessionEpoch, true)                      \
  X(72, LISTENER_NOT_FOUND, kListenerNotFound, true)                                       \
  X(73, TOPIC_DELETION_DISABLED, kTopicDeletionDisabled, false)                            \
  X(74, FENCED_LEADER_EPOCH, kFencedLeaderEpoch, true)                                     \
  X(75, UNKNOWN_LEADER_EPOCH, kUnknownLeaderEpoch, true)                                   \
  X(76, UNSUPPORTED_COMPRESSION_TYPE, kUnsupportedCompressionType, false)                  \
  X(77, STALE_BROKER_EPOCH, kStaleBrokerEpoch, false)                                      \
  X(78, OFFSET_NOT_AVAILABLE, kOffsetNotAvailable, true)                                   \
  X(79, MEMBER_ID_REQUIRED, kMemberIdRequired, false)                                      \
  X(80, PREFERRED_LEADER_NOT_AVAILABLE, kPreferredLeaderNotAvailable, true)                \
  X(81, GROUP_MAX_SIZE_REACHED, kGroupMaxSizeReached, false)                               \
  X(82, FENCED_INSTANCE_ID, kFencedInstanceId, false)                                      \
  X(83, ELIGIBLE_LEADERS_NOT_AVAILABLE, kEligibleLeadersNotAvailable, true)                \
  X(84, ELECTION_NOT_NEEDED, kElectionNotNeeded, true)                                     \
  X(85, NO_REASSIGNMENT_IN_PROGRESS, kNoReassignmentInProgress, false)                     \
  X(86, GROUP_SUBSCRIBED_TO_TOPIC, kGroupSubscribedToTopic, false)                         \
  X(87, INVALID_RECORD, kInvalidRecord, false)                                             \
  X(88, UNSTABLE_OFFSET_COMMIT, kUnstableOffsetCommit, true)                               \
  X(89, THROTTLING_QUOTA_EXCEEDED, kThrottlingQuotaExceeded, true)                         \
  X(90, PRODUCER_FENCED, kProducerFenced, false)                                           \
  X(91, RESOURCE_NOT_FOUND, kResourceNotFound, false)                                      \
  X(92, DUPLICATE_RESOURCE, kDuplicateResource, false)                                     \
  X(93, UNACCEPTABLE_CREDENTIAL, kUnacceptableCredential, false)                           \
  X(94, INCONSISTENT_VOTER_SET, kInconsistentVoterSet, false)                              \
  X(95, INVALID_UPDATE_VERSION, kInvalidUpdateVersion, false)                              \
  X(96, FEATURE_UPDATE_FAILED, kFeatureUpdateFailed, false)                                \
  X(97, PRINCIPAL_DESERIALIZATION_FAILURE, kPrincipalDeserializationFailure, false)        \
  X(98, SNAPSHOT_NOT_FOUND, kSnapshotNotFound, false)                                      \
  X(99, POSITION_OUT_OF_RANGE, kPositionOutOfRange, false)                                 \
  X(100, UNKNOWN_TOPIC_ID, kUnknownTopicId, true)                                          \
  X(101, DUPLICATE_BROKER_REGISTRATION, kDuplicateBrokerRegistration, false)               \
  X(102, BROKER_ID_NOT_REGISTERED, kBrokerIdNotRegistered, false)                          \
  X(103, INCONSISTENT_TOPIC_ID, kInconsistentTopicId, true)                                \
  X(104, INCONSISTENT_CLUSTER_ID, kInconsistentClusterId, false)                           \
  X(105, TRANSACTIONAL_ID_NOT_FOUND, kTransactionalIdNotFound, false)                      \
  X(106, FETCH_SESSION_TOPIC_ID_ERROR, kFetchSessionTopicIdError, true)                    \
  X(107, INELIGIBLE_REPLICA, kIneligibleReplica, false)                                    \
  X(108, NEW_LEADER_ELECTED, kNewLeaderElected, false)                                     \
  X(109, OFFSET_MOVED_TO_TIERED_STORAGE, kOffsetMovedToTieredStorage, false)               \
  X(110, FENCED_MEMBER_EPOCH, kFencedMemberEpoch, false)                                   \
  X(111, UNRELEASED_INSTANCE_ID, kUnreleasedInstanceId, false)                             \
  X(112, UNSUPPORTED_ASSIGNOR, kUnsupportedAssignor, false)                                \
  X(113, STALE_MEMBER_EPOCH, kStaleMemberEpoch, false)                                     \
  X(114, MISMATCHED_ENDPOINT_TYPE, kMismatchedEndpointType, false)                         \
  X(115, UNSUPPORTED_ENDPOINT_TYPE, kUnsupportedEndpointType, false)                       \
  X(116, UNKNOWN_CONTROLLER_ID, kUnknownControllerId, false)                               \
  X(117, UNKNOWN_SUBSCRIPTION_ID, kUnknownSubscriptionId, false)                           \
  X(118, TELEMETRY_TOO_LARGE, kTelemetryTooLarge, false)                                   \
  X(119, INVALID_REGISTRATION, kInvalidRegistration, false)                                \
  X(120, TRANSACTION_ABORTABLE, kTransactionAbortable, false)                              \
  X(121, INVALID_RECORD_STATE, kInvalidRecordState, false)                                 \
  X(122, SHARE_SESSION_NOT_FOUND, kShareSessionNotFound, true)                             \
  X(123, INVALID_SHARE_SESSION_EPOCH, kInvalidShareSessionEpoch, true)                     \
  X(124, FENCED_STATE_EPOCH, kFencedStateEpoch, false)                                     \
  X(125, INVALID_VOTER_KEY, kInvalidVoterKey, false)                                       \
  X(126, DUPLICATE_VOTER, kDuplicateVoter, false)                                          \
  X(127, VOTER_NOT_FOUND, kVoterNotFound, false)

enum class ErrorCode : std::int16_t {
#define X(code, name, constant, retriable) constant = code,
  BARNABAS_ERROR_CODES(X)
#undef X
};

// Kafka's name of the code: "NOT_LEADER_OR_FOLLOWER". A number outside the table is
// UNKNOWN_SERVER_ERROR.
std::string_view error_name(ErrorCode code);

// True where Kafka's exception of this code is a RetriableException.
bool is_retriable(ErrorCode code);

inline std::int16_t to_wire(ErrorCode code) {
  return static_cast<std::int16_t>(code);
}
// Numbers outside the table become UNKNOWN_SERVER_ERROR, as in Kafka's clients.
ErrorCode error_from_wire(std::int16_t code);

}  // namespace barnabas
