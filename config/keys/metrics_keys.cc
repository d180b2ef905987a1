// Metrics and who is told of them.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> metrics_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"metric.reporters", kList, "", any(), kLow, kClusterWide, "", kNotYet, kPublic,
     "Java classes that are told of metrics."},
    {"metrics.num.samples", kInt, "2", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How many samples a metric is measured over."},
    {"metrics.sample.window.ms", kLong, "30000", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "The length of a sample of a metric."},
    {"metrics.recording.level",
     kString, "INFO", one_of("INFO, DEBUG, TRACE"), kLow, kReadOnly, "", kNotYet, kPublic,
     "How detailed the metrics are: INFO, DEBUG or TRACE."},
    {"kafka.metrics.reporters", kList, "", any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "Java classes that are told of Yammer metrics."},
    {"kafka.metrics.polling.interval.secs",
     kInt, "10", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How often those classes look at the metrics."},
    {"telemetry.max.bytes", kInt, "1048576", at_least(1), kLow, kReadOnly, "", kKraft, kPublic,
     "KRaft: the largest report of metrics that a client may send."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
