// Quotas and throttles.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> quotas_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"client.quota.callback.class",
     kClass, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "A Java class that decides the quotas of clients."},
    {"quota.window.num", kInt, "11", at_least(1), kLow, kReadOnly, "", kHonoured, kPublic,
     "How many samples the rate of new connections, and the quotas of clients, are measured over."},
    {"quota.window.size.seconds", kInt, "1", at_least(1), kLow, kReadOnly, "", kHonoured, kPublic,
     "The length of a sample of the rate of new connections, and of the quotas of clients."},
    {"controller.quota.window.num", kInt, "11", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How many samples the quotas of changes to topics are measured over."},
    {"controller.quota.window.size.seconds",
     kInt, "1", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "The length of a sample of the quotas of changes to topics."},
    {"replication.quota.window.num", kInt, "11", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How many samples the throttle of replication is measured over."},
    {"replication.quota.window.size.seconds",
     kInt, "1", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "The length of a sample of the throttle of replication."},
    {"alter.log.dirs.replication.quota.window.num",
     kInt, "11", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How many samples the throttle of moves between log directories is measured over."},
    {"alter.log.dirs.replication.quota.window.size.seconds",
     kInt, "1", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "The length of a sample of the throttle of moves between log directories."},
    {"leader.replication.throttled.rate",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide, "", kNotYet, kDynamicOnly,
     "How many bytes per second leaders send for throttled replicas. Only while the broker "
     "runs."},
    {"follower.replication.throttled.rate",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide, "", kNotYet, kDynamicOnly,
     "How many bytes per second followers fetch for throttled replicas. Only while the broker "
     "runs."},
    {"replica.alter.log.dirs.io.max.bytes.per.second",
     kLong, "9223372036854775807", at_least(0), kMedium, kClusterWide, "", kNotYet, kDynamicOnly,
     "How many bytes per second are moved between log directories. Only while the broker runs."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
