#include "broker/controller/core/partition_growth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "broker/protocol/error_code.h"

namespace barnabas::controller {
namespace {

Error bad_growth(std::string detail) {
  return {ErrorCode::kInvalidReplicaAssignment, std::move(detail)};
}

// What the client gave for the partitions from `first` on.
Result<ReplicaAssignmentMap> check_given(const std::vector<std::vector<BrokerId>>& given,
                                         std::int32_t first, std::int32_t added,
                                         std::size_t replication_factor,
                                         const std::vector<BrokerWithRack>& brokers) {
  std::set<BrokerId> unknown;
  for (const auto& replicas : given) unknown.insert(replicas.begin(), replicas.end());
  for (const BrokerWithRack& broker : brokers) unknown.erase(broker.id);
  if (!unknown.empty()) {
    return bad_growth(
        fmt::format("Unknown broker(s) in replica assignment: {}.", fmt::join(unknown, ", ")));
  }
  if (given.size() != static_cast<std::size_t>(added)) {
    return bad_growth(
        fmt::format("Increasing the number of partitions by {} but {} assignments provided.", added,
                    given.size()));
  }
  ReplicaAssignmentMap assignment;
  std::vector<PartitionId> odd;
  std::vector<std::size_t> odd_factors;
  for (const auto& replicas : given) {
    const PartitionId id(first++);
    if (replicas.empty()) {
      return bad_growth(
          fmt::format("Cannot have replication factor of 0 for partition id {}.", id));
    }
    if (std::set<BrokerId>(replicas.begin(), replicas.end()).size() != replicas.size()) {
      return bad_growth(fmt::format(
          "Duplicate brokers not allowed in replica assignment: {} for partition id {}.",
          fmt::join(replicas, ", "), id));
    }
    if (replicas.size() != replication_factor) {
      odd.push_back(id);
      odd_factors.push_back(replicas.size());
    }
    assignment[id] = replicas;
  }
  if (!odd.empty()) {
    return bad_growth(
        fmt::format("Inconsistent replication factor between partitions, partition 0 has {} while "
                    "partitions [{}] have replication factors [{}], respectively.",
                    replication_factor, fmt::join(odd, ", "), fmt::join(odd_factors, ", ")));
  }
  return assignment;
}

}  // namespace

Result<ReplicaAssignmentMap> assign_new_partitions(const NewPartitions& asked,
                                                   const ReplicaAssignmentMap& existing,
                                                   std::vector<BrokerWithRack> brokers) {
  const auto old_count = static_cast<std::int32_t>(existing.size());
  if (asked.count < old_count) {
    return Error{ErrorCode::kInvalidPartitions,
                 fmt::format("Topic currently has {} partitions, which is higher than the "
                             "requested {}.",
                             old_count, asked.count)};
  }
  if (asked.count == old_count) {
    return Error{ErrorCode::kInvalidPartitions,
                 fmt::format("Topic already has {} partitions.", old_count)};
  }
  const auto first = existing.find(PartitionId(0));
  if (first == existing.end() || first->second.empty()) {
    return Error{ErrorCode::kUnknownServerError, "Partition 0 has no assignment."};
  }
  const std::vector<BrokerId>& model = first->second;
  const std::int32_t added = asked.count - old_count;
  if (asked.assignments) {
    return check_given(*asked.assignments, old_count, added, model.size(), brokers);
  }
  std::sort(brokers.begin(), brokers.end(),
            [](const BrokerWithRack& a, const BrokerWithRack& b) { return a.id < b.id; });
  const auto start = std::find_if(brokers.begin(), brokers.end(),
                                  [&](const auto& broker) { return broker.id >= model.front(); });
  const auto index =
      start == brokers.end() ? 0 : static_cast<std::uint64_t>(start - brokers.begin());
  return assign_replicas(std::move(brokers), added, static_cast<std::int16_t>(model.size()),
                         AssignmentStart{index, index}, PartitionId(old_count));
}

}  // namespace barnabas::controller
