// The records of __consumer_offsets: what is known of groups that outlives their coordinator.
//
//   key                                   value
//   version 1: group, topic, partition    a committed offset, version 3
//                                         (1, if it has an expiry of its own)
//   version 2: group                      a group's generation, version 3
//
// Both begin with their version as int16. Without a value: deleted (a tombstone).
// Older versions of both are read. Threads: value types and pure functions.
// Source  Kafka 3.9, GroupMetadataManager.scala; reference of the formats: OffsetCommitKey.json,
//         OffsetCommitValue.json, GroupMetadataKey.json, GroupMetadataValue.json
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/result.h"
#include "broker/coordinator/group/core/ids.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::group {

struct CommittedOffset {
  Offset offset{0};
  LeaderEpoch leader_epoch = kNoLeaderEpoch;  // of the record before it, if the client said
  std::string metadata{};
  Timestamp commit_timestamp = 0;
  std::optional<Timestamp> expire_timestamp{};  // from clients with a retention of their own
  bool operator==(const CommittedOffset&) const = default;
};

struct MemberRecord {
  std::string member_id{};
  std::optional<std::string> instance_id{};  // group.instance.id
  std::string client_id{};
  std::string client_host{};
  milliseconds rebalance_timeout{0};
  milliseconds session_timeout{0};
  std::string subscription{};  // the metadata for the group's protocol
  std::string assignment{};
  bool operator==(const MemberRecord&) const = default;
};

struct GroupRecord {
  std::string protocol_type{};  // empty: none
  GenerationId generation{0};
  std::optional<std::string> protocol{};
  std::optional<std::string> leader{};
  Timestamp state_timestamp = kNoTimestamp;
  std::vector<MemberRecord> members{};
  bool operator==(const GroupRecord&) const = default;
};

// One record as it stands in the log; no value: a tombstone.
struct LogRecord {
  std::string key{};
  std::optional<std::string> value{};
  bool operator==(const LogRecord&) const = default;
};
LogRecord offset_record(std::string_view group, const TopicPartition& tp,
                        const CommittedOffset& value);
LogRecord offset_tombstone(std::string_view group, const TopicPartition& tp);
LogRecord group_record(std::string_view group, const GroupRecord& value);
LogRecord group_tombstone(std::string_view group);

// A record read back.
struct OffsetEntry {
  std::string group{};
  TopicPartition tp;
  std::optional<CommittedOffset> value{};
};
struct GroupEntry {
  std::string group{};
  std::optional<GroupRecord> value{};
};
// A key of a version that this broker does not know: of a newer one, to be passed over.
struct UnknownEntry {
  std::int16_t key_version = 0;
};
using Entry = std::variant<OffsetEntry, GroupEntry, UnknownEntry>;
// Error: INVALID_RECORD, saying what is wrong.
Result<Entry> read_record(BytesView key, std::optional<BytesView> value);

}  // namespace barnabas::group
