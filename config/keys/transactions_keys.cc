// Transactional producers.

#include "config/config_key.h"
#include "config/keys/subjects.h"
#include "config/valid_values.h"

namespace barnabas::config {

std::span<const ConfigKey> transactions_keys() {
  using enum ConfigType;
  using enum Importance;
  using enum Support;
  using enum UpdateMode;
  using enum Visibility;
  // clang-format off
  static constexpr ConfigKey kKeys[] = {
    // name, type, default, valid values, importance, update mode, topic config, support,
    // visibility, description
    {"transaction.max.timeout.ms",
     kInt, "900000", at_least(1), kHigh, kReadOnly, "", kNotYet, kPublic,
     "The longest timeout that a transactional producer may ask for."},
    {"transactional.id.expiration.ms",
     kInt, "604800000", at_least(1), kHigh, kReadOnly, "", kNotYet, kPublic,
     "How long an idle transactional id is remembered."},
    {"transaction.state.log.num.partitions",
     kInt, "50", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The number of partitions of __transaction_state."},
    {"transaction.state.log.replication.factor",
     kShort, "3", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The number of replicas of __transaction_state, which is not created before there are so "
     "many brokers."},
    {"transaction.state.log.min.isr",
     kInt, "2", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "min.insync.replicas of __transaction_state."},
    {"transaction.state.log.segment.bytes",
     kInt, "104857600", at_least(1), kHigh, kReadOnly, "", kHonoured, kPublic,
     "The size of a segment of __transaction_state."},
    {"transaction.state.log.load.buffer.size",
     kInt, "5242880", at_least(1), kHigh, kReadOnly, "", kNotYet, kPublic,
     "How much of __transaction_state is read at a time when a coordinator loads its "
     "transactions."},
    {"transaction.abort.timed.out.transaction.cleanup.interval.ms",
     kInt, "10000", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How often transactions are looked for whose time is up."},
    {"transaction.remove.expired.transaction.cleanup.interval.ms",
     kInt, "3600000", at_least(1), kLow, kReadOnly, "", kNotYet, kPublic,
     "How often transactional ids are looked for that are to be forgotten."},
    {"transaction.partition.verification.enable",
     kBoolean, "true", any(), kLow, kClusterWide, "", kNotYet, kPublic,
     "Whether a transactional write is only accepted for a partition that has joined the "
     "transaction."},
  };
  // clang-format on
  return kKeys;
}

}  // namespace barnabas::config
