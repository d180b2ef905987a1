#include "broker/controller/core/broker_changes.h"

namespace barnabas::controller {

BrokerChanges compare_brokers(const std::map<BrokerId, BrokerInfo>& known,
                              const std::map<BrokerId, BrokerInfo>& current) {
  BrokerChanges changes;
  for (const auto& [id, broker] : current) {
    const auto old = known.find(id);
    if (old == known.end()) {
      changes.started.push_back(broker);
    } else if (broker.epoch > old->second.epoch) {
      changes.bounced.push_back(broker);
    } else if (broker.epoch == old->second.epoch && broker != old->second) {
      changes.updated.push_back(broker);
    }
  }
  for (const auto& [id, broker] : known) {
    if (!current.contains(id)) changes.dead.push_back(id);
  }
  return changes;
}

}  // namespace barnabas::controller
