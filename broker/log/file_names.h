// The names of Kafka's files and directories.
//
// Threads  pure functions.
// Source   Kafka 3.9, LogFileUtils.java, kafka/log/LocalLog.scala
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/base/uuid.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTxnIndexSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";
inline constexpr std::string_view kTemporarySuffix = ".tmp";  // of a file that is to replace one
inline constexpr std::string_view kDeleteDirSuffix = "-delete";
inline constexpr std::string_view kStrayDirSuffix = "-stray";
inline constexpr std::string_view kFutureDirSuffix = "-future";

inline constexpr std::string_view kLeaderEpochCheckpoint = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadata = "partition.metadata";
inline constexpr std::string_view kMetaProperties = "meta.properties";
inline constexpr std::string_view kRecoveryPointCheckpoint = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kLogStartCheckpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view kHighWatermarkCheckpoint = "replication-offset-checkpoint";
inline constexpr std::string_view kLockFile = ".lock";
inline constexpr std::string_view kCleanShutdownMarker = ".kafka_cleanshutdown";

// The base offset in 20 digits and a suffix: 00000000000000000042.log
std::string segment_file(Offset base_offset, std::string_view suffix);
// The offset at the front of a segment's or snapshot's file name; nullopt: not such a name.
std::optional<Offset> offset_of_file(std::string_view name);

// topic-partition; the partition is what follows the last '-'. nullopt: no replica's directory.
std::optional<TopicPartition> parse_partition_directory(std::string_view name);
// <topic>-<partition>.<32 hex>-delete, the topic cut so that the name has at most 255 characters.
std::string delete_directory(const TopicPartition& tp, const Uuid& unique);

}  // namespace barnabas::log
