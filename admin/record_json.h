// The records of Kafka's internal topics as JSON: what kafka-dump-log and kafka-console-consumer
// show of __consumer_offsets and __transaction_state.
//
// Each takes the whole key or value of a record: a version and what that version holds.
// Threads  free functions.
// Errors   UNSUPPORTED_VERSION: no such version; INVALID_REQUEST: the bytes are not what it holds.
// Source   Kafka 3.9, the JSON converters that its generator makes of OffsetCommitKey.json and so
//          on
#pragma once

#include <cstdint>

#include "admin/json_line.h"
#include "broker/base/bytes.h"
#include "broker/base/result.h"

namespace barnabas::admin {

// Of a record of __consumer_offsets the version of the key says what it is about.
inline constexpr std::int16_t kLastOffsetCommitKey = 1;
inline constexpr std::int16_t kGroupMetadataKey = 2;

// -1 where there are not two bytes.
std::int16_t record_version(BytesView bytes);

Result<JsonLine> offset_commit_key_json(BytesView key);
Result<JsonLine> offset_commit_value_json(BytesView value);
Result<JsonLine> group_metadata_key_json(BytesView key);
// `open_members`: what members of consumer groups subscribed and were assigned is shown as JSON,
// too; else, and where it is not in Kafka's format, as bytes.
Result<JsonLine> group_metadata_value_json(BytesView value, bool open_members);
Result<JsonLine> transaction_log_key_json(BytesView key);
Result<JsonLine> transaction_log_value_json(BytesView value);

}  // namespace barnabas::admin
