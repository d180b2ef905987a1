#include "broker/controller/core/state_machines.h"

#include <initializer_list>

namespace barnabas::controller {
namespace {

template <typename State>
bool one_of(State state, std::initializer_list<State> states) {
  for (State candidate : states) {
    if (state == candidate) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(PartitionState state) {
  switch (state) {
    case PartitionState::kNonExistent:
      return "NonExistentPartition";
    case PartitionState::kNew:
      return "NewPartition";
    case PartitionState::kOnline:
      return "OnlinePartition";
    case PartitionState::kOffline:
      return "OfflinePartition";
  }
  return "?";
}

std::string_view to_string(ReplicaState state) {
  switch (state) {
    case ReplicaState::kNonExistent:
      return "NonExistentReplica";
    case ReplicaState::kNew:
      return "NewReplica";
    case ReplicaState::kOnline:
      return "OnlineReplica";
    case ReplicaState::kOffline:
      return "OfflineReplica";
    case ReplicaState::kDeletionStarted:
      return "ReplicaDeletionStarted";
    case ReplicaState::kDeletionSuccessful:
      return "ReplicaDeletionSuccessful";
    case ReplicaState::kDeletionIneligible:
      return "ReplicaDeletionIneligible";
  }
  return "?";
}

bool is_valid_transition(PartitionState from, PartitionState to) {
  using enum PartitionState;
  switch (to) {
    case kNonExistent:
      return from == kOffline;
    case kNew:
      return from == kNonExistent;
    case kOnline:
    case kOffline:
      return one_of(from, {kNew, kOnline, kOffline});
  }
  return false;
}

bool is_valid_transition(ReplicaState from, ReplicaState to) {
  using enum ReplicaState;
  switch (to) {
    case kNonExistent:
      return from == kDeletionSuccessful;
    case kNew:
      return from == kNonExistent;
    case kOnline:
    case kOffline:
      return one_of(from, {kNew, kOnline, kOffline, kDeletionIneligible});
    case kDeletionStarted:
      return from == kOffline;
    case kDeletionSuccessful:
      return from == kDeletionStarted;
    case kDeletionIneligible:
      return one_of(from, {kOffline, kDeletionStarted});
  }
  return false;
}

}  // namespace barnabas::controller
