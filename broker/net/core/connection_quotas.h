// How many connections a broker holds: in all, by listener and by client address; and how fast new
// ones are let in.
//
// A connection that finds no slot waits at the door; one whose address has too many is refused.
// With more than one listener the one between brokers is protected: no maximum of the whole broker
// keeps another broker out, it is a client's connection that has to go (exceeded()).
// Invariants  Every admitted connection is released once.
// Threads     externally synchronized.
// Source      Kafka 3.9, kafka/network/SocketServer.scala (ConnectionQuotas)
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "broker/base/clock.h"
#include "broker/net/core/connection_rate.h"

namespace barnabas::net {

inline constexpr std::int32_t kUnlimited = std::numeric_limits<std::int32_t>::max();

struct ListenerQuota {
  std::int32_t max_connections = kUnlimited;    // listener.name.<name>.max.connections
  std::int32_t max_creation_rate = kUnlimited;  // listener.name.<name>.max.connection.creation.rate
};

struct QuotaOptions {
  std::int32_t max_connections = kUnlimited;              // max.connections
  std::int32_t max_creation_rate = kUnlimited;            // max.connection.creation.rate, a second
  std::int32_t max_per_address = kUnlimited;              // max.connections.per.ip
  std::map<std::string, std::int32_t> address_maximum{};  // ....overrides, by numeric address
  std::map<std::string, ListenerQuota> listeners{};       // those that are not unlimited
  std::string inter_broker_listener{};
  RateWindows rate_windows{};
};

class ConnectionQuotas {
 public:
  enum class Admission { kAdmitted, kNoSlot, kTooManyOfAddress };

  explicit ConnectionQuotas(QuotaOptions options);

  void add_listener(const std::string& listener);
  // Counts a connection that has come and says how long it has to wait at the door.
  Duration record_new(const std::string& listener, Time now);
  // Counts the connection in if it is admitted. kNoSlot: ask again after a release().
  Admission admit(const std::string& listener, const std::string& address);
  void release(const std::string& listener, const std::string& address);

  // More than max.connections, because of a protected listener: a client's has to go.
  bool exceeded() const { return total_ > options_.max_connections; }
  bool is_protected(const std::string& listener) const {
    return listener == options_.inter_broker_listener && listeners_.size() > 1;
  }
  std::int32_t maximum_of(const std::string& address) const;

 private:
  struct ListenerState {
    ListenerQuota quota;
    ConnectionRate rate;
    std::int32_t connections = 0;
  };

  // Fixed at construction
  const QuotaOptions options_;

  ConnectionRate rate_;
  std::map<std::string, ListenerState> listeners_;
  std::map<std::string, std::int32_t> by_address_;
  std::int32_t total_ = 0;
};

}  // namespace barnabas::net
