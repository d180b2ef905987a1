// Consumer groups and their offsets.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> groups_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"group.min.session.timeout.ms",
     kInt, "6000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The shortest session timeout that a member of a group may ask for."},
    {"group.max.session.timeout.ms",
     kInt, "1800000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The longest session timeout that a member of a group may ask for."},
    {"group.initial.rebalance.delay.ms",
     kInt, "3000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How long an empty group waits for more members before its first rebalance."},
    {"group.max.size", kInt, "2147483647", at_least(1), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The largest number of members of a group."},
    {"group.coordinator.rebalance.protocols",
     kList, "classic", list_of("consumer, classic, share, unknown"), kMedium, kReadOnly, "",
     kHonoured, kPublic,
     "The protocols of groups. In ZooKeeper mode it is classic."},
    {"offset.metadata.max.bytes", kInt, "4096", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The longest text that may be committed with an offset."},
    {"offsets.load.buffer.size",
     kInt, "5242880", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How much of __consumer_offsets is read at a time when a coordinator loads its groups."},
    {"offsets.topic.replication.factor",
     kShort, "3", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The number of replicas of __consumer_offsets, which is not created before there are so "
     "many brokers."},
    {"offsets.topic.num.partitions",
     kInt, "50", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The number of partitions of __consumer_offsets. It may not change once the topic is "
     "there."},
    {"offsets.topic.segment.bytes",
     kInt, "104857600", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The size of a segment of __consumer_offsets. Small ones are loaded and compacted sooner."},
    {"offsets.topic.compression.codec", kInt, "0", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How groups and offsets are compressed: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd."},
    {"offsets.retention.minutes",
     kInt, "10080", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long the offsets of a group are kept after its last member has left, or after the "
     "last commit where a group has no members."},
    {"offsets.retention.check.interval.ms",
     kLong, "600000", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How often offsets are looked for that are to be forgotten."},
    {"offsets.commit.timeout.ms",
     kInt, "5000", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long a commit of offsets waits for the replicas."},
    {"offsets.commit.required.acks", kShort, "-1", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How many replicas must have a commit before it is answered; -1: all in sync. Deprecated."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
