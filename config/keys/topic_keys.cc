// The configs of a topic, in alphabetical order.

#include "config/config_key.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> topic_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, broker key, support,
    // visibility, description
    {"cleanup.policy",
     kList, "delete", list_of("compact, delete"), kMedium, kClusterWide, "log.cleanup.policy",
     kHonoured, kPublic,
     "What becomes of old segments: delete, compact (of each key the newest record stays), or "
     "both."},
    {"compression.gzip.level",
     kInt, "-1", level_or_default(1, 9), kMedium, kClusterWide, "compression.gzip.level",
     kHonoured, kPublic,
     "How hard gzip tries where the broker compresses with it; -1 is its own default."},
    {"compression.lz4.level",
     kInt, "9", between(1, 17), kMedium, kClusterWide, "compression.lz4.level", kHonoured, kPublic,
     "How hard lz4 tries where the broker compresses with it."},
    {"compression.type",
     kString, "producer", one_of("uncompressed, zstd, lz4, snappy, gzip, producer"), kMedium,
     kClusterWide, "compression.type", kHonoured, kPublic,
     "How records are stored: as the producer compressed them (producer), not compressed "
     "(uncompressed), or with the codec that is named."},
    {"compression.zstd.level",
     kInt, "3", between(-131072, 22), kMedium, kClusterWide, "compression.zstd.level", kHonoured,
     kPublic,
     "How hard zstd tries where the broker compresses with it."},
    {"delete.retention.ms",
     kLong, "86400000", at_least(0), kMedium, kClusterWide, "log.cleaner.delete.retention.ms",
     kNotYet, kPublic,
     "How long a tombstone stays readable after compaction, so that consumers from the "
     "beginning see it."},
    {"file.delete.delay.ms",
     kLong, "60000", at_least(0), kMedium, kClusterWide, "log.segment.delete.delay.ms", kHonoured,
     kPublic,
     "How long a deleted file stays on disk, for those who are still reading it."},
    {"flush.messages",
     kLong, "9223372036854775807", at_least(1), kMedium, kClusterWide,
     "log.flush.interval.messages", kHonoured, kPublic,
     "After how many records the log is forced to disk."},
    {"flush.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide, "log.flush.interval.ms",
     kHonoured, kPublic,
     "After what time a record is forced to disk."},
    {"follower.replication.throttled.replicas",
     kList, "", throttled_replicas(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "The replicas whose fetching is throttled, as partition:broker separated by commas; * for "
     "all."},
    {"index.interval.bytes",
     kInt, "4096", at_least(0), kMedium, kClusterWide, "log.index.interval.bytes", kHonoured,
     kPublic,
     "After how many bytes of the log its index gets another entry."},
    {"leader.replication.throttled.replicas",
     kList, "", throttled_replicas(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "The replicas towards which sending is throttled, as partition:broker separated by "
     "commas; * for all."},
    {"local.retention.bytes",
     kLong, "-2", at_least(-2), kMedium, kClusterWide, "log.local.retention.bytes", kNotYet,
     kPublic,
     "Tiered storage: the size above which segments that were copied are deleted here; -2: as "
     "retention.bytes."},
    {"local.retention.ms",
     kLong, "-2", at_least(-2), kMedium, kClusterWide, "log.local.retention.ms", kNotYet, kPublic,
     "Tiered storage: the age after which a segment that was copied is deleted here; -2: as "
     "retention.ms."},
    {"max.compaction.lag.ms",
     kLong, "9223372036854775807", at_least(1), kMedium, kClusterWide,
     "log.cleaner.max.compaction.lag.ms", kNotYet, kPublic,
     "The age by which a record must have been open to compaction, however little there is to "
     "compact."},
    {"max.message.bytes",
     kInt, "1048588", at_least(0), kMedium, kClusterWide, "message.max.bytes", kHonoured, kPublic,
     "The largest batch of records that is accepted, as it is after compression."},
    {"message.downconversion.enable",
     kBoolean, "true", any(), kLow, kClusterWide, "log.message.downconversion.enable", kHonoured,
     kPublic,
     "Whether records are converted for consumers that only know an older format. Otherwise "
     "these are told UNSUPPORTED_VERSION."},
    {"message.format.version",
     kString, "3.0-IV1", version(), kMedium, kClusterWide, "log.message.format.version",
     kNoCounterpart, kPublic,
     "The format of records on disk in releases before 3.0. Since then it is the newest, "
     "whatever is set here. Deprecated."},
    {"message.timestamp.after.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "log.message.timestamp.after.max.ms", kHonoured, kPublic,
     "How far a CreateTime timestamp may lie after the broker's clock."},
    {"message.timestamp.before.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "log.message.timestamp.before.max.ms", kHonoured, kPublic,
     "How far a CreateTime timestamp may lie before the broker's clock."},
    {"message.timestamp.difference.max.ms",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide,
     "log.message.timestamp.difference.max.ms", kHonoured, kPublic,
     "Both message.timestamp.before.max.ms and .after.max.ms where these are not set. "
     "Deprecated."},
    {"message.timestamp.type",
     kString, "CreateTime", one_of("CreateTime, LogAppendTime"), kMedium, kClusterWide,
     "log.message.timestamp.type", kHonoured, kPublic,
     "What a record's timestamp says: when its producer made it (CreateTime), or when the "
     "broker stored it (LogAppendTime)."},
    {"min.cleanable.dirty.ratio",
     kDouble, "0.5", between(0, 1), kMedium, kClusterWide, "log.cleaner.min.cleanable.ratio",
     kNotYet, kPublic,
     "The share of the log that must be uncompacted before it is worth compacting."},
    {"min.compaction.lag.ms",
     kLong, "0", at_least(0), kMedium, kClusterWide, "log.cleaner.min.compaction.lag.ms", kNotYet,
     kPublic,
     "The age below which a record is not compacted away."},
    {"min.insync.replicas",
     kInt, "1", at_least(1), kMedium, kClusterWide, "min.insync.replicas", kHonoured, kPublic,
     "How many replicas in sync there must be for a write with acks=all. Fewer answer it with "
     "NOT_ENOUGH_REPLICAS."},
    {"preallocate",
     kBoolean, "false", any(), kMedium, kClusterWide, "log.preallocate", kNotYet, kPublic,
     "Whether a new segment takes its whole size on disk at once."},
    {"remote.log.copy.disable",
     kBoolean, "false", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Tiered storage: whether no more segments are copied."},
    {"remote.log.delete.on.disable",
     kBoolean, "false", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Tiered storage: whether what was copied is deleted when the topic leaves it."},
    {"remote.storage.enable", kBoolean, "false", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Tiered storage: whether old segments are moved to the remote storage."},
    {"retention.bytes",
     kLong, "-1", any(), kMedium, kClusterWide, "log.retention.bytes", kHonoured, kPublic,
     "The size of a partition above which its oldest segments are deleted; -1: no limit."},
    {"retention.ms",
     kLong, "604800000", at_least(-1), kMedium, kClusterWide, "log.retention.ms", kHonoured,
     kPublic,
     "The age after which a segment is deleted, counted from its newest record; -1: none."},
    {"segment.bytes",
     kInt, "1073741824", at_least(14), kMedium, kClusterWide, "log.segment.bytes", kHonoured,
     kPublic,
     "The size at which a segment is closed and the next one begun."},
    {"segment.index.bytes",
     kInt, "10485760", at_least(4), kMedium, kClusterWide, "log.index.size.max.bytes", kHonoured,
     kPublic,
     "The size of a segment's index files; a segment whose index is full is closed."},
    {"segment.jitter.ms",
     kLong, "0", at_least(0), kMedium, kClusterWide, "log.roll.jitter.ms", kHonoured, kPublic,
     "Up to so much is taken off the age at which a segment is closed, at random."},
    {"segment.ms",
     kLong, "604800000", at_least(1), kMedium, kClusterWide, "log.roll.ms", kHonoured, kPublic,
     "The age at which a segment is closed although it is not full."},
    {"unclean.leader.election.enable",
     kBoolean, "false", any(), kMedium, kClusterWide, "unclean.leader.election.enable", kHonoured,
     kPublic,
     "Whether a replica that is not in sync may lead when no other is left. Records that it "
     "lacks are lost."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
