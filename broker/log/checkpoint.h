// Kafka's text checkpoints: a version line, a count line, one entry a line.
//
//   0                 version
//   2                 number of entries
//   topic 0 1234      offset checkpoints: topic, partition, offset
//   topic 1 0         leader-epoch-checkpoint: epoch, start offset
//
// Threads  functions without state; the caller orders writers of one file.
// Failure  KAFKA_STORAGE_ERROR: the disk; or a malformed file, with CORRUPT_MESSAGE.
// Source   Kafka 3.9, CheckpointFile.java, OffsetCheckpointFile.java,
// LeaderEpochCheckpointFile.java
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "broker/base/result.h"
#include "broker/log/core/leader_epoch_cache.h"
#include "broker/log/file.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

using OffsetCheckpoint = std::map<TopicPartition, Offset>;

// A missing file is an empty checkpoint.
Result<OffsetCheckpoint> read_offset_checkpoint(const Directory& directory, std::string_view name);
Result<void> write_offset_checkpoint(const Directory& directory, std::string_view name,
                                     const OffsetCheckpoint& offsets);

Result<LeaderEpochCache> read_leader_epochs(const Directory& directory);
// Not synced: until then the entries of a crash are found in the batches again.
Result<void> write_leader_epochs(const Directory& directory, const LeaderEpochCache& epochs);
Result<void> sync_leader_epochs(const Directory& directory);

}  // namespace barnabas::log
