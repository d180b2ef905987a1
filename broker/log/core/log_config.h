// What the configuration says of one topic's log. Keys and defaults are Kafka's topic configs.
//
// Threads  a value type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "broker/protocol/compression.h"

namespace barnabas::log {

enum class TimestampType { kCreateTime, kLogAppendTime };

struct LogConfig {
  std::int64_t segment_bytes = 1073741824;
  std::int64_t segment_ms = 604800000;
  std::int64_t segment_jitter_ms = 0;
  std::int64_t retention_ms = 604800000;  // negative: for ever
  std::int64_t retention_bytes = -1;      // negative: any size
  std::int32_t segment_index_bytes = 10485760;
  std::int32_t index_interval_bytes = 4096;
  std::int32_t max_message_bytes = 1048588;
  // What one batch may hold when it is opened: as much as a request could carry without
  // compression, socket.request.max.bytes. (Kafka has no bound but its memory.)
  std::size_t max_decompressed_bytes = 104857600;
  TimestampType message_timestamp_type = TimestampType::kCreateTime;
  std::int64_t message_timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t message_timestamp_after_max_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t flush_messages = std::numeric_limits<std::int64_t>::max();
  std::int64_t flush_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t file_delete_delay_ms = 60000;
  std::int32_t min_insync_replicas = 1;
  bool unclean_leader_election_enable = false;
  bool deletes = true;  // cleanup.policy contains delete: old records expire
  bool message_downconversion_enable = true;
  std::optional<protocol::Compression> compression;  // of what is stored; nullopt: the producer's
  protocol::CompressionLevels compression_levels;
  bool has_timestamp_limits() const {
    constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
    return message_timestamp_type == TimestampType::kCreateTime &&
           (message_timestamp_before_max_ms != kUnlimited ||
            message_timestamp_after_max_ms != kUnlimited);
  }

  bool compacted = false;  // cleanup.policy contains compact: every record needs a key
};

}  // namespace barnabas::log
