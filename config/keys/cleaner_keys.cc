// Compaction of logs.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> cleaner_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"log.cleaner.enable", kBoolean, "true", any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Whether compacted topics are compacted at all."},
    {"log.cleaner.threads", kInt, "1", at_least(0), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Threads that compact logs."},
    {"log.cleaner.backoff.ms",
     kLong, "15000", at_least(0), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How long a cleaner waits when there is nothing to compact."},
    {"log.cleaner.dedupe.buffer.size",
     kLong, "134217728", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Memory for the keys of the log that is being compacted, for all cleaner threads "
     "together; each needs more than 1 MiB."},
    {"log.cleaner.io.buffer.size",
     kInt, "524288", at_least(0), kMedium, kClusterWide, "", kNotYet, kPublic,
     "Memory for reading and writing while compacting, for all cleaner threads together."},
    {"log.cleaner.io.buffer.load.factor",
     kDouble, "0.9", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How full the memory for keys may get. Fuller compacts more at a time, with more "
     "collisions."},
    {"log.cleaner.io.max.bytes.per.second",
     kDouble, "1.7976931348623157E308", any(), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How much all cleaners together read and write per second."},
    {"log.cleaner.delete.retention.ms",
     kLong, "86400000", at_least(0), kMedium, kClusterWide, "delete.retention.ms", kNotYet, kPublic,
     "How long a tombstone stays readable after compaction, so that consumers from the "
     "beginning see it."},
    {"log.cleaner.min.cleanable.ratio",
     kDouble, "0.5", between(0, 1), kMedium, kClusterWide, "min.cleanable.dirty.ratio", kNotYet,
     kPublic,
     "The share of a log that must be uncompacted before it is worth compacting."},
    {"log.cleaner.min.compaction.lag.ms",
     kLong, "0", at_least(0), kMedium, kClusterWide, "min.compaction.lag.ms", kNotYet, kPublic,
     "The age below which a record is not compacted away."},
    {"log.cleaner.max.compaction.lag.ms",
     kLong, "9223372036854775807", at_least(1), kMedium, kClusterWide, "max.compaction.lag.ms",
     kNotYet, kPublic,
     "The age by which a record must have been open to compaction, however little there is to "
     "compact."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
