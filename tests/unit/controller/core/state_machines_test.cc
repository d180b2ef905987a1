#include "broker/controller/core/state_machines.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace barnabas::controller {
namespace {

using P = PartitionState;
using R = ReplicaState;

template <typename State>
std::set<State> valid_previous(State to, const std::vector<State>& all) {
  std::set<State> previous;
  for (State from : all) {
    if (is_valid_transition(from, to)) previous.insert(from);
  }
  return previous;
}

TEST(PartitionStates, EachHasThePreviousStatesOfKafkasTable) {
  const std::vector<P> all = {P::kNonExistent, P::kNew, P::kOnline, P::kOffline};
  const std::map<P, std::set<P>> table = {
      {P::kNonExistent, {P::kOffline}},
      {P::kNew, {P::kNonExistent}},
      {P::kOnline, {P::kNew, P::kOnline, P::kOffline}},
      {P::kOffline, {P::kNew, P::kOnline, P::kOffline}},
  };
  for (const auto& [to, previous] : table) {
    EXPECT_EQ(valid_previous(to, all), previous) << to_string(to);
  }
}

TEST(ReplicaStates, EachHasThePreviousStatesOfKafkasTable) {
  const std::vector<R> all = {R::kNonExistent,
                              R::kNew,
                              R::kOnline,
                              R::kOffline,
                              R::kDeletionStarted,
                              R::kDeletionSuccessful,
                              R::kDeletionIneligible};
  const std::set<R> ordinary = {R::kNew, R::kOnline, R::kOffline, R::kDeletionIneligible};
  const std::map<R, std::set<R>> table = {
      {R::kNew, {R::kNonExistent}},
      {R::kOnline, ordinary},
      {R::kOffline, ordinary},
      {R::kDeletionStarted, {R::kOffline}},
      {R::kDeletionSuccessful, {R::kDeletionStarted}},
      {R::kDeletionIneligible, {R::kOffline, R::kDeletionStarted}},
      {R::kNonExistent, {R::kDeletionSuccessful}},
  };
  for (const auto& [to, previous] : table) {
    EXPECT_EQ(valid_previous(to, all), previous) << to_string(to);
  }
}

}  // namespace
}  // namespace barnabas::controller
