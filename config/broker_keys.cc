#include <algorithm>
#include <vector>

#include "config/config_key.h"
#include "config/keys/subjects.h"

namespace barnabas::config {

std::span<const KeySubject> broker_key_subjects() {
  static const KeySubject kSubjects[] = {
      {"The broker", "Who it is, how it stops, what it runs in the background.", server_keys()},
      {"Network", "Listeners, sockets, connections and what they may use up.", network_keys()},
      {"Log", "Log directories, segments, flushing and retention.", log_keys()},
      {"Log cleaner", "Compaction of logs.", cleaner_keys()},
      {"Replication", "Replicas, leaders and the controller.", replication_keys()},
      {"Groups", "Consumer groups and their offsets.", groups_keys()},
      {"Transactions", "Transactional producers.", transactions_keys()},
      {"Security", "Authorizer, TLS, delegation tokens, stored passwords.", security_keys()},
      {"SASL", "Authentication by SASL.", sasl_keys()},
      {"ZooKeeper", "The connection to ZooKeeper.", zookeeper_keys()},
      {"Quotas", "Quotas and throttles.", quotas_keys()},
      {"Metrics", "Metrics and who is told of them.", metrics_keys()},
      {"Tiered storage", "Old segments in a remote storage.", tiered_keys()},
      {"KRaft", "Keys of the other mode. A broker in ZooKeeper mode knows them and does without.",
       kraft_keys()},
  };
  return kSubjects;
}

std::span<const ConfigKey> broker_keys() {
  static const std::vector<ConfigKey> kSorted = [] {
    std::vector<ConfigKey> keys;
    for (const KeySubject& subject : broker_key_subjects()) {
      keys.insert(keys.end(), subject.keys.begin(), subject.keys.end());
    }
    std::ranges::sort(keys, {}, &ConfigKey::name);
    return keys;
  }();
  return kSorted;
}

}  // namespace barnabas::config
