// Log directories, segments, flushing and retention.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> log_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"log.dir", kString, "/tmp/kafka-logs", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The directory of the logs where log.dirs is not set."},
    {"log.dirs", kString, std::nullopt, any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The directories that hold the logs, separated by commas. A new partition goes to the one "
     "that holds the fewest."},
    {"log.segment.bytes",
     kInt, "1073741824", at_least(14), kHigh, kClusterWide, "segment.bytes", kHonoured, kPublic,
     "The size at which a segment is closed and the next one begun."},
    {"log.roll.ms",
     kLong, std::nullopt, any(), kHigh, kClusterWide, "segment.ms", kHonoured, kPublic,
     "The age at which a segment is closed although it is not full. Where it is not set, "
     "log.roll.hours."},
    {"log.roll.hours", kInt, "168", at_least(1), kHigh, kReadOnly, "segment.ms", kHonoured, kPublic,
     "The age in hours at which a segment is closed although it is not full. log.roll.ms takes "
     "precedence."},
    {"log.roll.jitter.ms",
     kLong, std::nullopt, any(), kHigh, kClusterWide, "segment.jitter.ms", kHonoured, kPublic,
     "Up to so much is taken off the age at which a segment is closed, at random, so that not "
     "all are closed at once. Where it is not set, log.roll.jitter.hours."},
    {"log.roll.jitter.hours",
     kInt, "0", at_least(0), kHigh, kReadOnly, "segment.jitter.ms", kHonoured, kPublic,
     "As log.roll.jitter.ms, which takes precedence, in hours."},
    {"log.index.size.max.bytes",
     kInt, "10485760", at_least(4), kMedium, kClusterWide, "segment.index.bytes", kHonoured,
     kPublic,
     "The size of a segment's index files; a segment whose index is full is closed."},
    {"log.index.interval.bytes",
     kInt, "4096", at_least(0), kMedium, kClusterWide, "index.interval.bytes", kHonoured, kPublic,
     "After how many bytes of the log its index gets another entry. Fewer make reads start "
     "closer to their offset and the index larger."},
    {"log.flush.interval.messages",
     kLong, "9223372036854775807", at_least(1), kHigh, kClusterWide, "flush.messages", kHonoured,
     kPublic,
     "After how many records a log is forced to disk. By default the system decides, and "
     "replicas keep the records safe."},
    {"log.flush.interval.ms",
     kLong, std::nullopt, any(), kHigh, kClusterWide, "flush.ms", kHonoured, kPublic,
     "After what time a record is forced to disk. Where it is not set, "
     "log.flush.scheduler.interval.ms."},
    {"log.flush.scheduler.interval.ms",
     kLong, "9223372036854775807", any(), kHigh, kReadOnly, "flush.ms", kHonoured, kPublic,
     "How often logs are looked at for records that are due to be forced to disk."},
    {"log.flush.offset.checkpoint.interval.ms",
     kInt, "60000", at_least(0), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How often the offsets up to which the logs are on disk are noted; recovery after a crash "
     "begins there."},
    {"log.flush.start.offset.checkpoint.interval.ms",
     kInt, "60000", at_least(0), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How often the first offsets of the logs are noted, so that deleted records stay deleted "
     "after a restart."},
    {"log.segment.delete.delay.ms",
     kLong, "60000", at_least(0), kHigh, kClusterWide, "file.delete.delay.ms", kHonoured, kPublic,
     "How long a deleted file stays on disk, for those who are still reading it."},
    {"log.preallocate",
     kBoolean, "false", any(), kMedium, kClusterWide, "preallocate", kNotYet, kPublic,
     "Whether a new segment takes its whole size on disk at once."},
    {"log.initial.task.delay.ms",
     kLong, "30000", at_least(0), kLow, kReadOnly, "", kHonoured, kInternal,
     "How long after the start the housekeeping of logs begins. For tests."},
    {"log.retention.ms",
     kLong, std::nullopt, any(), kHigh, kClusterWide, "retention.ms", kHonoured, kPublic,
     "The age after which a segment is deleted, counted from its newest record; -1: none. "
     "Where it is not set, log.retention.minutes."},
    {"log.retention.minutes",
     kInt, std::nullopt, any(), kHigh, kReadOnly, "retention.ms", kHonoured, kPublic,
     "As log.retention.ms, which takes precedence, in minutes. Where neither is set, "
     "log.retention.hours."},
    {"log.retention.hours",
     kInt, "168", any(), kHigh, kReadOnly, "retention.ms", kHonoured, kPublic,
     "As log.retention.ms and log.retention.minutes, which take precedence, in hours."},
    {"log.retention.bytes",
     kLong, "-1", any(), kHigh, kClusterWide, "retention.bytes", kHonoured, kPublic,
     "The size of a partition above which its oldest segments are deleted; -1: no limit."},
    {"log.retention.check.interval.ms",
     kLong, "300000", at_least(1), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How often segments are looked for that are to be deleted."},
    {"log.cleanup.policy",
     kList, "delete", list_of("compact, delete"), kMedium, kClusterWide, "cleanup.policy",
     kHonoured, kPublic,
     "What becomes of old segments: delete, compact (of each key the newest record stays), or "
     "both."},
    {"log.message.timestamp.type",
     kString, "CreateTime", one_of("CreateTime, LogAppendTime"), kMedium, kClusterWide,
     "message.timestamp.type", kHonoured, kPublic,
     "What a record's timestamp says: when its producer made it (CreateTime), or when the "
     "broker stored it (LogAppendTime)."},
    {"log.message.timestamp.before.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "message.timestamp.before.max.ms", kHonoured, kPublic,
     "How far a CreateTime timestamp may lie before the broker's clock."},
    {"log.message.timestamp.after.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "message.timestamp.after.max.ms", kHonoured, kPublic,
     "How far a CreateTime timestamp may lie after the broker's clock."},
    {"log.message.timestamp.difference.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "message.timestamp.difference.max.ms", kHonoured, kPublic,
     "Both log.message.timestamp.before.max.ms and .after.max.ms where these are not set. "
     "Deprecated."},
    {"log.message.format.version",
     kString, "3.0-IV1", version(), kMedium, kReadOnly, "message.format.version", kNoCounterpart,
     kPublic,
     "The format of records on disk in releases before 3.0. Since then it is the newest, "
     "whatever is set here. Deprecated."},
    {"log.message.downconversion.enable",
     kBoolean, "true", any(), kLow, kClusterWide, "message.downconversion.enable", kHonoured,
     kPublic,
     "Whether records are converted for consumers that only know an older format. Otherwise "
     "these are told UNSUPPORTED_VERSION."},
    {"message.max.bytes",
     kInt, "1048588", at_least(0), kHigh, kClusterWide, "max.message.bytes", kHonoured, kPublic,
     "The largest batch of records that is accepted, as it is after compression."},
    {"compression.type",
     kString, "producer", one_of("uncompressed, zstd, lz4, snappy, gzip, producer"), kHigh,
     kClusterWide, "compression.type", kHonoured, kPublic,
     "How records are stored: as the producer compressed them (producer), not compressed "
     "(uncompressed), or with the codec that is named."},
    {"compression.gzip.level",
     kInt, "-1", level_or_default(1, 9), kMedium, kClusterWide, "compression.gzip.level",
     kHonoured, kPublic,
     "How hard gzip tries where the broker compresses with it; -1 is its own default."},
    {"compression.lz4.level",
     kInt, "9", between(1, 17), kMedium, kClusterWide, "compression.lz4.level", kHonoured, kPublic,
     "How hard lz4 tries where the broker compresses with it."},
    {"compression.zstd.level",
     kInt, "3", between(-131072, 22), kMedium, kClusterWide, "compression.zstd.level", kHonoured,
     kPublic,
     "How hard zstd tries where the broker compresses with it."},
    {"num.recovery.threads.per.data.dir",
     kInt, "1", at_least(1), kHigh, kClusterWide, "", kNoCounterpart, kPublic,
     "Threads per log directory that load and recover logs at the start and flush them at the "
     "end. Here it is one."},
    {"log.dir.failure.timeout.ms",
     kLong, "30000", at_least(1), kLow, kReadOnly, "", kKraft, kPublic,
     "KRaft: how long a broker with a failed log directory tries to tell the controller before "
     "it stops."},
    {"producer.id.expiration.ms",
     kInt, "86400000", at_least(1), kLow, kClusterWide, "", kHonoured, kPublic,
     "How long the sequence numbers of an idle idempotent producer are remembered."},
    {"producer.id.expiration.check.interval.ms",
     kInt, "600000", at_least(1), kLow, kReadOnly, "", kHonoured, kInternal,
     "How often idle producers are looked for whose sequence numbers are to be forgotten."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
