// The broker itself: who it is, how it stops, what it runs in the background.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> server_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"auto.include.jmx.reporter", kBoolean, "true", any(), kLow, kReadOnly, "", kNoCounterpart, kPublic,
     "Whether Java's JMX reporter is added to metric.reporters by itself. Deprecated."},
    {"background.threads", kInt, "10", at_least(1), kHigh, kClusterWide, "", kNoCounterpart, kPublic,
     "Threads for housekeeping that no request waits for."},
    {"broker.id", kInt, "-1", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The number that identifies this broker in the cluster, different for each of them. With "
     "-1 one is generated at the first start and kept in meta.properties."},
    {"broker.id.generation.enable",
     kBoolean, "true", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "Whether a broker without broker.id may take a generated one, which lies above "
     "reserved.broker.max.id."},
    {"broker.rack", kString, std::nullopt, any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "Where the broker stands, such as a rack or an availability zone. The replicas of a "
     "partition are spread over racks, and consumers can read in their own."},
    {"reserved.broker.max.id",
     kInt, "1000", at_least(0), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The largest number that may be given as broker.id while ids are generated; generated "
     "ones begin above it."},
    {"controlled.shutdown.enable",
     kBoolean, "true", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "Whether a stopping broker first has its leaderships moved to other brokers."},
    {"controlled.shutdown.max.retries",
     kInt, "3", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How often a stopping broker asks the controller again after its leaderships could not "
     "all be moved."},
    {"controlled.shutdown.retry.backoff.ms",
     kLong, "5000", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How long a stopping broker waits before it asks the controller again."},
    {"delete.topic.enable", kBoolean, "true", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "Whether topics may be deleted. Otherwise DeleteTopics is answered with "
     "TOPIC_DELETION_DISABLED."},
    {"auto.create.topics.enable", kBoolean, "true", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "Whether a topic that does not exist is created when a client asks for its metadata or "
     "writes to it."},
    {"num.partitions", kInt, "1", at_least(1), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The number of partitions of a topic that is created without saying how many."},
    {"default.replication.factor", kInt, "1", any(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The number of replicas of a topic that is created without saying how many."},
    {"create.topic.policy.class.name",
     kClass, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "A Java class that may refuse the creation of a topic."},
    {"alter.config.policy.class.name",
     kClass, std::nullopt, any(), kLow, kReadOnly, "", kNotYet, kPublic,
     "A Java class that may refuse a change of configs."},
    {"inter.broker.protocol.version",
     kString, "3.9-IV0", version(), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The release whose features the brokers use among themselves. During an upgrade it stays "
     "at the old release until all brokers run the new one; 2.8 to 3.9 are accepted."},
    {"num.io.threads", kInt, "8", at_least(1), kHigh, kClusterWide, "", kNoCounterpart, kPublic,
     "Threads that handle requests in Kafka. Here the threads of num.network.threads do that, "
     "too."},
    {"request.timeout.ms", kInt, "30000", any(), kHigh, kReadOnly, "", kHonoured, kPublic,
     "How long the broker waits for the answer to a request of its own to another broker."},
    {"unstable.api.versions.enable",
     kBoolean, "false", any(), kHigh, kReadOnly, "", kNotYet, kInternal,
     "Whether versions of requests that are not released yet are offered."},
    {"max.request.partition.size.limit",
     kInt, "2000", at_least(1), kMedium, kReadOnly, "", kKraft, kPublic,
     "KRaft: the largest number of partitions that one answer to DescribeTopicPartitions tells "
     "of."},
    {"fetch.max.bytes",
     kInt, "57671680", at_least(1024), kMedium, kReadOnly, "", kHonoured, kPublic,
     "The largest answer to a fetch request. A first batch that is larger is still sent, so "
     "that consumers get on."},
    {"max.incremental.fetch.session.cache.slots",
     kInt, "1000", at_least(0), kMedium, kReadOnly, "", kHonoured, kPublic,
     "How many incremental fetch sessions are remembered."},
    {"fetch.purgatory.purge.interval.requests",
     kInt, "1000", any(), kMedium, kReadOnly, "", kNoCounterpart, kPublic,
     "After how many finished requests the waiting fetches are cleared of them."},
    {"producer.purgatory.purge.interval.requests",
     kInt, "1000", any(), kMedium, kReadOnly, "", kNoCounterpart, kPublic,
     "After how many finished requests the waiting produces are cleared of them."},
    {"delete.records.purgatory.purge.interval.requests",
     kInt, "1", any(), kMedium, kReadOnly, "", kNoCounterpart, kPublic,
     "After how many finished requests the waiting deletions of records are cleared of them."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
