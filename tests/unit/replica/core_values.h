// Short ways to write what the tests of the replica core are about.
#pragma once

#include <initializer_list>
#include <memory>
#include <variant>
#include <vector>

#include "broker/base/clock.h"
#include "broker/protocol/ids.h"
#include "broker/replica/core/replica_core.h"

namespace barnabas::replica {

inline Time at_ms(std::int64_t ms) {
  return Time{milliseconds(ms)};
}
inline BrokerId b(std::int32_t id) {
  return BrokerId{id};
}
inline std::vector<BrokerId> brokers(std::initializer_list<std::int32_t> ids) {
  std::vector<BrokerId> list;
  for (const auto id : ids) list.push_back(BrokerId{id});
  return list;
}
inline LiveBrokers live(std::initializer_list<std::int32_t> ids) {
  return std::make_shared<const std::vector<BrokerId>>(brokers(ids));
}
inline LogOffsets log_of(std::int64_t start, std::int64_t end) {
  return {Offset{start}, Offset{end}};
}

inline constexpr std::int64_t kLagMs = 30000;

// A state for three replicas 1, 2, 3.
inline LeaderAndIsr told(std::int32_t leader, std::int32_t epoch,
                         std::initializer_list<std::int32_t> isr, std::int32_t partition_epoch) {
  LeaderAndIsr state;
  state.leader = BrokerId{leader};
  state.leader_epoch = LeaderEpoch{epoch};
  state.partition_epoch = PartitionEpoch{partition_epoch};
  state.isr = brokers(isr);
  state.replicas = brokers({1, 2, 3});
  return state;
}

template <typename E>
std::vector<E> all_of(const Effects& effects) {
  std::vector<E> found;
  for (const Effect& effect : effects) {
    if (const auto* e = std::get_if<E>(&effect)) found.push_back(*e);
  }
  return found;
}

// A core of broker 1 with all brokers alive.
class LeaderFixture {
 public:
  LeaderFixture() : core({BrokerId{1}, milliseconds(kLagMs)}) {
    core.on_live_brokers(live({1, 2, 3}));
  }

  // Broker 1 leads from `end` with this ISR.
  void lead(std::initializer_list<std::int32_t> isr, std::int64_t end, std::int32_t epoch = 5,
            std::int32_t partition_epoch = 7, std::int64_t now_ms = 0) {
    log.log_end = Offset{end};
    core.become_leader(told(1, epoch, isr, partition_epoch), log, at_ms(now_ms), effects);
  }
  void append_to(std::int64_t end, std::int64_t now_ms = 0) {
    log.log_end = Offset{end};
    core.on_appended(log, at_ms(now_ms), effects);
  }
  void fetched(std::int32_t follower, std::int64_t offset, std::int64_t now_ms = 0) {
    core.on_follower_fetch(BrokerId{follower}, Offset{offset}, log.log_start, log, at_ms(now_ms),
                           effects);
  }
  AlterPartitionReaction answered(const AlterPartitionAnswer& answer, std::int64_t now_ms = 0) {
    return core.on_alter_partition_answer(core.isr().pending()->id, answer, log, at_ms(now_ms),
                                          effects);
  }
  AlterPartitionAnswer granted(std::initializer_list<std::int32_t> isr,
                               std::int32_t partition_epoch) const {
    return {ErrorCode::kNone, core.leader_epoch(), PartitionEpoch{partition_epoch}, brokers(isr)};
  }
  std::int64_t hw() const { return core.high_watermark().value(); }

  ReplicaCore core;
  LogOffsets log;
  Effects effects;
};

}  // namespace barnabas::replica
