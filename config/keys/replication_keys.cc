// Replicas, leaders and the controller.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> replication_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"min.insync.replicas",
     kInt, "1", at_least(1), kHigh, kClusterWide, "min.insync.replicas", kHonoured, kPublic,
     "How many replicas in sync there must be for a write with acks=all. Fewer answer it with "
     "NOT_ENOUGH_REPLICAS."},
    {"unclean.leader.election.enable",
     kBoolean, "false", any(), kHigh, kClusterWide, "unclean.leader.election.enable", kHonoured,
     kPublic,
     "Whether a replica that is not in sync may lead when no other is left. Records that it "
     "lacks are lost."},
    {"unclean.leader.election.interval.ms",
     kLong, "300000", at_least(1), kMedium, kReadOnly, "", kKraft, kInternal,
     "KRaft: how often leaders are looked for in partitions that have none."},
    {"replica.lag.time.max.ms", kLong, "30000", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "A follower that has not caught up with its leader for so long leaves the ISR."},
    {"replica.socket.timeout.ms", kInt, "30000", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long a follower waits for the answer to a fetch request."},
    {"replica.socket.receive.buffer.bytes",
     kInt, "65536", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The receive buffer of the sockets through which followers fetch."},
    {"replica.fetch.max.bytes",
     kInt, "1048576", at_least(0), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How much of one partition a follower asks for at a time. A first batch that is larger is "
     "still sent."},
    {"replica.fetch.min.bytes", kInt, "1", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How much there must be before a follower's fetch is answered at once; up to then it "
     "waits."},
    {"replica.fetch.response.max.bytes",
     kInt, "10485760", at_least(0), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How much of all partitions a follower asks for at a time."},
    {"replica.fetch.wait.max.ms", kInt, "500", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long a follower's fetch waits for new records."},
    {"replica.fetch.backoff.ms",
     kInt, "1000", at_least(0), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How long a follower waits after an error before it fetches a partition again."},
    {"replica.high.watermark.checkpoint.interval.ms",
     kLong, "5000", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How often the high watermarks are noted on disk."},
    {"replica.selector.class",
     kString, std::nullopt, any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How the replica is chosen from which a consumer reads: "
     "org.apache.kafka.common.replica.LeaderSelector or "
     "org.apache.kafka.common.replica.RackAwareReplicaSelector, which prefers the consumer's "
     "own rack."},
    {"num.replica.fetchers", kInt, "1", any(), kHigh, kClusterWide, "", kHonoured, kPublic,
     "Over how many connections a follower fetches from each leader."},
    {"num.replica.alter.log.dirs.threads",
     kInt, std::nullopt, any(), kHigh, kReadOnly, "", kNotYet, kPublic,
     "Threads that move replicas between log directories. Where it is not set, one per "
     "directory."},
    {"controller.socket.timeout.ms",
     kInt, "30000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How long the controller waits for a broker's answer."},
    {"auto.leader.rebalance.enable",
     kBoolean, "true", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "Whether leadership goes back to the preferred replicas by itself."},
    {"leader.imbalance.check.interval.seconds",
     kLong, "300", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How often the controller looks whether leadership should go back."},
    {"leader.imbalance.per.broker.percentage",
     kInt, "10", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The share of a broker's preferred partitions led by others from which on leadership goes "
     "back to it."},
    {"eligible.leader.replicas.enable",
     kBoolean, "false", any(), kHigh, kReadOnly, "", kKraft, kPublic,
     "KRaft: whether replicas that have left the ISR without losing records stay eligible."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
