// Who wants to know which partitions this broker leads: the coordinators, whose state is in logs.
//
// Threads  called on the coordination executor, under no lock, after the replica has changed.
#pragma once

#include <optional>
#include <vector>

#include "broker/protocol/ids.h"
#include "broker/replica/metadata_cache.h"

namespace barnabas::replica {

class LeadershipObserver {
 public:
  virtual ~LeadershipObserver() = default;

  // Led here since `epoch`, without a break. Also told again of an epoch that is known.
  virtual void on_leader(const TopicPartition& tp, LeaderEpoch epoch) = 0;
  // Led elsewhere since `epoch`, or, without one, no longer hosted here.
  virtual void on_not_leader(const TopicPartition& tp, std::optional<LeaderEpoch> epoch) = 0;
  // The controller has told of the cluster; `removed` has gone from it.
  virtual void on_metadata_update(const MetadataSnapshot& metadata,
                                  const std::vector<TopicPartition>& removed) = 0;
};

}  // namespace barnabas::replica
