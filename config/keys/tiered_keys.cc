// Tiered storage.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> tiered_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"remote.log.storage.system.enable",
     kBoolean, "false", any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Whether old segments can be moved to a remote storage."},
    {"remote.log.storage.manager.class.name",
     kString, std::nullopt, non_empty(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The Java class of the remote storage."},
    {"remote.log.storage.manager.class.path",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Where that class is."},
    {"remote.log.storage.manager.impl.prefix",
     kString, "rsm.config.", non_empty(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How the settings begin that are handed to that class."},
    {"remote.log.metadata.manager.class.name",
     kString,
     "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
     non_empty(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The Java class that remembers what is in the remote storage."},
    {"remote.log.metadata.manager.class.path",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Where that class is."},
    {"remote.log.metadata.manager.impl.prefix",
     kString, "rlmm.config.", non_empty(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How the settings begin that are handed to that class."},
    {"remote.log.metadata.manager.listener.name",
     kString, std::nullopt, non_empty(), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The listener through which that class talks to the broker."},
    {"remote.log.metadata.custom.metadata.max.bytes",
     kInt, "128", at_least(0), kLow, kReadOnly, "", kNotYet, kPublic,
     "How much the remote storage may add to the description of a segment."},
    {"remote.log.manager.task.interval.ms",
     kLong, "30000", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How often segments are looked for that are to be copied or deleted."},
    {"remote.log.manager.task.retry.backoff.ms",
     kLong, "500", at_least(1), kLow, kReadOnly, "", kNotYet, kInternal,
     "The first wait before a failed copy is tried again."},
    {"remote.log.manager.task.retry.backoff.max.ms",
     kLong, "30000", at_least(1), kLow, kReadOnly, "", kNotYet, kInternal,
     "The longest wait before a failed copy is tried again."},
    {"remote.log.manager.task.retry.jitter",
     kDouble, "0.2", between(0, 0.5), kLow, kReadOnly, "", kNotYet, kInternal,
     "By which share that wait is varied at random."},
    {"remote.log.manager.thread.pool.size",
     kInt, "10", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Threads for the remote storage."},
    {"remote.log.manager.copier.thread.pool.size",
     kInt, "-1", level_or_default(1, kUnbounded), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Threads that copy segments; -1: those of remote.log.manager.thread.pool.size."},
    {"remote.log.manager.expiration.thread.pool.size",
     kInt, "-1", level_or_default(1, kUnbounded), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Threads that delete segments in the remote storage; -1: those of "
     "remote.log.manager.thread.pool.size."},
    {"remote.log.manager.copy.max.bytes.per.second",
     kLong, "9223372036854775807", at_least(1), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How many bytes per second are copied to the remote storage."},
    {"remote.log.manager.copy.quota.window.num",
     kInt, "11", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How many samples that limit is measured over."},
    {"remote.log.manager.copy.quota.window.size.seconds",
     kInt, "1", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The length of such a sample."},
    {"remote.log.manager.fetch.max.bytes.per.second",
     kLong, "9223372036854775807", at_least(1), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How many bytes per second are read from the remote storage."},
    {"remote.log.manager.fetch.quota.window.num",
     kInt, "11", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How many samples that limit is measured over."},
    {"remote.log.manager.fetch.quota.window.size.seconds",
     kInt, "1", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "The length of such a sample."},
    {"remote.log.index.file.cache.total.size.bytes",
     kLong, "1073741824", at_least(1), kLow, kClusterWide, "", kNotYet, kPublic,
     "How much disk the indexes of remote segments may take here."},
    {"remote.log.reader.threads", kInt, "10", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "Threads that read from the remote storage."},
    {"remote.log.reader.max.pending.tasks",
     kInt, "100", at_least(1), kMedium, kReadOnly, "", kNotYet, kPublic,
     "How many reads from the remote storage may wait."},
    {"remote.fetch.max.wait.ms",
     kInt, "500", at_least(1), kMedium, kClusterWide, "", kNotYet, kPublic,
     "How long a fetch waits for the remote storage."},
    {"log.local.retention.ms",
     kLong, "-2", at_least(-2), kMedium, kClusterWide, "local.retention.ms", kNotYet, kPublic,
     "The age after which a segment that was copied is deleted here; -2: as log.retention.ms."},
    {"log.local.retention.bytes",
     kLong, "-2", at_least(-2), kMedium, kClusterWide, "local.retention.bytes", kNotYet, kPublic,
     "The size of a partition above which segments that were copied are deleted here; -2: as "
     "log.retention.bytes."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
