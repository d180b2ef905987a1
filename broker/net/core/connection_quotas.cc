#include "broker/net/core/connection_quotas.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::net {

ConnectionQuotas::ConnectionQuotas(QuotaOptions options)
    : options_(std::move(options)), rate_(options_.max_creation_rate, options_.rate_windows) {}

void ConnectionQuotas::add_listener(const std::string& listener) {
  const auto configured = options_.listeners.find(listener);
  const ListenerQuota quota =
      configured == options_.listeners.end() ? ListenerQuota{} : configured->second;
  listeners_.try_emplace(listener, ListenerState{.quota = quota,
                                                 .rate = ConnectionRate(quota.max_creation_rate,
                                                                        options_.rate_windows)});
}

Duration ConnectionQuotas::record_new(const std::string& listener, Time now) {
  const Duration of_listener = listeners_.at(listener).rate.record(now);
  if (is_protected(listener)) return of_listener;
  return std::max(of_listener, rate_.record(now));
}

ConnectionQuotas::Admission ConnectionQuotas::admit(const std::string& listener,
                                                    const std::string& address) {
  ListenerState& state = listeners_.at(listener);
  if (state.connections >= state.quota.max_connections) return Admission::kNoSlot;
  if (!is_protected(listener) && total_ >= options_.max_connections) return Admission::kNoSlot;
  const auto known = by_address_.find(address);
  if ((known == by_address_.end() ? 0 : known->second) >= maximum_of(address)) {
    return Admission::kTooManyOfAddress;
  }
  ++by_address_[address];
  ++state.connections;
  ++total_;
  return Admission::kAdmitted;
}

void ConnectionQuotas::release(const std::string& listener, const std::string& address) {
  const auto known = by_address_.find(address);
  CHECK(known != by_address_.end(), "no connection of {} is counted", address);
  if (--known->second == 0) by_address_.erase(known);
  --listeners_.at(listener).connections;
  --total_;
}

std::int32_t ConnectionQuotas::maximum_of(const std::string& address) const {
  const auto own = options_.address_maximum.find(address);
  return own == options_.address_maximum.end() ? options_.max_per_address : own->second;
}

}  // namespace barnabas::net
