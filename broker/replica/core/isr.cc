#include "broker/replica/core/isr.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"

namespace barnabas::replica {

AlterPartitionReaction react_to_alter_partition(const AlterPartitionAnswer& answer,
                                                LeaderEpoch leader_epoch,
                                                PartitionEpoch partition_epoch) {
  switch (answer.error) {
    case ErrorCode::kNone:
      // An equal partition epoch is the echo of a change that was applied already (a resend).
      if (answer.leader_epoch != leader_epoch || answer.partition_epoch < partition_epoch) {
        return AlterPartitionReaction::kIgnore;
      }
      return AlterPartitionReaction::kCommit;
    case ErrorCode::kOperationNotAttempted:
    case ErrorCode::kIneligibleReplica:
      // The controller vouches that the partition epoch was right and nothing was written; no other
      // controller can have applied it.
      return AlterPartitionReaction::kRollBack;
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kFencedLeaderEpoch:
    case ErrorCode::kInvalidUpdateVersion:
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kNewLeaderElected:
      return AlterPartitionReaction::kGiveUp;
    default:
      return AlterPartitionReaction::kResend;
  }
}

void Isr::reset(std::vector<BrokerId> committed) {
  committed_ = std::move(committed);
  pending_.reset();
  adding_.reset();
}

std::vector<BrokerId> Isr::maximal() const {
  std::vector<BrokerId> all = committed_;
  if (adding_) all.push_back(*adding_);
  return all;
}

bool Isr::committed_contains(BrokerId id) const {
  return std::find(committed_.begin(), committed_.end(), id) != committed_.end();
}

bool Isr::maximal_contains(BrokerId id) const {
  return adding_ == id || committed_contains(id);
}

const IsrProposal& Isr::propose_expand(BrokerId id, LeaderEpoch leader_epoch,
                                       PartitionEpoch partition_epoch) {
  CHECK(!in_flight() && !committed_contains(id), "replica {}", id);
  adding_ = id;
  return pending_.emplace(IsrProposal{++last_id_, leader_epoch, partition_epoch, maximal()});
}

const IsrProposal& Isr::propose_shrink(const std::vector<BrokerId>& out, LeaderEpoch leader_epoch,
                                       PartitionEpoch partition_epoch) {
  CHECK(!in_flight());
  std::vector<BrokerId> left;
  std::copy_if(committed_.begin(), committed_.end(), std::back_inserter(left),
               [&](BrokerId id) { return std::find(out.begin(), out.end(), id) == out.end(); });
  CHECK(!left.empty() && left.size() < committed_.size(), "{} of {} leave", out.size(),
        committed_.size());
  return pending_.emplace(IsrProposal{++last_id_, leader_epoch, partition_epoch, std::move(left)});
}

void Isr::commit(std::vector<BrokerId> isr) {
  reset(std::move(isr));
}

void Isr::roll_back() {
  pending_.reset();
  adding_.reset();
}

}  // namespace barnabas::replica
