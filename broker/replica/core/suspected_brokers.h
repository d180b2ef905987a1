// Which brokers have probably just died: the peer ended a connection that had been answering. The
// controller will say so some milliseconds later; until then the metadata name a dead leader, and a
// client that is told of it asks again only after a second or so. An answer that would name a
// suspect as a leader is therefore held, for a bounded time.
//
//     connection:  new --answer--> proven --ended by the peer--> new      (kLost: suspected)
//                              \---timed out, ended by us------> new      (no suspicion)
//     suspicion:   kLost --> suspected --a new connection answers | its time is over--> not
//
// Its client may learn of a death before us: the kernel ends the connections of a killed process
// one after another, and what those ends wake may run in between. So nothing is told of a broker
// whose death we would notice before kNoticedWithin is over.
//
// A broker that merely closed a connection is thus suspected until the next request to it is
// answered; one that cannot be reached in the first place, or is only slow, never is.
//
// Threads  externally synchronized (LeaderWatch; a BrokerConnection: its ReplicaFetcher).
// Source   none in Kafka 3.9, which answers with what it knows.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "broker/base/clock.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/ids.h"

namespace barnabas::replica {

// What the requests of one connection tell of the broker at its other end.
class BrokerConnection {
 public:
  enum class News { kNone, kConnected, kLost };

  // A request was answered, whatever the answer.
  News on_answer();
  // A request failed: NETWORK_EXCEPTION or REQUEST_TIMED_OUT (protocol::Channel).
  News on_failure(ErrorCode error);
  // We closed it; the next request makes a new one.
  void on_closed_by_us() { proven_ = false; }

  // It has answered since it was made.
  bool is_proven() const { return proven_; }

 private:
  bool proven_ = false;
};

class SuspectedBrokers {
 public:
  // A failover takes some tens of milliseconds, on a busy machine a few times as long; a client
  // that is in vain kept waiting this long loses little of the second it would wait anyway.
  static constexpr Duration kLongest = milliseconds(300);
  // Between the ends of two connections of one killed process, on a machine that is not overrun.
  static constexpr Duration kNoticedWithin = milliseconds(5);

  void on_lost(BrokerId broker, Time now) {
    connected_.erase(broker);
    until_[broker] = now + kLongest;
  }
  // True: it was suspected and is no longer.
  bool on_connected(BrokerId broker) {
    connected_.insert(broker);
    return until_.erase(broker) > 0;
  }

  // Those whose death would be noticed: they have answered, and nothing ended since.
  const std::set<BrokerId>& connected() const { return connected_; }

  // The end of the suspicion; none: it is not suspected.
  std::optional<Time> suspected_until(BrokerId broker, Time now) const;
  // Forgets those whose time is over.
  void on_tick(Time now);
  bool empty() const { return until_.empty(); }

 private:
  std::set<BrokerId> connected_;
  std::map<BrokerId, Time> until_;
};

}  // namespace barnabas::replica
