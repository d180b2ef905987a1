// Kafka's topic configs, one line each, in alphabetical order.

#include "config/config_key.h"
#include "config/valid_values.h"

namespace barnabas::config {
namespace {

using enum ConfigType;
using enum Support;
using enum UpdateMode;
using enum Visibility;

// clang-format off
constexpr ConfigKey kKeys[] = {
    // name, type, default, valid, update mode, broker key, support, visibility, description
    {"cleanup.policy", kList, "delete", list_of("compact, delete"), kClusterWide, "log.cleanup.policy", kHonoured, kPublic, "delete old segments, compact, or both"},
    {"compression.gzip.level", kInt, "-1", level_or_default(1, 9), kClusterWide, "compression.gzip.level", kHonoured, kPublic, "gzip effort when broker recompresses"},
    {"compression.lz4.level", kInt, "9", between(1, 17), kClusterWide, "compression.lz4.level", kHonoured, kPublic, "lz4 effort when broker recompresses"},
    {"compression.type", kString, "producer", one_of("uncompressed, zstd, lz4, snappy, gzip, producer"), kClusterWide, "compression.type", kHonoured, kPublic, "final codec on disk; producer keeps"},
    {"compression.zstd.level", kInt, "3", between(-131072, 22), kClusterWide, "compression.zstd.level", kHonoured, kPublic, "zstd effort when broker recompresses"},
    {"delete.retention.ms", kLong, "86400000", at_least(0), kClusterWide, "log.cleaner.delete.retention.ms", kNotYet, kPublic, "how long tombstones stay readable"},
    {"file.delete.delay.ms", kLong, "60000", at_least(0), kClusterWide, "log.segment.delete.delay.ms", kHonoured, kPublic, "wait before unlinking deleted files"},
    {"flush.messages", kLong, "9223372036854775807", at_least(1), kClusterWide, "log.flush.interval.messages", kHonoured, kPublic, "records before forced fsync"},
    {"flush.ms", kLong, "9223372036854775807", at_least(0), kClusterWide, "log.flush.interval.ms", kNotYet, kPublic, "age of unflushed data forcing fsync"},
    {"follower.replication.throttled.replicas", kList, "", throttled_replicas(), kClusterWide, "", kNotYet, kPublic, "replicas throttled on the follower side"},
    {"index.interval.bytes", kInt, "4096", at_least(0), kClusterWide, "log.index.interval.bytes", kHonoured, kPublic, "log bytes between index entries"},
    {"leader.replication.throttled.replicas", kList, "", throttled_replicas(), kClusterWide, "", kNotYet, kPublic, "replicas throttled on the leader side"},
    {"local.retention.bytes", kLong, "-2", at_least(-2), kClusterWide, "log.local.retention.bytes", kNotYet, kPublic, "local size limit when tiered; -2 inherits"},
    {"local.retention.ms", kLong, "-2", at_least(-2), kClusterWide, "log.local.retention.ms", kNotYet, kPublic, "local age limit when tiered; -2 inherits"},
    {"max.compaction.lag.ms", kLong, "9223372036854775807", at_least(1), kClusterWide, "log.cleaner.max.compaction.lag.ms", kNotYet, kPublic, "oldest age a record stays uncompacted"},
    {"max.message.bytes", kInt, "1048588", at_least(0), kClusterWide, "message.max.bytes", kHonoured, kPublic, "largest accepted record batch"},
    {"message.downconversion.enable", kBoolean, "true", any(), kClusterWide, "log.message.downconversion.enable", kHonoured, kPublic, "convert batches for old consumers"},
    {"message.format.version", kString, "3.0-IV1", version(), kClusterWide, "log.message.format.version", kNotYet, kPublic, "on-disk format, ignored from IBP 3.0"},
    {"message.timestamp.after.max.ms", kLong, "9223372036854775807", at_least(0), kClusterWide, "log.message.timestamp.after.max.ms", kHonoured, kPublic, "how far in future timestamps allowed"},
    {"message.timestamp.before.max.ms", kLong, "9223372036854775807", at_least(0), kClusterWide, "log.message.timestamp.before.max.ms", kHonoured, kPublic, "how far in past timestamps allowed"},
    {"message.timestamp.difference.max.ms", kLong, "9223372036854775807", at_least(0), kClusterWide, "log.message.timestamp.difference.max.ms", kNotYet, kPublic, "deprecated two-sided timestamp tolerance"},
    {"message.timestamp.type", kString, "CreateTime", one_of("CreateTime, LogAppendTime"), kClusterWide, "log.message.timestamp.type", kHonoured, kPublic, "keep client time or stamp append time"},
    {"min.cleanable.dirty.ratio", kDouble, "0.5", between(0, 1), kClusterWide, "log.cleaner.min.cleanable.ratio", kNotYet, kPublic, "dirty fraction making log compactable"},
    {"min.compaction.lag.ms", kLong, "0", at_least(0), kClusterWide, "log.cleaner.min.compaction.lag.ms", kNotYet, kPublic, "youngest age a record can compact"},
    {"min.insync.replicas", kInt, "1", at_least(1), kClusterWide, "min.insync.replicas", kHonoured, kPublic, "ISR size required for acks=all"},
    {"preallocate", kBoolean, "false", any(), kClusterWide, "log.preallocate", kNotYet, kPublic, "create segment files at full size"},
    {"remote.log.copy.disable", kBoolean, "false", any(), kClusterWide, "", kNotYet, kPublic, "make tiered data read only"},
    {"remote.log.delete.on.disable", kBoolean, "false", any(), kClusterWide, "", kNotYet, kPublic, "drop remote data when tiering stops"},
    {"remote.storage.enable", kBoolean, "false", any(), kClusterWide, "", kNotYet, kPublic, "tier this topic to remote storage"},
    {"retention.bytes", kLong, "-1", any(), kClusterWide, "log.retention.bytes", kHonoured, kPublic, "delete oldest beyond this partition size"},
    {"retention.ms", kLong, "604800000", at_least(-1), kClusterWide, "log.retention.ms", kHonoured, kPublic, "delete segments older; -1 keeps forever"},
    {"segment.bytes", kInt, "1073741824", at_least(14), kClusterWide, "log.segment.bytes", kHonoured, kPublic, "segment file size that forces roll"},
    {"segment.index.bytes", kInt, "10485760", at_least(4), kClusterWide, "log.index.size.max.bytes", kHonoured, kPublic, "preallocated size of index files"},
    {"segment.jitter.ms", kLong, "0", at_least(0), kClusterWide, "log.roll.jitter.ms", kHonoured, kPublic, "random reduction of roll age"},
    {"segment.ms", kLong, "604800000", at_least(1), kClusterWide, "log.roll.ms", kHonoured, kPublic, "segment age that forces roll"},
    {"unclean.leader.election.enable", kBoolean, "false", any(), kClusterWide, "unclean.leader.election.enable", kHonoured, kPublic, "let out-of-sync replica become leader"},
};
// clang-format on

}  // namespace

std::span<const ConfigKey> topic_keys() {
  return kKeys;
}

}  // namespace barnabas::config
