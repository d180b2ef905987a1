#include "broker/replica/core/suspected_brokers.h"

#include <utility>

namespace barnabas::replica {

BrokerConnection::News BrokerConnection::on_answer() {
  return std::exchange(proven_, true) ? News::kNone : News::kConnected;
}

BrokerConnection::News BrokerConnection::on_failure(ErrorCode error) {
  const bool was_proven = std::exchange(proven_, false);
  return was_proven && error == ErrorCode::kNetworkException ? News::kLost : News::kNone;
}

std::optional<Time> SuspectedBrokers::suspected_until(BrokerId broker, Time now) const {
  const auto found = until_.find(broker);
  if (found == until_.end() || found->second <= now) return std::nullopt;
  return found->second;
}

void SuspectedBrokers::on_tick(Time now) {
  std::erase_if(until_, [now](const auto& suspect) { return suspect.second <= now; });
}

}  // namespace barnabas::replica
