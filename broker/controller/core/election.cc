#include "broker/controller/core/election.h"

#include <algorithm>

namespace barnabas::controller {
namespace {

LeaderAndIsr successor(const LeaderAndIsr& current, BrokerId leader, BrokerIds isr) {
  LeaderAndIsr next = current;
  next.leader = leader;
  next.isr = std::move(isr);
  ++next.leader_epoch;
  return next;
}

template <typename Accept>
std::optional<BrokerId> first(const BrokerIds& ids, Accept accept) {
  const auto found = std::find_if(ids.begin(), ids.end(), accept);
  if (found == ids.end()) return std::nullopt;
  return *found;
}

BrokerIds kept(const BrokerIds& ids, const std::function<bool(BrokerId)>& keep) {
  return without(ids, [&](BrokerId id) { return !keep(id); });
}

}  // namespace

ElectionResult elect_offline(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                             const ReplicaLiveness& liveness, bool unclean,
                             bool leader_recovery_supported) {
  const BrokerIds live = kept(assignment.replicas, liveness.online);
  if (auto leader = first(live, [&](BrokerId id) { return contains(current.isr, id); })) {
    return {successor(current, *leader, kept(current.isr, liveness.online)), live};
  }
  if (!unclean || live.empty()) return {std::nullopt, live};
  LeaderAndIsr next = successor(current, live.front(), {live.front()});
  if (leader_recovery_supported) next.recovery_state = LeaderRecoveryState::kRecovering;
  return {std::move(next), live};
}

ElectionResult elect_reassign(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                              const ReplicaLiveness& liveness) {
  BrokerIds target = assignment.target();
  const auto leader =
      first(target, [&](BrokerId id) { return liveness.online(id) && contains(current.isr, id); });
  if (!leader) return {std::nullopt, std::move(target)};
  return {successor(current, *leader, current.isr), std::move(target)};
}

ElectionResult elect_preferred(const ReplicaAssignment& assignment, const LeaderAndIsr& current,
                               const ReplicaLiveness& liveness) {
  const BrokerIds& replicas = assignment.replicas;
  if (replicas.empty() || !liveness.online(replicas.front()) ||
      !contains(current.isr, replicas.front())) {
    return {std::nullopt, replicas};
  }
  return {successor(current, replicas.front(), current.isr), replicas};
}

ElectionResult elect_controlled_shutdown(const ReplicaAssignment& assignment,
                                         const LeaderAndIsr& current,
                                         const ReplicaLiveness& liveness) {
  BrokerIds recipients = kept(assignment.replicas, liveness.online_or_shutting_down);
  const auto leader = first(recipients, [&](BrokerId id) {
    return contains(current.isr, id) && !liveness.shutting_down(id);
  });
  if (!leader) return {std::nullopt, std::move(recipients)};
  return {successor(current, *leader, without(current.isr, liveness.shutting_down)),
          std::move(recipients)};
}

std::optional<LeaderAndIsr> initial_leadership(const ReplicaAssignment& assignment,
                                               const ReplicaLiveness& liveness) {
  BrokerIds live = kept(assignment.replicas, liveness.online);
  if (live.empty()) return std::nullopt;
  LeaderAndIsr state;
  state.leader = live.front();
  state.isr = std::move(live);
  return state;
}

std::optional<LeaderAndIsr> remove_from_isr(const LeaderAndIsr& current,
                                            const std::function<bool(BrokerId)>& offline) {
  BrokerIds leaving = kept(current.isr, offline);
  if (leaving.empty()) return std::nullopt;
  std::sort(leaving.begin(), leaving.end());
  if (leaving.size() == current.isr.size()) leaving.pop_back();
  const BrokerId leader = offline(current.leader) ? kNoBroker : current.leader;
  if (leaving.empty() && leader == current.leader) return std::nullopt;
  return successor(current, leader,
                   without(current.isr, [&](BrokerId id) { return contains(leaving, id); }));
}

}  // namespace barnabas::controller
