// What happened to the brokers between two looks at /brokers/ids.
//
// Threads  pure function.
// Source   Kafka 3.9, KafkaController.processBrokerChange, processBrokerModification
#pragma once

#include <map>
#include <vector>

#include "broker/controller/core/cluster_state.h"

namespace barnabas::controller {

// Each ascending. A bounced broker is registered anew under its id (greater czxid): it failed and
// started since. An updated one changed its endpoints or rack in place.
struct BrokerChanges {
  std::vector<BrokerInfo> started;
  std::vector<BrokerInfo> bounced;
  std::vector<BrokerId> dead;
  std::vector<BrokerInfo> updated;
};

BrokerChanges compare_brokers(const std::map<BrokerId, BrokerInfo>& known,
                              const std::map<BrokerId, BrokerInfo>& current);

}  // namespace barnabas::controller
