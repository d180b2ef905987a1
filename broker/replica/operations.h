// The shapes in which handlers ask the replica manager to append and to fetch, and are answered.
//
// Views (topic names, batches) point into the request's frame; the sink keeps the frame alive.
// Threads  value types. A sink's done() is called exactly once, on any thread, under no lock; then
//          the sink is destroyed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/clock.h"
#include "broker/base/uuid.h"
#include "broker/log/log.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/records.h"
#include "broker/replica/core/fetch_entry.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::replica {

inline constexpr BrokerId kConsumerReplicaId{-1};
inline constexpr BrokerId kDebuggingReplicaId{-2};

enum class Acks : std::int16_t { kAll = -1, kNone = 0, kLeader = 1 };
enum class IsolationLevel { kReadUncommitted, kReadCommitted };

// ---- append ----

struct AppendEntry {
  std::string_view topic;
  PartitionId partition{0};
  MutableBytesView batches;  // offsets and leader epoch are written in place
  // Appended while led without a break since this leader epoch, or not at all; kNoLeaderEpoch: any.
  LeaderEpoch required_epoch = kNoLeaderEpoch;
};

struct AppendOutcome {
  ErrorCode error = ErrorCode::kNone;
  std::string detail;
  Offset base_offset = kUnknownOffset;
  Timestamp log_append_time = kNoTimestamp;
  Offset log_start_offset = kUnknownOffset;
};

class AppendSink {
 public:
  virtual ~AppendSink() = default;
  // The work is done and the answer waits for the in-sync replicas. At most once, before done().
  virtual void parked() = 0;
  // One outcome per entry, in the order of the entries.
  virtual void done(std::vector<AppendOutcome> outcomes) = 0;
};

// ---- deletion of records ----

struct DeleteRecordsEntry {
  std::string_view topic;
  PartitionId partition{0};
  Offset offset{0};  // the first that stays, or kDeleteToHighWatermark
};

struct DeleteRecordsOutcome {
  ErrorCode error = ErrorCode::kNone;
  Offset low_watermark = kUnknownOffset;
};

class DeleteRecordsSink {
 public:
  virtual ~DeleteRecordsSink() = default;
  // The leaders have deleted; the answer waits for their followers. At most once, before done().
  virtual void parked() = 0;
  // One outcome per entry, in the order of the entries.
  virtual void done(std::vector<DeleteRecordsOutcome> outcomes) = 0;
};

// ---- fetch ----

struct FetchParams {
  BrokerId replica_id = kConsumerReplicaId;
  Duration max_wait{0};
  std::int32_t min_bytes = 1;
  std::int32_t max_bytes = 0;
  // Versions 0 to 2: not even a first batch may be larger than what is asked for.
  bool hard_max_bytes = false;
  IsolationLevel isolation = IsolationLevel::kReadUncommitted;
  // A consumer that knows of follower fetching (v11 and up) is served by followers too.
  bool leader_only = true;
  std::string_view rack;      // of a consumer; empty: it has none
  std::string_view listener;  // that it came in by

  bool is_from_follower() const { return replica_id >= BrokerId{0}; }
};

struct FetchOutcome {
  ErrorCode error = ErrorCode::kNone;
  Offset high_watermark = kUnknownOffset;
  Offset last_stable_offset = kUnknownOffset;
  Offset log_start_offset = kUnknownOffset;
  std::optional<log::EpochEndOffset> diverging_epoch;
  // Where a consumer should read instead; nothing was read then.
  std::optional<BrokerId> preferred_read_replica;
  protocol::Records records;
  std::int64_t size_bytes = 0;
};

class FetchSink {
 public:
  virtual ~FetchSink() = default;
  // Nothing to answer yet: the fetch waits for bytes. At most once, before done().
  virtual void parked() = 0;
  // One outcome per entry, in the order of the entries.
  virtual void done(std::vector<FetchOutcome> outcomes) = 0;
};

// ---- metadata ----

// The topics that a client wants to know of.
struct MetadataQuery {
  bool all_topics = false;
  std::vector<std::string_view> names;
  std::vector<Uuid> ids;
  // The client was told of topics before and may ask because a leader has just died.
  bool asks_again = false;
};

class MetadataSink {
 public:
  virtual ~MetadataSink() = default;
  // The answer is held: we or the controller may know more in a moment. At most once, before
  // done().
  virtual void parked() = 0;
  virtual void done(std::shared_ptr<const MetadataSnapshot> snapshot) = 0;
};

// ---- offsets ----

struct ListOffsetsQuery {
  std::string_view topic;
  PartitionId partition{0};
  BrokerId replica_id = kConsumerReplicaId;
  IsolationLevel isolation = IsolationLevel::kReadUncommitted;
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;  // not given
  Timestamp timestamp = 0;                            // or one of the special ones below
};
inline constexpr Timestamp kLatestTimestamp = -1;
inline constexpr Timestamp kEarliestTimestamp = -2;
inline constexpr Timestamp kMaxTimestamp = -3;
inline constexpr Timestamp kEarliestLocalTimestamp = -4;
inline constexpr Timestamp kLatestTieredTimestamp = -5;

struct EndOffsetQuery {
  std::string_view topic;
  PartitionId partition{0};
  LeaderEpoch current_leader_epoch = kNoLeaderEpoch;  // not given
  LeaderEpoch leader_epoch{0};
};

// ---- log directories ----

// What log::LogDirDescription says, and how far each replica is behind its high watermark.
struct LogDirInfo {
  struct Replica {
    TopicPartition tp;
    std::int64_t size_bytes = 0;
    std::int64_t offset_lag = -1;  // -1: not known, the replica has no role
  };
  std::string path;
  ErrorCode error = ErrorCode::kNone;
  std::int64_t total_bytes = -1;
  std::int64_t usable_bytes = -1;
  std::vector<Replica> replicas;
};

struct LeaderIdAndEpoch {
  BrokerId leader = kNoBroker;
  LeaderEpoch epoch = kNoLeaderEpoch;
};

}  // namespace barnabas::replica
