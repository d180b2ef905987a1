// How a failed append to __consumer_offsets is told to those who asked for it.
//
// Threads  pure functions.
// Source   Kafka 3.9, GroupMetadataManager.scala (storeGroup, maybeConvertOffsetCommitError)
#pragma once

#include "broker/protocol/error_code.h"

namespace barnabas::group {

// To members whose assignment was to be stored.
ErrorCode group_store_error(ErrorCode log_error);
// To whoever commits offsets.
ErrorCode offset_commit_error(ErrorCode log_error);

}  // namespace barnabas::group
